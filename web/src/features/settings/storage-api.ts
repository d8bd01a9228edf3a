/** What takes the space (docs/interface.md, `GET /api/storage/use`). */
import type { DeleteAfter, LargestFiles, LibraryStorage, StorageUse } from '../../../../src/api/answer-types.js';
import { addressed, ask, send } from '../../lib/api.js';

export type { DeleteAfter, LargestFiles, LibraryStorage, StorageUse };

export const fetchUse = (): Promise<StorageUse> => ask('/api/storage/use');
export const fetchLargest = (): Promise<LargestFiles> => ask('/api/storage/largest');
/** Per person, for owners. */
export const fetchEach = (): Promise<LibraryStorage> => ask('/api/storage');

/** How many groups of duplicates there are, and how far the comparison is. */
export const fetchDuplicates = (): Promise<{ count: number; looking: { done: number; total: number } | null }> =>
  ask(addressed('/api/duplicates', { limit: '1' }));

/** The number of photos that a search finds. */
export const countFound = async (q: string): Promise<number> =>
  (await ask<{ count: number }[]>(addressed('/api/timeline', { q }))).reduce((sum, { count }) => sum + count, 0);

/** After how many days photos are deleted from the viewer's trashes. */
export const fetchDeleteAfter = (): Promise<DeleteAfter> => ask('/api/trash/delete-after');
export const setDeleteAfter = (change: DeleteAfter): Promise<DeleteAfter> =>
  ask('/api/trash/delete-after', send('PATCH', change));
