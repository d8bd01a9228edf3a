/** Values for completing a search: fetched at the first typing, and again after a while or an edit. */
import type { ExploredPhotos, Facet, MemberAlbum, Month } from '../../../../src/api/answer-types.js';
import { searchOfAlbum } from '../../lib/album-search.js';
import { addressed, ask } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { fetchFacet } from '../selection/fetch-facets.js';
import { mayWithAll } from '../timeline/tile-rights.js';
import { session } from '../../lib/session.svelte.js';
import { m } from '../../lib/messages.js';
import { knownNames } from './known-names.js';
import type { Known, KnownOption } from './search-completion.js';

/** The number of values of each kind that have covers. */
const mostCovers = 60;
/** How long a response is reused, ms. */
const lasts = 30_000;

let kept: { at: number; known: Promise<Known> } | undefined;

/** The search keys with their descriptions, the most frequent first. */
export function searchKeys(): readonly (readonly [string, string])[] {
  const hidden = session.may('details') ? [] : ['added', 'near', 'folder'];
  return Object.entries(m.app.searchKeys).filter(([key]) => !hidden.includes(key));
}

/** The values by key. Never rejects: missing values are not completed. */
export function fetchKnown(): Promise<Known> {
  if (!kept || performance.now() - kept.at > lasts) kept = { at: performance.now(), known: load() };
  return kept.known;
}

knownNames.comeFrom(fetchKnown);
edits.watch(() => (kept = undefined));

/** The albums with members that the viewer sees. A search for one is its page. @throws ApiError */
async function fetchShared(): Promise<KnownOption[]> {
  if (!session.settled) await session.load();
  if (!session.may('albums')) return [];
  const { albums } = await ask<{ albums: MemberAlbum[] }>('/api/albums/shared');
  const named = albums.filter(({ name }) => name !== '');
  return named.map(({ name: value, holder, album, count, tile }) => ({
    ...{ value, count, tile, term: searchOfAlbum(`${holder}:${album}`) },
  }));
}

async function load(): Promise<Known> {
  const none = (): never[] => [];
  const years = ask<Month[]>(addressed('/api/timeline', {})).then((months) => {
    const counts = new Map<string, number>();
    for (const { month, count } of months) {
      const year = month.slice(0, 4);
      counts.set(year, (counts.get(year) ?? 0) + count);
    }
    return [...counts].map(([value, count]) => ({ value, count }));
  }, none);
  // With the covers that the tiles of Explore have.
  const explored = ask<ExploredPhotos>(addressed('/api/explore', { limit: mostCovers })).catch(() => undefined);
  const facets = (['tags', 'albums', 'places', 'cameras', 'lenses'] as const).map((kind) =>
    fetchFacet(kind).catch(none),
  );
  const shared = fetchShared().catch(none);
  const [[tag, album, place, camera, lens], found] = await Promise.all([Promise.all(facets), explored]);
  /** The values of a facet with the covers of the most frequent ones. */
  const withCovers = (values: Facet[] | undefined, tiles: ExploredPhotos['places'] = []): KnownOption[] => {
    const covers = new Map(tiles.map(({ value, tile }) => [value, tile]));
    return (values ?? []).map((one) => ({ ...one, tile: covers.get(one.value) }));
  };
  const fixed = (...values: string[]): { value: string }[] => values.map((value) => ({ value }));
  const inside = session.may('details') ? ['geotagged', 'dated', 'reviewed', 'screenshot'] : [];
  const kinds = ['selfie', 'panorama', '360', 'live', 'raw'];
  return {
    ...(tag && { tag }),
    album: [...(await shared), ...(album ?? [])],
    place: withCovers(place, found?.places),
    camera: withCovers(camera, found?.cameras),
    folder: found?.folders ?? [],
    ...(lens && { lens }),
    taken: withCovers(await years, found?.years),
    is: fixed('favourite', ...inside, ...kinds, ...(mayWithAll([], 'trash') ? ['trashed'] : []), 'damaged'),
    type: fixed('photo', 'video'),
    audience: fixed('private', 'family', 'public'),
    rating: fixed('5', '>=4', '>=3', '>=1', '0'),
    iso: fixed('>=800', '>=3200', '<=200'),
  };
}
