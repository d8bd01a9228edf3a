/** How many photos when: what a timeline is sized from. */
import { Type } from 'typebox';
import { viewer } from '../access.js';
import { limit, within } from '../limits.js';
import type { Routes } from '../parts.js';
import { answers, Months, q, Segments } from '../schemas.js';

const bounds = { most: 1_000, usual: 500 };

export const timeline: Routes = (app, { catalog, ask }) => {
  app.get(
    '/api/timeline',
    {
      schema: { summary: 'Photos per month, newest first', querystring: Type.Object({ q }), response: answers(Months) },
    },
    async (request) => catalog.months(await ask(request.query.q, 'count'), viewer(request)),
  );

  const Query = Type.Object({ q, size: limit(bounds) });
  app.get(
    '/api/timeline/segments',
    { schema: { summary: 'Stretches of one month, newest first', querystring: Query, response: answers(Segments) } },
    async (request) => {
      const { q: text, size } = request.query;
      return catalog.segments(await ask(text, 'count'), { size: within(bounds, size), viewer: viewer(request) });
    },
  );
};
