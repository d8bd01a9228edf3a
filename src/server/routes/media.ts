/** Renditions. */
import { Type } from 'typebox';
import { toPhotospoolError } from '../../base/errors.js';
import { viewer } from '../access.js';
import { sendDownload } from '../download.js';
import { notFound, refuse } from '../failures.js';
import type { Routes } from '../parts.js';
import { getPhoto } from '../photos.js';
import { hasPeers } from '../links.js';
import { bytes, Sha256 } from '../schemas.js';

export const media: Routes = (app, context) => {
  const { library, blobs } = context;
  app.route({
    method: ['GET', 'HEAD'],
    url: '/media/:id/:rendition',
    config: { rule: 'see' },
    schema: {
      summary: 'A scaled picture',
      params: Type.Object({ id: Sha256, rendition: Type.Enum(['thumb', 'preview']) }),
      response: bytes('the picture', 'image/webp', 'image/jpeg'),
    },
    handler: async (request, reply) => {
      const { id, rendition } = request.params;
      const who = viewer(request);
      const found = getPhoto(library, who, id).renditions[rendition];
      if (!found) throw notFound(`This photo has no ${rendition}.`);
      const sent = sendDownload(request, reply, {
        path: blobs.rendition(found.sha256),
        sha256: found.sha256,
        type: found.type,
        forever: who.role === 'owner',
        missing: 'This picture is not on this server.',
      });
      return sent.catch((error: unknown) => {
        if (toPhotospoolError(error).code !== 'not-found' || !hasPeers(context)) throw error;
        return refuse(reply, 404, 'on-its-way', 'This picture is on its way here from another server.');
      });
    },
  });
};
