/** Originals. */
import { Type } from 'typebox';
import { may } from '../../access/rights.js';
import { viewer } from '../access.js';
import { disposition } from '../disposition.js';
import { sendDownload } from '../download.js';
import { notFound } from '../failures.js';
import type { Routes } from '../parts.js';
import { getPhoto } from '../photos.js';
import { bytes, IdParams } from '../schemas.js';

/** What a browser may show in place: pictures made of pixels, which can hold no script. */
const raster = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/avif',
  'image/gif',
  'image/tiff',
  'image/heic',
  'image/heif',
  'image/jxl',
]);

export const originals: Routes = (app, { library, blobs }) => {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/originals/:id',
    config: { rule: 'see' },
    schema: {
      summary: 'The file as it came',
      params: IdParams,
      querystring: Type.Object({
        download: Type.Optional(Type.String({ description: 'to save it instead of showing it' })),
      }),
      response: bytes('the file', 'application/octet-stream'),
    },
    handler: async (request, reply) => {
      const who = viewer(request);
      const photo = getPhoto(library, who, request.params.id);
      const missing = 'The original is not on this server.';
      if (!may(who, 'original') || photo.original.path === undefined) throw notFound(missing);
      const shown = raster.has(photo.type) && request.query.download === undefined;
      return sendDownload(request, reply, {
        path: blobs.original(photo.original.path),
        sha256: photo.id,
        type: photo.type,
        forever: who.role === 'owner',
        disposition: disposition(shown ? 'inline' : 'attachment', photo.name),
        missing,
      });
    },
  });
};
