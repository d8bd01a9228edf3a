/** Renditions. */
import { Type } from 'typebox';
import { viewer } from '../access.js';
import { sendDownload } from '../download.js';
import { notFound } from '../failures.js';
import type { Routes } from '../parts.js';
import { getPhoto } from '../photos.js';
import { bytes, Sha256 } from '../schemas.js';

export const media: Routes = (app, { library, blobs }) => {
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
      return sendDownload(request, reply, {
        path: blobs.rendition(found.sha256),
        sha256: found.sha256,
        type: found.type,
        forever: who.role === 'owner',
        missing: 'This picture is not on this server.',
      });
    },
  });
};
