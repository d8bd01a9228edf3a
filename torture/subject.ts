/**
 * What a subject of `npm run torture` is: one way to try to lose, double or leak something, in numbers that are counted.
 */

/** How hard to try. */
export interface Options {
  /** The same seed makes the same trials. */
  seed: number;
  /** 1 is the whole subject; tests ask for a part of it, `0.02` for a fiftieth. */
  scale: number;
  /** One of several processes that share the trials, by its number from 0; each makes what the others leave out. */
  lane?: { index: number; of: number };
  /** Says how far it is, for a person. */
  say(line: string): void;
}

/** What came of it. */
export interface Result {
  /** What was tried, by name: `{"faults injected": 1200}`. */
  figures: Record<string, number>;
  /** Files or documents whose bytes were nowhere any more. */
  lost: number;
  /** Files or documents that were there more often than once. */
  doubled: number;
  /** What else was wrong, a sentence each, with what makes it happen again. */
  failures: string[];
}

/** One file of this folder, with `subject` as its export. */
export interface Subject {
  /** One line for the list. */
  title: string;
  /** Whether several processes can share its trials, as `shareOf` says. */
  shared?: true;
  /** Rejects only where the trial itself could not be held. */
  run(options: Options): Promise<Result>;
}

/** How a trial stands so far, on one line: so that one that is ended before its end has told what it found. */
export const standing = ({ figures, lost, doubled, failures }: Result): string =>
  [...Object.entries(figures), ['lost', lost], ['doubled', doubled], ['failed', failures.length]]
    .map(([what, n]) => `${what} ${n}`)
    .join(', ');

/** Which trials of a row are to be made: from `offset` (modulo `every`), each `every`-th. */
export function shareOf({ seed, scale, lane = { index: 0, of: 1 } }: Options): { every: number; offset: number } {
  const every = Math.max(1, Math.round(1 / scale));
  return { every: every * lane.of, offset: seed + every * lane.index };
}

/** The results of several subjects or lanes as one: figures of the same name are added up. */
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
