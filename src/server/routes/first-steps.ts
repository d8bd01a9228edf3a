/** The content of the page of an empty library. */
import { may } from '../../access/permissions.js';
import { viewer } from '../http/request-viewer.js';
import type { Routes } from '../context.js';
import { HomeAnswer } from '../../api/album-schemas.js';
import { answers } from '../../api/photo-schemas.js';
import { sightOf } from '../../album/visibility.js';

export const home: Routes = (app, { library, catalog, config, ask }) => {
  app.get(
    '/api/home',
    {
      config: { rule: 'see' },
      schema: { summary: 'Information for the page of an empty library', response: answers(HomeAnswer) },
    },
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
