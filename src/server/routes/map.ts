/** Photos on the map, in clusters: for viewers with access to exact positions. */
import { Type } from 'typebox';
import { readBox } from '../http/read-box.js';
import { viewer } from '../http/request-viewer.js';
import type { Routes } from '../context.js';
import { MapCluster } from '../../api/album-schemas.js';
import { answers, q } from '../../api/photo-schemas.js';
import { findBasemap } from '../files/find-basemap.js';
import { sightOf } from '../../album/visibility.js';

const world = '-90,-180,90,180';

export const map: Routes = (app, { catalog, ask, config }) => {
  app.get(
    '/api/map',
    {
      config: { rule: 'details' },
      schema: {
        summary: 'Photos in an area, in at most 500 clusters',
        querystring: Type.Object({
          q,
          box: Type.Optional(Type.String({ maxLength: 100, description: 'south,west,north,east in degrees' })),
          zoom: Type.Optional(Type.Integer({ minimum: 0, maximum: 22, description: '0 world, 20 street; default 1' })),
        }),
        response: answers(
          Type.Object({
            clusters: Type.Array(MapCluster),
            basemap: Type.Boolean({ description: 'whether the owner provides a map of streets' }),
          }),
        ),
      },
    },
    async (request) => {
      const { q: text, box = world, zoom = 1 } = request.query;
      const area = readBox(box);
      const who = viewer(request);
      const clusters = catalog.map(area, zoom, await ask(text, 'values', who), sightOf(who));
      return { clusters, basemap: (await findBasemap(config)) !== undefined };
    },
  );
};
