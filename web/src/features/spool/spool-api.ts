/** The requests of the spool page, and their results in words (docs/interface.md, "The state of the spool"). */
import type { OwnArrivals } from '../../../../src/api/answer-types.js';
import { ask, base, retryStuck, send, type SpoolStatus } from '../../lib/api.js';

/** An imported file. */
export type RecentFile = SpoolStatus['recent'][number];

/** A stuck file. */
export type StuckFile = SpoolStatus['stuck'][number];

/** Stuck files with the same reason. */
export type Group = SpoolStatus['groups'][number];

/** The actions on stuck files. */
export type What = 'retry' | 'asIs' | 'ignore' | 'trash';

export const fetchSpool = (): Promise<SpoolStatus> => ask('/api/spool');

/** Scans `incoming` now; resolves when everything in it is processed. */
export const lookNow = (): Promise<unknown> => ask('/api/spool/process', send('POST'));

/** The name of a stuck file in requests: names may be equal, claims are unique. */
export const callOf = ({ claim, name }: Pick<StuckFile, 'claim' | 'name'>): string => (claim === '' ? name : claim);

/** Applies an action to stuck files; returns the number of files it was applied to. */
export async function actOn(what: What, files: StuckFile[] | 'all'): Promise<number> {
  const names = files === 'all' ? files : files.map(callOf);
  if (what === 'retry' || what === 'asIs') {
    const { retried } = (await retryStuck(names, what === 'asIs')) as { retried: string[] };
    return retried.length;
  }
  const { chosen } = await ask<{ chosen: string[] }>(`/api/spool/${what}`, send('POST', { names }));
  return chosen.length;
}

/** The viewer's own files that come in: for people who don't see the spool. */
export const fetchOwnArrivals = (): Promise<OwnArrivals> => ask('/api/me/arrivals');

/** Tries the viewer's own stuck files again, or moves them to the trash of the spool; named as in `callOf`. */
export const actOnOwn = (what: 'retry' | 'trash', names: string[] | 'all'): Promise<unknown> =>
  ask(`/api/me/arrivals/${what}`, send('POST', { names }));

/** Restores everything from the trash of the spool. */
export const restoreStuck = (): Promise<unknown> => ask('/api/spool/restore', send('POST'));

/** Marks the stuck files as seen by an owner. */
export const tellSeen = (): Promise<unknown> => ask('/api/spool/seen', send('POST'));

/** A folder of `incoming` (its path below it) whose photos go to the library of a person. */
export interface PersonFolder {
  folder: string;
  person: { id: string; name: string };
}

/** The folders that are assigned to people, for owners. */
export const fetchFolders = async (): Promise<PersonFolder[]> =>
  (await ask<{ folders: PersonFolder[] }>('/api/folders')).folders;

/** Assigns a folder to a person (an id), and creates it; without a path it is named after the person. */
export const assignFolder = (person: string, folder: string): Promise<PersonFolder> =>
  ask('/api/folders', send('POST', { person, ...(folder !== '' && { folder }) }));

/** Ends the assignment of a folder. Rejects with `conflict` while files are in it. */
export const unassignFolder = (folder: string): Promise<unknown> =>
  ask(`/api/folders/${encodeURIComponent(folder)}`, send('DELETE'));

/** The download URL of stuck files with the same reason: one unchanged, several as an archive. */
export const downloadOf = ([first, ...others]: StuckFile[]): string =>
  `${base}/api/spool/stuck/${(others.length === 0 ? first?.claim : first?.code) ?? ''}`;
