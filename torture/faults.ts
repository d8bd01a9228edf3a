/**
 * Fails every system call once: for each outcome of a file, the n-th call of a start fails with each of five errors,
 * for every n; a commit of SQLite counts as a call. Nothing may be lost at any moment; the failure must be reported in
 * one sentence; and without it, in the same process or the next, everything must end as if it had never happened.
 */
import {
  attempt,
  badLines,
  openMemory,
  recover,
  type Attempt,
  type Memory,
  type OpenMemory,
  type Way,
} from './attempt.js';
import { reads, systemError, watchCommits, watchDisk, type Step, type Watcher } from './disk.js';
import { listOutcomes, type Outcome } from './outcomes.js';
import { shareOf, standing, type Result, type Subject } from './subject.js';
import { findLost, judge, makeWorld, type Verdict, type World } from './world.js';

/** The injected errors. */
export const errnos = ['EIO', 'ENOSPC', 'EACCES', 'EMFILE', 'EROFS'] as const;

/** A fault: one call fails with `errno`. */
export interface Fault {
  errno: (typeof errnos)[number];
  /** Whether it is this call; `n` counts from 1, `text` is as in `describe`. Asked until it returns true. */
  is(n: number, text: string): boolean;
  /** All later changing calls fail, too. */
  lasting: boolean;
  /** The fault ends, and everything is retried in the same process; otherwise it ends with the process. */
  heals: boolean;
}

/** The result of a trial. `hit` is false if there were fewer calls than `n`. */
export interface Trial {
  hit: boolean;
  at: string;
  verdict: Verdict;
}

/** Creates the world of an outcome, with the previous content of its archive. */
export function openWorld(outcome: Outcome, { real }: OpenMemory): Promise<World> {
  return makeWorld(outcome, async (world) => {
    const { said } = await attempt({ ...world, outcome: { ...outcome, mode: 'move' }, devices: [] }, { memory: real });
    if (said.length > 0) throw new Error(said.join(' '));
  });
}

/** Runs one fault in a world that was just reset. */
export async function tryFault(world: World, fault: Fault, memory: OpenMemory): Promise<Trial> {
  const trial: Trial = { hit: false, at: '', verdict: { lost: [], doubled: [], wrong: [] } };
  let calls = 0;
  let healed = false;
  const watcher: Watcher = {
    before(step) {
      calls++;
      const first = !trial.hit && fault.is(calls, describe(step, world));
      if (first) trial.at = describe(step, world);
      trial.hit ||= first;
      if (!first && !(fault.lasting && trial.hit && !healed && !reads.has(step.op))) return;
      throw systemError(fault.errno, step.op, step.path);
    },
    after(step) {
      if (trial.hit && !reads.has(step.op)) lose(trial, world, `after ${describe(step, world)}`);
    },
  };
  const told = memoryFor(world, memory);
  const failed = await attempt(world, {
    ...way(world, watcher, told),
    ...(fault.heals && { heal: () => void (healed = true) }),
  });
  if (!trial.hit) return trial;
  lose(trial, world, 'when it had failed');
  trial.verdict.wrong.push(...badLines(failed), ...silence(failed, world), ...stillStuck(failed, world));
  const mended = await recover(world, told);
  trial.verdict.wrong.push(...badLines(mended));
  conclude(trial, world, mended);
  return trial;
}

/** Undecodable files are really decoded: remembered results would not reveal them. */
export const memoryFor = ({ outcome }: World, memory: OpenMemory): Memory =>
  outcome.broken.length === 0 ? memory : memory.real;

/** The options of a watched start. */
export const way = (world: World, watcher: Watcher, memory?: Memory): Way => ({
  disk: watchDisk(watcher, world.devices),
  openDatabase: watchCommits(watcher),
  ...(memory && { memory }),
});

/** A call for a person: with paths relative to the world's folder. */
export const describe = ({ op, path, to }: Step, { root }: World): string =>
  [op, path, to]
    .filter((part) => part !== undefined)
    .join(' ')
    .replaceAll(`${root}/`, '');

function lose(trial: Trial, world: World, when: string): void {
  for (const name of findLost(world)) trial.verdict.lost.push(`${name} ${when}`);
}

/** Adds the result of a trial, with its place; true if nothing was wrong. */
export function add(result: Result, { verdict: { lost, doubled, wrong } }: Trial, where: string): boolean {
  result.lost += lost.length;
  result.doubled += doubled.length;
  const found = [...lost, ...doubled, ...wrong];
  result.failures.push(...found.map((one) => `${where}: ${one}`));
  return found.length === 0;
}

/** Adds what is wrong at the end. */
export function conclude({ verdict }: Trial, world: World, { documents, said }: Attempt): void {
  if (!documents) {
    verdict.wrong.push(`it does not start again: ${said.join(' ')}`);
    return;
  }
  const end = judge(world, documents);
  verdict.lost.push(...end.lost);
  verdict.doubled.push(...end.doubled);
  verdict.wrong.push(...end.wrong);
}

/** A start on the disk in its present state. */
export async function startAgain(world: World, memory?: Memory): Promise<Trial> {
  const trial: Trial = { hit: true, at: '', verdict: { lost: findLost(world), doubled: [], wrong: [] } };
  const mended = await recover(world, memory);
  conclude(trial, world, mended);
  trial.verdict.wrong.push(...badLines(mended));
  return trial;
}

/** A failure that stopped a file must have been reported. */
function silence({ said, summary }: Attempt, { outcome }: World): string[] {
  const done = summary ? summary.stored + summary.duplicates + (summary.sidecars ?? 0) : 0;
  const wanted = Object.keys(outcome.comes).length - outcome.stays.length - outcome.broken.length;
  return done < wanted && said.length === 0 ? [`${wanted - done} not taken in, and nobody was told`] : [];
}

/** In the same process nothing may stay stuck after the fault. */
function stillStuck({ stuck }: Attempt, { outcome }: World): string[] {
  return stuck.length > outcome.broken.length ? stuck.map((one) => `still stuck in the same process: ${one}`) : [];
}

/** The number of calls of a start without faults; everything is really decoded, and must succeed. */
async function countCalls(world: World, { real }: OpenMemory): Promise<{ calls: number; wrong: string[] }> {
  let calls = 0;
  world.reset();
  const watcher = { before: () => ++calls };
  const { summary } = await attempt(world, way(world, watcher, real));
  const { documents } = await recover(world, real);
  if (!documents) return { calls, wrong: ['the home could not be opened'] };
  const { lost, doubled, wrong } = judge(world, documents);
  if (summary?.stuck !== world.outcome.broken.length)
    wrong.push(`${summary?.stuck ?? 'no'} files are said to be stuck`);
  return { calls, wrong: [...lost, ...doubled, ...wrong] };
}

/** All faults of one outcome, or an even share of them that begins at `offset`. */
async function tryOutcome(
  outcome: Outcome,
  share: { every: number; offset: number },
  memory: OpenMemory,
  result: Result,
): Promise<void> {
  const world = await openWorld(outcome, memory);
  try {
    const { calls, wrong } = await countCalls(world, memory);
    result.failures.push(...wrong.map((one) => `${outcome.name}, without a fault: ${one}`));
    for (let i = share.offset % share.every; i < calls * errnos.length * 2; i += share.every) {
      const at = 1 + (i % calls);
      const errno = errnos[Math.floor(i / calls) % errnos.length]!;
      const fault = { errno, is: (n: number) => n === at, lasting: i >= calls * errnos.length, heals: at % 2 === 0 };
      world.reset();
      const trial = await tryFault(world, fault, memory);
      if (!trial.hit) continue;
      result.figures['faults injected']! += 1;
      const lasting = fault.lasting ? ' from then on' : '';
      add(result, trial, `${outcome.name}, ${errno}${lasting} at call ${at} (${trial.at})`);
    }
  } finally {
    world.remove();
  }
}

/** The torture test of `npm run torture faults`. */
export const subject: Subject = {
  title: 'every system call fails once, with each of five errors, for every outcome of a file',
  shared: true,
  async run(options) {
    const { every, offset } = shareOf(options);
    const result: Result = { figures: { 'faults injected': 0 }, lost: 0, doubled: 0, failures: [] };
    const memory = openMemory();
    try {
      for (const [at, outcome] of (await listOutcomes()).entries()) {
        options.say(`${standing(result)}; ${outcome.name}`);
        await tryOutcome(outcome, { every, offset: offset + at }, memory, result);
      }
    } finally {
      await memory.close();
    }
    return result;
  },
};
