/** Towns and countries for the map and for setting places, from the gazetteer of ExifTool. */
import { Type } from 'typebox';
import { Gazetteer } from '../../api/album-schemas.js';
import { answers } from '../../api/photo-schemas.js';
import { gazetteerFile } from '../../photo/facts/exiftool.js';
import { readGazetteer, type Gazetteer as Places } from '../../photo/facts/gazetteer.js';
import type { Routes } from '../context.js';
import { limit, within } from '../http/page-size.js';
import { readBox } from '../http/read-box.js';

const bounds = { most: 100, usual: 40 };

/** Read at the first request: half of the servers never show a map. */
let places: Promise<Places> | undefined;

export const gazetteer: Routes = (app) => {
  app.get(
    '/api/gazetteer',
    {
      config: { rule: 'details' },
      schema: {
        summary: 'The largest towns of an area or with a name, the nearest to a position, or the countries',
        querystring: Type.Object({
          box: Type.Optional(Type.String({ maxLength: 100, description: 'south,west,north,east in degrees' })),
          name: Type.Optional(Type.String({ maxLength: 200, description: 'the beginning of a name' })),
          near: Type.Optional(
            Type.String({
              pattern: String.raw`^-?\d{1,2}(?:\.\d{1,10})?,-?\d{1,3}(?:\.\d{1,10})?$`,
              description: 'latitude,longitude in degrees',
            }),
          ),
          limit: limit(bounds),
        }),
        response: answers(Gazetteer),
      },
    },
    async (request, reply) => {
      const { box, name, near, limit: asked } = request.query;
      const area = box === undefined ? undefined : readBox(box);
      const found = await (places ??= readGazetteer(gazetteerFile()));
      const most = within(bounds, asked);
      void reply.header('cache-control', 'private, max-age=86400');
      if (name !== undefined) return { towns: await found.named(name, most), countries: [] };
      if (near !== undefined) {
        const [lat, lon] = near.split(',').map(Number);
        return { towns: found.near({ lat: lat!, lon: lon! }, most), countries: [] };
      }
      return area ? { towns: found.within(area, most), countries: [] } : { towns: [], countries: [...found.countries] };
    },
  );
};
