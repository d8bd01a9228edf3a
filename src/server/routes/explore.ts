/**
 * The values in the matches of a search, for browsing: places, years, cameras, folders, people and kinds, with cover
 * photos.
 */
import { Type } from 'typebox';
import { seesHolders } from '../../access/permissions.js';
import { seesCircumstances, sightOf } from '../../album/visibility.js';
import { ExploredPhotos } from '../../api/album-schemas.js';
import { answers, q } from '../../api/photo-schemas.js';
import type { Routes } from '../context.js';
import { limit, within } from '../http/page-size.js';
import { viewer } from '../http/request-viewer.js';

const bounds = { most: 60, usual: 12 };

export const explore: Routes = (app, { catalog, ask }) => {
  app.get(
    '/api/explore',
    {
      config: { rule: 'see' },
      schema: {
        summary: 'Places, years, cameras, folders, people and kinds of a search, each with a cover',
        querystring: Type.Object({ q, limit: limit(bounds) }),
        response: answers(ExploredPhotos),
      },
    },
    async (request) => {
      const who = viewer(request);
      const query = await ask(request.query.q, 'values', who);
      const { places, cameras, holders, kinds, ...found } = catalog.explore(
        query,
        within(bounds, request.query.limit),
        sightOf(who),
      );
      const isTold = seesCircumstances(who);
      return {
        ...found,
        places: isTold ? places : [],
        cameras: isTold ? cameras : [],
        kinds: isTold ? kinds : [],
        holders: seesHolders(who) ? holders : [],
      };
    },
  );
};
