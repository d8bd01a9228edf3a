/** What the spool page asks for, and the words for what it hears (docs/interface.md, "What the spool tells"). */
import { ask, send, type SpoolStatus } from '../api.js';

/** A file in `incoming`. */
export interface WaitingFile {
  name: string;
  since: string;
  bytes: number;
}

/** A file that was taken in. */
export interface RecentFile {
  name: string;
  outcome: 'stored' | 'duplicate';
  /** The id of the photo. */
  sha256: string;
  at: string;
  seconds: number;
}

/** All that the spool tells of itself. Times are UTC. */
export interface SpoolView extends SpoolStatus {
  waiting?: WaitingFile[];
  today?: { stored: number; duplicates: number };
  /** Files a minute. */
  rate?: number;
  recent?: RecentFile[];
  /** Only while trouble of the disk keeps everything in `incoming`. */
  held?: { until: string; reason: string };
}

/** A file that is stuck. */
export type StuckFile = SpoolView['stuck'][number];

export const fetchSpool = (): Promise<SpoolView> => ask('/api/spool');

/** Looks into `incoming` now; answers when all that was there is done. */
export const lookNow = (): Promise<unknown> => ask('/api/spool/process', send('POST'));

/** What a stuck file is called when it is tried again: names may be the same, claims are not. */
export const callOf = ({ claim, name }: StuckFile): string => (claim === '' ? name : claim);
