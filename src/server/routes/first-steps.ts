/** What the page says when there is nothing to show yet. */
import { Type } from 'typebox';
import { may } from '../../access/permissions.js';
import { viewer } from '../http/request-viewer.js';
import type { Routes } from '../context.js';
import { answers } from '../../api/photo-schemas.js';
import { sightOf } from '../../album/visibility.js';

export const home: Routes = (app, { library, catalog, config, ask }) => {
  const Home = Type.Object({
    incoming: Type.Optional(Type.String({ description: 'where to put photos, for those who may look there' })),
    version: Type.String(),
    empty: Type.Boolean({ description: 'there is no photo, not even in the trash (of what may be seen)' }),
    photos: Type.Integer(),
  });
  app.get(
    '/api/home',
    { config: { rule: 'see' }, schema: { summary: 'This home', response: answers(Home) } },
    async (request) => {
      const who = viewer(request);
      const photos = catalog.count(await ask('', 'count', who), sightOf(who));
      return {
        ...(may(who, 'spool') && { incoming: config.incoming }),
        version: config.version,
        empty: who.role === 'owner' ? library.scan('photo:').next().done === true : photos === 0,
        photos,
      };
    },
  );
};
