/**
 * Runs the trials of a torture test in several processes: together they run each trial once, like a single process
 * would. One more than there are cores, because half of a trial is waiting for the disk. If a process dies, the test
 * ends.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { addUp, type Options, type Result, type Subject } from './subject.js';

const program = fileURLToPath(import.meta.url);

/** A message from a process: a line for a person, or at the end its result. */
type Message = { said: string } | { result: Result };

/** Runs a torture test, in several processes if possible. Rejects as `run` does, and if a process dies. */
export async function runInLanes(name: string, subject: Subject, options: Options): Promise<Result> {
  if (!subject.shared) return subject.run(options);
  const of = availableParallelism() + 1;
  const lanes = Array.from({ length: of }, (_, index) => startLane(name, { ...options, lane: { index, of } }));
  try {
    return addUp(await Promise.all(lanes.map(({ done }) => done)));
  } finally {
    for (const { child } of lanes) child.kill();
  }
}

function startLane(name: string, { say, ...options }: Options): { child: ChildProcess; done: Promise<Result> } {
  const child = fork(program, [name, JSON.stringify(options)]);
  const done = new Promise<Result>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`A lane of ${name} ended early (${signal ?? code}).`)));
    child.on('message', (message: Message) => {
      if ('said' in message) say(`${options.lane!.index + 1} of ${options.lane!.of}: ${message.said}`);
      else resolve(message.result);
    });
  });
  return { child, done };
}

async function lane(name: string, options: Omit<Options, 'say'>): Promise<void> {
  const { subject } = (await import(new URL(`${name}.ts`, import.meta.url).href)) as { subject: Subject };
  const send = (message: Message): Promise<void> => new Promise((sent) => process.send!(message, () => sent()));
  const result = await subject.run({ ...options, say: (said) => void send({ said }) });
  await send({ result });
  process.disconnect();
}

// Only as a separate process: the list of torture tests also loads this file.
const [entry, name, options] = process.argv.slice(1);
if (entry === program && process.send) await lane(name!, JSON.parse(options!) as Omit<Options, 'say'>);
