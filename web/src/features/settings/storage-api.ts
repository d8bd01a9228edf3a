/** The storage in use (docs/interface.md, `GET /api/storage/use`). */
import type { DeleteAfter, LargestFiles, LibraryStorage, StorageUse } from '../../../../src/api/answer-types.js';
import { addressed, ask, send } from '../../lib/api.js';
import { bytesText } from '../../lib/language.js';
import { m } from '../../lib/messages.js';

export type { DeleteAfter, LargestFiles, LibraryStorage, StorageUse };

export const fetchUse = (): Promise<StorageUse> => ask('/api/storage/use');
/** The used and, for owners, the free storage in words, the same on every page. */
export const usedText = (bytes: number, disk: StorageUse['disk']): string =>
  disk ? m.app.usedFree(bytesText(bytes), bytesText(disk.free)) : m.app.used(bytesText(bytes));
export const fetchLargest = (): Promise<LargestFiles> => ask('/api/storage/largest');
/** Per person, for owners. */
export const fetchEach = (): Promise<LibraryStorage> => ask('/api/storage');

/** Groups of duplicates; `looking` while photos are compared. */
export interface Duplicates {
  count: number;
  looking: { done: number; total: number } | null;
}
/** The number of groups of duplicates, and the progress of the comparison. */
export const fetchDuplicates = (): Promise<Duplicates> => ask(addressed('/api/duplicates', { limit: '1' }));

/** The number of photos that a search finds. */
export const countFound = async (q: string): Promise<number> =>
  (await ask<{ count: number }[]>(addressed('/api/timeline', { q }))).reduce((sum, { count }) => sum + count, 0);

/** Photos and videos that lack something, each with the search that finds them. */
export const lacking = [
  { icon: 'calendar', name: 'undated', q: '-is:dated' },
  { icon: 'place', name: 'nowhere', q: '-is:geotagged' },
] as const;
/** How many there are of each. */
export const countLacking = (): Promise<number[]> => Promise.all(lacking.map(({ q }) => countFound(q)));

/** The number of days after which photos are deleted from the viewer's trashes. */
export const fetchDeleteAfter = (): Promise<DeleteAfter> => ask('/api/trash/delete-after');
export const setDeleteAfter = (change: DeleteAfter): Promise<DeleteAfter> =>
  ask('/api/trash/delete-after', send('PATCH', change));
