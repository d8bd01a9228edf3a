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

/** The tags or albums of some photos, most frequent first. */
export async function fetchHeld(set: 'tags' | 'albums', ids: readonly string[]): Promise<Facet[]> {
  const counts = new Map<string, number>();
  for (let at = 0; at < ids.length; at += atOnce) {
    const part = { ids: ids.slice(at, at + atOnce) };
    const held = await ask<FacetsOfPhotos>('/api/facets', send('POST', part));
    for (const { value, count } of held[set]) counts.set(value, (counts.get(value) ?? 0) + count);
  }
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
}
