/** Photos that guests sent through share links: whoever made the link lists, approves and declines them. */
import { Type } from 'typebox';
import { EntriesChanged } from '../../api/album-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { answers, cursor, next, Photo, Sha256 } from '../../api/photo-schemas.js';
import { findPhotos } from '../../album/find-photos.js';
import { openGuestPhotos } from '../../album/guest-photos.js';
import { showTo, sightOf } from '../../album/visibility.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import { limit, within } from '../http/page-size.js';
import { viewer } from '../http/request-viewer.js';
import type { Routes } from '../context.js';

const config = { rule: 'own-links' } as const;
const bounds = { most: 1_000, usual: 100 };
const ids = Type.Array(Sha256, { minItems: 1, maxItems: 1_000 });
const Album = Type.String({
  pattern: '^(?:house|[0-9A-HJKMNP-TV-Z]{26}):[0-9A-HJKMNP-TV-Z]{26}$',
  description: 'HOLDER:ALBUM',
});
const Waiting = Type.Object({
  photo: Photo,
  from: Type.Array(Type.Object({ link: Type.String(), guest: Type.Optional(Type.String()) }), {
    description: 'the links that it was uploaded through, and the names of the guests',
  }),
});

export const guestPhotos: Routes = (app, { library, clock, gate, access, catalog, ask }) => {
  const guests = openGuestPhotos({ library, catalog, clock, gate, albumOf: (link) => access.guests.albumOf(link) });

  app.get(
    '/api/guest-photos',
    {
      config,
      schema: {
        summary: 'Lists guest photos that await approval, newest first',
        querystring: Type.Object({ cursor, limit: limit(bounds) }),
        response: answers(Type.Object({ photos: Type.Array(Waiting), next })),
      },
    },
    async (request) => {
      demandPeopleLibraries(gate);
      const { limit: asked, ...page } = request.query;
      const who = viewer(request);
      const query = await ask('is:guest', 'page', who);
      const found = catalog.page(query, { ...page, limit: within(bounds, asked), viewer: sightOf(who) });
      const photos = findPhotos(library, who, found.ids).map((photo) => ({
        photo: showTo(who, photo),
        from: guests.senders(photo.id),
      }));
      return { photos, next: found.next ?? null };
    },
  );

  app.post(
    '/api/guest-photos/approve',
    {
      config,
      schema: {
        summary: 'Approves guest photos, and adds them to the album of their link or another one',
        body: strict({ ids, album: Type.Optional(Album) }),
        response: answers(EntriesChanged),
      },
    },
    (request, reply) => {
      const { ids: wanted, album } = request.body;
      void reply.send(guests.approve(viewer(request), wanted, album));
    },
  );

  app.post(
    '/api/guest-photos/decline',
    {
      config,
      schema: {
        summary: 'Moves guest photos to the trash',
        body: strict({ ids }),
        response: answers(EntriesChanged),
      },
    },
    (request) => guests.decline(viewer(request), request.body.ids),
  );
};
