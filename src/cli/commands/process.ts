/** `photospool process`: one pass over the spool. If a server runs on that home, the server makes the pass. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../../base/config.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { openLog } from '../../base/log.js';
import type { PassSummary } from '../../spool/spool-interface.js';
import { takeLock } from '../../spool/spool-lock.js';
import type { Processor } from '../../spool/processor.js';
import { systemClock as clock } from '../../base/clock.js';
import { openHome } from '../../home/open-home.js';
import { print, printJson, quiet, say } from '../output.js';
import { exit } from '../exit-codes.js';
import { counted } from '../../base/human-format.js';
import { duration, openProgress } from '../progress-bar.js';
import { askServer, findServer } from '../../home/running-server.js';
import { openSpool } from '../../home/open-spool.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';

/** The verb `process`. */
export const processVerb: Verb = (program, run) => {
  addVerb(program, 'process', 'Import everything in incoming, then exit; waits for files that are still changing')
    .argument('[INCOMING]', 'folder to import from, instead of the configured one')
    .argument('[WORK]', 'work folder')
    .argument('[DONE]', 'archive of originals')
    .option('--if-free', 'exit immediately if a server or another pass is running')
    .action((incoming: string | undefined, work: string | undefined, done: string | undefined, flags: Flags) =>
      run(() => onePass(withFolders(flags, incoming, work, done))),
    );
};

function withFolders(flags: Flags, incoming?: string, work?: string, done?: string): Flags {
  if (incoming === undefined) return flags;
  if (work === undefined || done === undefined) {
    throw new PhotospoolError('usage', '`process` needs either no folders or three.', {
      hint: 'Give INCOMING, WORK and DONE.',
    });
  }
  // The other two folders are created if missing; a missing INCOMING is a typing error, or not mounted.
  if (!statSync(incoming, { throwIfNoEntry: false })?.isDirectory()) {
    throw new PhotospoolError('usage', `${printable(incoming)} is not a folder.`, {
      path: incoming,
      hint: 'Give the folder with the photos to import, and check that its disk is mounted.',
    });
  }
  return { ...flags, incoming: resolve(incoming), work: resolve(work), done: resolve(done) };
}

async function onePass(flags: Flags): Promise<number> {
  const config = configOf(flags);
  const json = flags.json === true;
  for (let first = true; ; first = false) {
    const server = await findServer(config);
    // A command that runs every few minutes must not queue up behind a pass that takes hours.
    if (flags.ifFree === true && (server ?? !isFree(config.work))) return report(nothing, json);
    if (server) return report(await askServer<PassSummary>(server, 'POST', '/api/spool/process'), json);
    // Waits for the folder before opening the library: a queue of waiting passes costs nothing.
    if (isFree(config.work)) return passHere(config, json);
    if (first) say(`Waiting for the server or pass that uses ${printable(config.work)}.`);
    await clock.sleep(500);
  }
}

const nothing: PassSummary = { stored: 0, duplicates: 0, stuck: 0, ignored: 0, seconds: 0, stuckItems: [] };

/** Whether a `work` folder is unlocked now. */
function isFree(work: string): boolean {
  if (!existsSync(work)) return true;
  const lock = takeLock(work);
  lock?.release();
  return lock !== undefined;
}

async function passHere(config: Config, json: boolean): Promise<number> {
  const log = openLog(quiet(config));
  const home = await openHome(config, log);
  try {
    return await runPass(await openSpool(home, log), json);
  } finally {
    await home.close();
  }
}

/**
 * Makes a pass with a progress line on a terminal, closes the processor and prints the summary. SIGTERM and SIGINT let
 * current items finish; then the exit code is that of the signal, for the remaining ones.
 */
export async function runPass(spool: Processor, json: boolean): Promise<number> {
  const { result, ended } = await interruptible(spool, () => withProgress(spool));
  const code = report(result, json);
  return sayEnded(ended, code);
}

/** Reports that a signal ended the work, and returns its exit code. */
export function sayEnded(ended: number, code: number): number {
  if (ended > 0)
    say(
      'Interrupted. Files in progress were finished, the others were not touched. Run the command again to continue.',
    );
  return ended > 0 ? ended : code;
}

/**
 * Runs work with a processor until it is done or a signal ends it (`ended` is then its exit code), and closes the
 * processor.
 */
export async function interruptible<T>(
  spool: Processor,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ result: T; ended: number }> {
  let ended = 0;
  const ending = new AbortController();
  const end = (_name: NodeJS.Signals, number: number): void => {
    ended = 128 + number;
    ending.abort();
    void spool.close();
  };
  const signals = ['SIGTERM', 'SIGINT'] as const;
  for (const signal of signals) process.on(signal, end);
  try {
    const result = await work(ending.signal);
    return { result, ended };
  } finally {
    await spool.close();
    for (const signal of signals) process.off(signal, end);
  }
}

/** Prints a summary, lists stuck files on stderr, and returns the exit code. */
function report(summary: PassSummary, json: boolean): number {
  const { stuckItems, ...numbers } = summary;
  if (json) printJson(numbers);
  else print(describe(summary));
  for (const { name, reason } of stuckItems) say(`stuck: ${name}: ${reason}`);
  // Files of other people are counted and not named.
  return summary.stuck > 0 ? exit.stuck : exit.done;
}

/** Makes a pass with a progress line on a terminal. */
export async function withProgress(spool: Processor): Promise<PassSummary> {
  const progress = openProgress();
  // Files in progress are no longer counted in `incoming`, and not done yet.
  const inHand = new Set<string>();
  let [done, waiting, total] = [0, 0, 0];
  const off = spool.on((event) => {
    if (event.type === 'summary') return;
    if (event.type === 'incoming') waiting = event.count;
    else if (event.type === 'item') inHand.add(event.name);
    else {
      inHand.delete(event.name);
      done++;
    }
    total = Math.max(total, done + inHand.size + waiting);
    progress.show(done, total, 'Importing', event.type === 'item' ? event.name : '');
  });
  try {
    return await spool.pass();
  } finally {
    off();
    progress.end();
  }
}

/** The summary of a pass, for people. */
export function describe({
  stored,
  duplicates,
  stuck,
  ignored,
  sidecars = 0,
  others = 0,
  seconds,
}: PassSummary): string {
  const parts = [`${counted(stored, 'photo')} stored`];
  if (others > 0) parts.push(`${others} in other libraries`);
  if (sidecars > 0) parts.push(counted(sidecars, 'sidecar'));
  if (duplicates > 0) parts.push(counted(duplicates, 'duplicate'));
  if (stuck > 0) parts.push(`${stuck} stuck`);
  if (ignored > 0) parts.push(`${ignored} skipped`);
  return `${parts.join(', ')} in ${seconds < 60 ? `${seconds.toFixed(1)} s` : duration(seconds)}`;
}
