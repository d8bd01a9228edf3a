/** The owner's own map of streets, a PMTiles file in the home, in parts: for viewers of the map. */
import { notFound } from '../../base/errors.js';
import { bytes } from '../../api/photo-schemas.js';
import type { Routes } from '../context.js';
import { findBasemap } from '../files/find-basemap.js';
import { sendDownload } from '../files/send-file.js';

const missing = 'This server has no map of its own.';

export const basemap: Routes = (app, { config }) => {
  app.get(
    '/api/map/basemap',
    {
      config: { rule: 'details' },
      schema: {
        summary: 'The map of the owner (PMTiles), also in parts',
        response: bytes('the file', 'application/octet-stream'),
      },
    },
    async (request, reply) => {
      const found = await findBasemap(config);
      if (!found) throw notFound(missing);
      const what = { path: found.path, sha256: found.version, type: 'application/octet-stream' };
      return sendDownload(request, reply, { ...what, forever: false, missing });
    },
  );
};
