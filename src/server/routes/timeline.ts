/** The number of photos by time: for the height of a timeline. */
import { Type } from 'typebox';
import { viewer } from '../http/request-viewer.js';
import { limit, within } from '../http/page-size.js';
import type { Routes } from '../context.js';
import { TimelineCovers, TimelinePlaces } from '../../api/album-schemas.js';
import { stackBursts } from '../../catalog/query.js';
import { arrangedAs } from '../../album/arrange-photos.js';
import { openAlbums } from '../../album/saved-searches.js';
import { answers, bursts, Months, order, q, Segments } from '../../api/photo-schemas.js';
import { seesCircumstances, sightOf } from '../../album/visibility.js';

const bounds = { most: 1_000, usual: 500 };

export const timeline: Routes = (app, { catalog, library, clock, ask }) => {
  const albums = openAlbums(library, clock);

  app.get(
    '/api/timeline',
    {
      config: { rule: 'see' },
      schema: { summary: 'Photos per month, newest first', querystring: Type.Object({ q }), response: answers(Months) },
    },
    async (request) => {
      const who = viewer(request);
      return catalog.months(await ask(request.query.q, 'count', who), sightOf(who));
    },
  );

  app.get(
    '/api/timeline/places',
    {
      config: { rule: 'see' },
      schema: {
        summary: 'The most frequent places of each month or day, newest first',
        querystring: Type.Object({ q, by: Type.Optional(Type.Enum(['month', 'day'])) }),
        response: answers(TimelinePlaces),
      },
    },
    async (request) => {
      const { q: text, by = 'month' } = request.query;
      const who = viewer(request);
      // Before the search is parsed: a share link may not search by dates, but its page still requests this.
      if (!seesCircumstances(who)) return [];
      const query = await ask(text, 'values', who);
      const found = catalog.places(query, by, sightOf(who));
      return found.map(({ span, places }) => ({ ...(by === 'day' ? { day: span } : { month: span }), places }));
    },
  );

  app.get(
    '/api/timeline/covers',
    {
      config: { rule: 'see' },
      schema: {
        summary: 'Photos per month or year, newest first, each with a cover photo',
        querystring: Type.Object({ q, by: Type.Optional(Type.Enum(['month', 'year'])) }),
        response: answers(TimelineCovers),
      },
    },
    async (request) => {
      const { q: text, by = 'month' } = request.query;
      const who = viewer(request);
      return catalog.covers(await ask(text, 'count', who), by, sightOf(who));
    },
  );

  const Query = Type.Object({ q, size: limit(bounds), order, bursts });
  app.get(
    '/api/timeline/segments',
    {
      config: { rule: 'see' },
      schema: { summary: 'The segments of one month, newest first', querystring: Query, response: answers(Segments) },
    },
    async (request) => {
      const { q: text, size, order: sort, bursts: how } = request.query;
      const who = viewer(request);
      const parsed = await ask(text, 'count', who);
      const query = how === 'stacked' ? stackBursts(parsed) : parsed;
      const arranged = arrangedAs(sort, { library, catalog, albums }, who, query);
      if (arranged) return arranged.segments(within(bounds, size));
      return catalog.segments(query, { size: within(bounds, size), viewer: sightOf(who) });
    },
  );
};
