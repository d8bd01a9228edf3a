/** The ids of all photos that match a search, including the trash, for bulk edits. */
import { addressed, ask, type Tile } from '../../lib/api.js';

const page = 5000;

/** The ids of all matches of a search. @throws ApiError */
export async function idsFound(q: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const asked = { q, limit: page, cursor };
    const { tiles, next } = await ask<{ tiles: Tile[]; next: string | null }>(addressed('/api/tiles', asked));
    ids.push(...tiles.map(({ id }) => id));
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

/** The same, including the trash. @throws ApiError */
export const idsEverywhere = async (q: string): Promise<string[]> => [
  ...new Set([...(await idsFound(q)), ...(await idsFound(`${q} is:trashed`))]),
];

/** The album that a search consists of; undefined for every other search. */
export const albumAlone = (q: string): string | undefined =>
  /^album:"((?:[^"\\]|\\.)+)"$/.exec(q)?.[1]?.replaceAll(/\\(.)/gu, '$1');

/** A search for exactly this value. */
export const exactly = (key: 'tag' | 'album' | 'camera' | 'lens' | 'place', value: string): string =>
  `${key}:${key === 'tag' || key === 'album' ? '' : '='}"${value.replaceAll(/["\\“”„]/gu, '\\$&')}"`;
