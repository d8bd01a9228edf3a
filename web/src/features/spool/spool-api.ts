/** The requests of the spool page, and the words for their answers (docs/interface.md, "What the spool tells"). */
import { ask, base, retryStuck, send, type SpoolStatus } from '../../lib/api.js';

/** A file that was taken in. */
export type RecentFile = SpoolStatus['recent'][number];

/** A file that is stuck. */
export type StuckFile = SpoolStatus['stuck'][number];

/** Stuck files with one reason. */
export type Group = SpoolStatus['groups'][number];

/** What is done with stuck files. */
export type What = 'retry' | 'asIs' | 'ignore' | 'trash';

export const fetchSpool = (): Promise<SpoolStatus> => ask('/api/spool');

/** Looks into `incoming` now; answers when all that was there is done. */
export const lookNow = (): Promise<unknown> => ask('/api/spool/process', send('POST'));

/** What a stuck file is called when it is tried again: names may be the same, claims are not. */
export const callOf = ({ claim, name }: StuckFile): string => (claim === '' ? name : claim);

/** Does something with stuck files; answers how many it was done with. */
export async function actOn(what: What, files: StuckFile[] | 'all'): Promise<number> {
  const names = files === 'all' ? files : files.map(callOf);
  if (what === 'retry' || what === 'asIs') {
    const { retried } = (await retryStuck(names, what === 'asIs')) as { retried: string[] };
    return retried.length;
  }
  const { chosen } = await ask<{ chosen: string[] }>(`/api/spool/${what}`, send('POST', { names }));
  return chosen.length;
}

/** Moves what is in the trash of the spool back. */
export const restoreStuck = (): Promise<unknown> => ask('/api/spool/restore', send('POST'));

/** Says that an owner saw what is stuck. */
export const tellSeen = (): Promise<unknown> => ask('/api/spool/seen', send('POST'));

/** Where stuck files with one reason are downloaded: one as it is, several as an archive. */
export const downloadOf = ([first, ...others]: StuckFile[]): string =>
  `${base}/api/spool/stuck/${(others.length === 0 ? first?.claim : first?.code) ?? ''}`;
