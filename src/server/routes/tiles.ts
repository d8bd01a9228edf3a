/** Tiles: of each photo what a timeline needs, and nothing more. */
import { Type } from 'typebox';
import { viewer } from '../access.js';
import type { Routes } from '../parts.js';
import { answers, cursor, limit, q, Tile } from '../schemas.js';

export const tiles: Routes = (app, { catalog, ask }) => {
  const List = Type.Object({ tiles: Type.Array(Tile), next: Type.Optional(Type.String()) });
  app.get(
    '/api/tiles',
    {
      schema: {
        summary: 'Tiles, newest first',
        querystring: Type.Object({ q, cursor, limit: limit(1000, 500) }),
        response: answers(List),
      },
    },
    async (request) => {
      const { q: text, ...page } = request.query;
      return catalog.tiles(await ask(text, 'page'), { limit: 500, ...page, viewer: viewer(request) });
    },
  );
};
