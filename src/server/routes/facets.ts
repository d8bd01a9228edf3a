/** Values with counts: tags, cameras, lenses, places, albums; of a search, or of given photos. */
import { yieldToEventLoop } from '../../base/async/yield.js';
import { Type } from 'typebox';
import { viewer } from '../http/request-viewer.js';
import { limit, within } from '../http/page-size.js';
import type { Routes } from '../context.js';
import { findPhotos } from '../../album/find-photos.js';
import { countSharedAlbums, type SharedAlbum } from '../../album/member-albums.js';
import { FacetsOfPhotos } from '../../api/album-schemas.js';
import { answers, Facets, q, Sha256 } from '../../api/photo-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { albumsShown, seesCircumstances, sightOf, tagsShown } from '../../album/visibility.js';

const bounds = { most: 10_000, usual: 1_000 };
const mostCovers = 300;
/** `covers` in the query: for how many of the most frequent values the response contains the newest photo. */
const covers = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: mostCovers,
    description: `the number of values with a cover (0 to ${mostCovers})`,
  }),
);
const kinds = { tags: 'tag', cameras: 'camera', lenses: 'lens', places: 'place', albums: 'album' } as const;
/** The facets of places, cameras and lenses. */
const circumstances: ReadonlySet<keyof typeof kinds> = new Set(['places', 'cameras', 'lenses']);
const batch = 200;

export const facets: Routes = (app, { library, catalog, ask }) => {
  for (const noun of ['tags', 'cameras', 'lenses', 'places', 'albums'] as const) {
    app.get(
      `/api/${noun}`,
      {
        config: { rule: 'see' },
        schema: {
          summary: `The ${noun} of photos, most frequent first`,
          querystring: Type.Object({ q, limit: limit(bounds), covers }),
          response: answers(Facets),
        },
      },
      async (request) => {
        const who = viewer(request);
        if (circumstances.has(noun) && !seesCircumstances(who)) return [];
        const query = await ask(request.query.q, 'values', who);
        const found = catalog.facet(kinds[noun], query, sightOf(who), request.query.covers);
        return found.slice(0, within(bounds, request.query.limit));
      },
    );
  }

  app.post(
    '/api/facets',
    {
      config: { rule: 'see' },
      schema: {
        summary: 'The tags and albums of given photos, most frequent first',
        body: strict({ ids: Type.Array(Sha256, { minItems: 1, maxItems: 5_000 }) }),
        response: answers(FacetsOfPhotos),
      },
    },
    async (request) => {
      const who = viewer(request);
      const ids = [...new Set(request.body.ids)];
      const counts = { tags: new Map<string, number>(), albums: new Map<string, number>() };
      const shared = new Map<string, SharedAlbum & { count: number }>();
      for (let at = 0; at < ids.length; at += batch) {
        await yieldToEventLoop();
        for (const photo of findPhotos(library, who, ids.slice(at, at + batch)))
          for (const [set, values] of [
            ['tags', tagsShown(who, photo.tags)] as const,
            ['albums', albumsShown(who, photo)] as const,
          ])
            for (const value of values) counts[set].set(value, (counts[set].get(value) ?? 0) + 1);
        for (const one of countSharedAlbums(library, who, ids.slice(at, at + batch))) {
          const key = `${one.holder}:${one.album}`;
          shared.set(key, { ...one, count: one.count + (shared.get(key)?.count ?? 0) });
        }
      }
      return {
        ...{ tags: ranked(counts.tags), albums: ranked(counts.albums) },
        ...(shared.size > 0 && { sharedAlbums: [...shared.values()].sort((a, b) => b.count - a.count) }),
      };
    },
  );
};

/** Most frequent first, then by name. */
const ranked = (counts: ReadonlyMap<string, number>): { value: string; count: number }[] =>
  [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
