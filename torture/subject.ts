/**
 * The interface of a torture test (`npm run torture`): one way to try to lose, double or leak something, with counted
 * results.
 */

/** The size of a run. */
export interface Options {
  /** The same seed gives the same trials. */
  seed: number;
  /** 1 is the complete test; the test suite runs a part of it, `0.02` for a fiftieth. */
  scale: number;
  /** One of several processes that share the trials, by its number from 0; each runs a different part. */
  lane?: { index: number; of: number };
  /** Reports progress to a person. */
  say(line: string): void;
}

/** The result of a run. */
export interface Result {
  /** The numbers of trials, by name: `{"faults injected": 1200}`. */
  figures: Record<string, number>;
  /** Files or documents whose bytes no longer existed. */
  lost: number;
  /** Files or documents that existed more than once. */
  doubled: number;
  /** Other problems, a sentence each, with how to reproduce it. */
  failures: string[];
}

/** One file of this folder exports it as `subject`. */
export interface Subject {
  /** One line for the list. */
  title: string;
  /** Whether several processes can share its trials with `shareOf`. */
  shared?: true;
  /** Rejects only if the trial itself could not run. */
  run(options: Options): Promise<Result>;
}

/** The current state of a run on one line: so that an interrupted run has reported its findings. */
export const standing = ({ figures, lost, doubled, failures }: Result): string =>
  [...Object.entries(figures), ['lost', lost], ['doubled', doubled], ['failed', failures.length]]
    .map(([what, n]) => `${what} ${n}`)
    .join(', ');

/** Which trials of a series to run: from `offset` (modulo `every`), each `every`-th. */
export function shareOf({ seed, scale, lane = { index: 0, of: 1 } }: Options): { every: number; offset: number } {
  const every = Math.max(1, Math.round(1 / scale));
  return { every: every * lane.of, offset: seed + every * lane.index };
}

/** The sum of several results: figures of the same name are added up. */
export function addUp(results: readonly Result[]): Result {
  const all: Result = { figures: {}, lost: 0, doubled: 0, failures: [] };
  for (const { figures, lost, doubled, failures } of results) {
    for (const [what, n] of Object.entries(figures)) all.figures[what] = (all.figures[what] ?? 0) + n;
    all.lost += lost;
    all.doubled += doubled;
    all.failures.push(...failures);
  }
  return all;
}
