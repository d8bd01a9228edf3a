/** Values with counts: tags, cameras, places, albums. */
import { Type } from 'typebox';
import { viewer } from '../access.js';
import { limit, within } from '../limits.js';
import type { Routes } from '../parts.js';
import { answers, Facets, q } from '../schemas.js';
import { seesPlaces, sightOf } from '../sight.js';

const bounds = { most: 10_000, usual: 1_000 };
const kinds = { tags: 'tag', cameras: 'camera', places: 'place', albums: 'album' } as const;

export const facets: Routes = (app, { catalog, ask }) => {
  for (const noun of ['tags', 'cameras', 'places', 'albums'] as const) {
    app.get(
      `/api/${noun}`,
      {
        config: { rule: 'see' },
        schema: {
          summary: `The ${noun} of photos, most frequent first`,
          querystring: Type.Object({ q, limit: limit(bounds) }),
          response: answers(Facets),
        },
      },
      async (request) => {
        const who = viewer(request);
        if (noun === 'places' && !seesPlaces(who)) return [];
        const found = catalog.facet(kinds[noun], await ask(request.query.q, 'count', who), sightOf(who));
        return found.slice(0, within(bounds, request.query.limit));
      },
    );
  }
};
