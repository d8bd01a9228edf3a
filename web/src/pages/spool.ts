/** What the spool page asks for, and the words for what it hears (docs/interface.md, "What the spool tells"). */
import { ask, send, type SpoolStatus } from '../api.js';

/** A file that was taken in. */
export type RecentFile = SpoolStatus['recent'][number];

/** A file that is stuck. */
export type StuckFile = SpoolStatus['stuck'][number];

export const fetchSpool = (): Promise<SpoolStatus> => ask('/api/spool');

/** Looks into `incoming` now; answers when all that was there is done. */
export const lookNow = (): Promise<unknown> => ask('/api/spool/process', send('POST'));

/** What a stuck file is called when it is tried again: names may be the same, claims are not. */
export const callOf = ({ claim, name }: StuckFile): string => (claim === '' ? name : claim);
