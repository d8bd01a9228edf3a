/** What the page says when there is nothing to show yet. */
import { Type } from 'typebox';
import { viewer } from '../access.js';
import type { Routes } from '../parts.js';
import { answers } from '../schemas.js';

export const home: Routes = (app, { library, catalog, config, ask }) => {
  const Home = Type.Object({
    incoming: Type.String({ description: 'where to put photos' }),
    version: Type.String(),
    empty: Type.Boolean({ description: 'there is no photo, not even in the trash' }),
    photos: Type.Integer(),
  });
  app.get('/api/home', { schema: { summary: 'This home', response: answers(Home) } }, async (request) => ({
    incoming: config.incoming,
    version: config.version,
    empty: library.scan('photo:').next().done === true,
    photos: catalog.count(await ask('', 'count'), viewer(request)),
  }));
};
