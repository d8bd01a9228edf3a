/** The data of a cover: the newest photo of a search and the number of matches. */
import type { Month } from '../../../../src/api/answer-types.js';
import { addressed, ask, type Tile } from '../../lib/api.js';

/** Loads the cover; the count only if it is not known. @throws ApiError */
export async function fetchCover(q: string, known?: number): Promise<{ tile: Tile | undefined; count: number }> {
  const [{ tiles }, months] = await Promise.all([
    ask<{ tiles: Tile[] }>(addressed('/api/tiles', { q, limit: 1 })),
    known === undefined ? ask<Month[]>(addressed('/api/timeline', { q })) : [{ count: known }],
  ]);
  return { tile: tiles[0], count: months.reduce((sum, { count }) => sum + count, 0) };
}
