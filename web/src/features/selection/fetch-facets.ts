/** Tags, albums and places with their number of photos: of all photos, or of the selected ones. */
import type { Facet, FacetsOfPhotos } from '../../../../src/api/answer-types.js';
import { addressed, ask, send } from '../../lib/api.js';

/** The maximum number of covers in an answer of the server. */
export const mostCovers = 300;

type Kind = 'tags' | 'albums' | 'places' | 'cameras' | 'lenses';

/** The values of a kind in all photos, most frequent first, the first ones with the newest of their photos as covers. */
export const fetchWithCovers = (kind: Kind, limit = 10_000): Promise<Facet[]> =>
  ask(addressed(`/api/${kind}`, { limit, covers: Math.min(limit, mostCovers) }));

/** The values of a kind, most frequent first. */
export const fetchFacet = (kind: Kind, q = ''): Promise<Facet[]> =>
  ask(addressed(`/api/${kind}`, { q, limit: 10_000 }));

/** The maximum number of photos that the server counts per request. */
const atOnce = 5000;

/** A tag or an album of some photos; `album` is the id of one with members. */
export type HeldValue = Facet & { album?: string };

/** The tags or albums of some photos, most frequent first. */
export async function fetchHeld(set: 'tags' | 'albums', ids: readonly string[]): Promise<HeldValue[]> {
  const held = new Map<string, HeldValue>();
  const add = (value: string, count: number, album?: string): void => {
    const key = album ?? `\n${value}`;
    held.set(key, { value, count: count + (held.get(key)?.count ?? 0), ...(album !== undefined && { album }) });
  };
  for (let at = 0; at < ids.length; at += atOnce) {
    const part = { ids: ids.slice(at, at + atOnce) };
    const { sharedAlbums = [], ...facets } = await ask<FacetsOfPhotos>('/api/facets', send('POST', part));
    for (const { value, count } of facets[set]) add(value, count);
    if (set === 'albums')
      for (const { holder, album, name, count } of sharedAlbums) add(name, count, `${holder}:${album}`);
  }
  return [...held.values()].sort((a, b) => b.count - a.count);
}
