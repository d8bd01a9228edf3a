/** Reading photos and their tags. */
import { notFound } from '../../base/errors.js';
import { Type } from 'typebox';
import { exifId, type ExifDocument } from '../../document/photo-document.js';
import { may } from '../../access/permissions.js';
import { viewer } from '../http/request-viewer.js';
import { withMotion } from '../../album/playable-videos.js';
import { limit, within } from '../http/page-size.js';
import type { App, Context, Routes } from '../context.js';
import { photoPlaces, type PhotoPlace } from '../http/photo-places.js';
import { findPhotos, getPhoto } from '../../album/find-photos.js';
import { answers, cursor, IdParams, next, Photo, q, Sha256 } from '../../api/photo-schemas.js';
import { showTo, sightOf } from '../../album/visibility.js';
import { withSharedAlbums } from '../../album/member-albums.js';
import { withStack } from '../../album/stack-members.js';

const bounds = { most: 1_000, usual: 100 };

export const photos: Routes = (app, context) => {
  for (const place of photoPlaces) addPhotos(app, context, place);
};

function addPhotos(app: App, { library, catalog, ask }: Context, { api, config, summary }: PhotoPlace): void {
  const parts = { library, catalog };
  const List = Type.Object({ photos: Type.Array(Photo), next });
  app.get(
    `${api}/photos`,
    {
      config: { rule: 'see', ...config },
      schema: {
        summary: summary('Photos, newest first'),
        querystring: Type.Object({ q, cursor, limit: limit(bounds) }),
        response: answers(List),
      },
    },
    async (request) => {
      const { q: text, limit: asked, ...page } = request.query;
      const who = viewer(request);
      const query = await ask(text, 'page', who);
      const found = catalog.page(query, { ...page, limit: within(bounds, asked), viewer: sightOf(who) });
      const photos = findPhotos(library, who, found.ids).map((photo) => showTo(who, withMotion(parts, who, photo)));
      return { photos, next: found.next ?? null };
    },
  );

  app.get(
    `${api}/photos/:id`,
    {
      config: { rule: 'see', ...config },
      schema: { summary: summary('One photo'), params: IdParams, response: answers(Photo) },
    },
    (request, reply) => {
      const who = viewer(request);
      const photo = withMotion(parts, who, getPhoto(library, who, request.params.id));
      void reply.send(showTo(who, withSharedAlbums(library, who, withStack(parts, who, photo))));
    },
  );

  const Tags = Type.Object({
    id: Sha256,
    tags: Type.Record(Type.String(), Type.String()),
    cut: Type.Optional(Type.Boolean()),
  });
  app.get(
    `${api}/photos/:id/exif`,
    {
      config: { rule: 'see', ...config },
      schema: { summary: summary('Every tag of the original'), params: IdParams, response: answers(Tags) },
    },
    (request, reply) => {
      const who = viewer(request);
      const { id, item } = getPhoto(library, who, request.params.id);
      const document = may(who, 'details') && (library.get(exifId(item.sha256))?.body as ExifDocument | undefined);
      if (!document) throw notFound('This photo has no known metadata tags.');
      const { tags, cut } = document;
      void reply.send({ id, tags, ...(cut === true && { cut }) });
    },
  );
}
