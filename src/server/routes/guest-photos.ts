/** Photos that guests sent through share links: whoever made the link lists, approves and declines them. */
import { Type } from 'typebox';
import { EntriesChanged } from '../../api/album-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { answers, cursor, next, Photo, Sha256 } from '../../api/photo-schemas.js';
import { findPhotos } from '../../album/find-photos.js';
import { openGuestPhotos, type GuestPhotos } from '../../album/guest-photos.js';
import { showTo, sightOf } from '../../album/visibility.js';
import type { Library } from '../../library/library.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import { limit, within } from '../http/page-size.js';
import { viewer } from '../http/request-viewer.js';
import type { Viewer } from '../../access/permissions.js';
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
  known: Type.Optional(
    Type.String({
      description:
        'when it was sent (UTC), if it was in the library already: approving adds it to the album, declining does not change it',
    }),
  ),
});

export const guestPhotos: Routes = (app, { library, clock, gate, access, catalog, ask }) => {
  const guests = openGuestPhotos({
    ...{ library, catalog, clock, gate, known: access.knownFromGuests },
    albumOf: (link) => access.guests.albumOf(link),
  });

  app.get(
    '/api/guest-photos',
    {
      config,
      schema: {
        summary:
          'Lists guest photos that await approval, newest first; on the first page also those that were here already',
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
      return {
        photos: [...(page.cursor === undefined ? knownTo(library, guests, who) : []), ...photos],
        next: found.next ?? null,
      };
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
        summary: 'Moves guest photos to the trash, or only dismisses those that were in the library already',
        body: strict({
          ids,
          undo: Type.Optional(
            Type.Literal(true, {
              description: 'lists photos again that were in the library already and were declined',
            }),
          ),
        }),
        response: answers(EntriesChanged),
      },
    },
    (request) => {
      const { ids: wanted, undo } = request.body;
      return undo ? guests.undecline(viewer(request), wanted) : guests.decline(viewer(request), wanted);
    },
  );
};

/** Photos of guests that were in the library already, as the viewer who decides about them sees them. */
function knownTo(library: Library, guests: GuestPhotos, who: Viewer) {
  const sent = new Map(guests.known(who).map((one) => [one.id, one]));
  return findPhotos(library, who, [...sent.keys()]).map((photo) => {
    const { from, at } = sent.get(photo.id)!;
    return { photo: showTo(who, photo), from, known: new Date(at).toISOString() };
  });
}
