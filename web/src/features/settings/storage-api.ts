/** What takes the space (docs/interface.md, `GET /api/storage/use`). */
import type { LargestFiles, LibraryStorage, StorageUse } from '../../../../src/api/answer-types.js';
import { ask } from '../../lib/api.js';

export type { LargestFiles, LibraryStorage, StorageUse };

export const fetchUse = (): Promise<StorageUse> => ask('/api/storage/use');
export const fetchLargest = (): Promise<LargestFiles> => ask('/api/storage/largest');
/** Per person, for owners. */
export const fetchEach = (): Promise<LibraryStorage> => ask('/api/storage');
