/** Photos and their tags, to read. */
import { Type } from 'typebox';
import { exifId, type ExifDocument } from '../../document/photo.js';
import { viewer } from '../access.js';
import { notFound } from '../failures.js';
import { limit, within } from '../limits.js';
import type { Routes } from '../parts.js';
import { findPhotos, getPhoto } from '../photos.js';
import { answers, cursor, IdParams, next, Photo, q, Sha256 } from '../schemas.js';

const bounds = { most: 1_000, usual: 100 };

export const photos: Routes = (app, { library, catalog, ask }) => {
  const List = Type.Object({ photos: Type.Array(Photo), next });
  app.get(
    '/api/photos',
    {
      schema: {
        summary: 'Photos, newest first',
        querystring: Type.Object({ q, cursor, limit: limit(bounds) }),
        response: answers(List),
      },
    },
    async (request) => {
      const { q: text, limit: asked, ...page } = request.query;
      const query = await ask(text, 'page');
      const found = catalog.page(query, { ...page, limit: within(bounds, asked), viewer: viewer(request) });
      return { photos: findPhotos(library, viewer(request), found.ids), next: found.next ?? null };
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
