/** Photos and their tags, to read. */
import { Type } from 'typebox';
import { exifId, type ExifDocument } from '../../document/photo.js';
import { viewer } from '../access.js';
import type { Routes } from '../parts.js';
import { notFound } from '../failures.js';
import { findPhotos, getPhoto } from '../photos.js';
import { answers, cursor, IdParams, limit, Photo, q, Sha256 } from '../schemas.js';

export const photos: Routes = (app, { library, catalog, ask }) => {
  const List = Type.Object({ photos: Type.Array(Photo), next: Type.Optional(Type.String()) });
  app.get(
    '/api/photos',
    {
      schema: {
        summary: 'Photos, newest first',
        querystring: Type.Object({ q, cursor, limit: limit(500, 100) }),
        response: answers(List),
      },
    },
    async (request) => {
      const { q: text, ...page } = request.query;
      const { ids, next } = catalog.page(await ask(text, 'page'), { limit: 100, ...page, viewer: viewer(request) });
      return { photos: findPhotos(library, viewer(request), ids), ...(next !== undefined && { next }) };
    },
  );

  app.get(
    '/api/photos/:id',
    { schema: { summary: 'One photo', params: IdParams, response: answers(Photo) } },
    (request, reply) => void reply.send(getPhoto(library, viewer(request), request.params.id)),
  );

  const Tags = Type.Object({
    id: Sha256,
    tags: Type.Record(Type.String(), Type.String()),
    cut: Type.Optional(Type.Boolean()),
  });
  app.get(
    '/api/photos/:id/exif',
    { schema: { summary: 'Every tag of the original', params: IdParams, response: answers(Tags) } },
    (request, reply) => {
      const { id } = getPhoto(library, viewer(request), request.params.id);
      const document = library.get(exifId(id))?.body as ExifDocument | undefined;
      if (!document) throw notFound('No tags are known of this photo.');
      const { tags, cut } = document;
      void reply.send({ id, tags, ...(cut === true && { cut }) });
    },
  );
};
