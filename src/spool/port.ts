/**
 * What the server may ask of a running spool. The spool implements it; the server and its tests know only this.
 */
import type { Readable } from 'node:stream';

/** A file in hand. `since` is UTC, `2026-11-24T10:00:00.000Z`, when its present step began. */
export interface WorkItem {
  name: string;
  /** `claim`, `hash`, `render`, `inspect`, `record`, `archive`. */
  step: string;
  since: string;
}

/** A file that could not be taken in and waits in its claim. */
export interface StuckItem {
  name: string;
  /** The claim's ULID; empty for a file that could not be claimed and is still where it was. */
  claim: string;
  /** A sentence for a person. */
  reason: string;
  /** The error's code (base/errors.ts). */
  code: string;
  attempts: number;
  /** UTC of the next try; absent where only a person can help. */
  next?: string;
}

/** A file that is left where it is, and why. */
export interface IgnoredItem {
  name: string;
  reason: string;
}

/** What the spool holds now. `stored` and `duplicates` count since the spool was opened. */
export interface SpoolStatus {
  incoming: number;
  work: WorkItem[];
  stuck: StuckItem[];
  ignored: IgnoredItem[];
  stored: number;
  duplicates: number;
}

/** The outcome of one pass. */
export interface PassSummary {
  stored: number;
  duplicates: number;
  stuck: number;
  ignored: number;
  seconds: number;
  stuckItems: { name: string; reason: string }[];
}

/** What happens in the spool. Delivered after it is durable. */
export type SpoolEvent =
  | { type: 'item'; name: string; step: string }
  | { type: 'stored'; name: string; sha256: string }
  | { type: 'duplicate'; name: string; sha256: string }
  | { type: 'stuck'; name: string; reason: string }
  | { type: 'ignored'; name: string; reason: string }
  | { type: 'summary'; summary: PassSummary };

/** A running spool, as the server sees it. */
export interface SpoolPort {
  status(): Promise<SpoolStatus>;
  /** Makes a pass (or joins the one under way) and resolves when it is done. */
  pass(): Promise<PassSummary>;
  /** Tries stuck items again, by file name or claim. Resolves when they are queued, not when they are done. */
  retry(names: string[] | 'all'): Promise<{ retried: string[]; unknown: string[] }>;
  /**
   * Puts a stream's bytes into `incoming` by a temporary name and a rename; never replaces a file. `name` is what the
   * sender called it: hostile text. Resolves to the name it got. Rejects, and leaves nothing, where the stream ends in an error.
   */
  place(stream: Readable, name: string): Promise<string>;
  /** Tells of what happens; returns the function that ends it. */
  on(listener: (event: SpoolEvent) => void): () => void;
}
