/** How many of the photos that a search finds are videos. */
import type { Month } from '../../../../src/api/answer-types.js';
import { addressed, ask, type Tile } from '../../lib/api.js';

/** Counts the videos of a search; all of them if it asks for videos. Never rejects: after an error none are counted. */
export async function countVideos(q: string, signal: AbortSignal): Promise<number> {
  if (isOfVideos(q)) return Infinity;
  const months = await ask<Month[]>(addressed('/api/timeline', { q: `${q} type:video` }), { signal }).catch(() => []);
  return months.reduce((sum, { count }) => sum + count, 0);
}

/** Whether a search finds only videos. */
export const isOfVideos = (q: string): boolean => /(?:^|\s)type:video(?:\s|$)/.test(q);

const counted = new WeakMap<readonly Tile[], number>();

/** Counts the videos among tiles, once for each list. */
export function videosIn(tiles: readonly Tile[]): number {
  let videos = counted.get(tiles);
  if (videos === undefined) {
    videos = tiles.filter(({ type }) => type.startsWith('video/')).length;
    counted.set(tiles, videos);
  }
  return videos;
}
