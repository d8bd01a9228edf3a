/**
 * What a subject of `npm run torture` is: one way to try to lose, double or leak something, in numbers that are counted.
 */

/** How hard to try. */
export interface Options {
  /** The same seed makes the same trials. */
  seed: number;
  /** 1 is the whole subject; tests ask for a part of it, `0.02` for a fiftieth. */
  scale: number;
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
  /** Rejects only where the trial itself could not be held. */
  run(options: Options): Promise<Result>;
}

/** How a trial stands so far, on one line: so that one that is ended before its end has told what it found. */
export const standing = ({ figures, lost, doubled, failures }: Result): string =>
  [...Object.entries(figures), ['lost', lost], ['doubled', doubled], ['failed', failures.length]]
    .map(([what, n]) => `${what} ${n}`)
    .join(', ');
