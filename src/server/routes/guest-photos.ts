/** Photos that guests sent through share links: the creator of the link lists, approves and declines them. */
import { Type } from 'typebox';
import { EntriesChanged } from '../../api/album-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { answers, cursor, next, Photo, Sha256 } from '../../api/photo-schemas.js';
import { findPhotos } from '../../album/find-photos.js';
import { openGuestPhotos, type GuestPhotos, type KnownPhoto } from '../../album/guest-photos.js';
import { showTo, sightOf } from '../../album/visibility.js';
import { compareText } from '../../document/json-values.js';
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
        summary: 'Lists guest photos that were here already, then those that await approval, each newest first',
        querystring: Type.Object({ cursor, limit: limit(bounds) }),
        response: answers(Type.Object({ photos: Type.Array(Waiting), next })),
      },
    },
    async (request) => {
      demandPeopleLibraries(gate);
      const { limit: asked, cursor: from } = request.query;
      const most = within(bounds, asked);
      const who = viewer(request);
      const query = await ask('is:guest', 'page', who);
      const known = knownAfter(guests, who, from);
      const listed = known.slice(0, most);
      const here = showKnown(library, who, listed);
      const last = listed.at(-1);
      // The page is full of known photos: the rest, including the first one that waits, is on the next page.
      const isFull = last !== undefined && listed.length === most;
      const start = from === undefined || knownCursor.test(from) ? {} : { cursor: from };
      const found = catalog.page(query, { ...start, limit: Math.max(1, most - listed.length), viewer: sightOf(who) });
      if (isFull) return { photos: here, next: known.length > most || found.ids.length > 0 ? cursorOf(last) : null };
      const waiting = findPhotos(library, who, found.ids).map((photo) => ({
        photo: showTo(who, photo),
        from: guests.senders(photo.id),
      }));
      return { photos: [...here, ...waiting], next: found.next ?? null };
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

/**
 * A cursor among the photos that were here already: time and id of the last one listed. Other cursors are the
 * catalog's.
 */
const knownCursor = /^known:(\d{1,16}):([0-9a-f]{64})$/;
const cursorOf = ({ at, id }: KnownPhoto): string => `known:${at}:${id}`;

/** Photos of guests that were in the library already and follow a cursor, newest first. */
function knownAfter(guests: GuestPhotos, who: Viewer, from: string | undefined): KnownPhoto[] {
  const place = from === undefined ? undefined : knownCursor.exec(from);
  if (place === null) return [];
  const all = guests.known(who).sort((a, b) => b.at - a.at || compareText(a.id, b.id));
  if (place === undefined) return all;
  const [at, id] = [Number(place[1]), place[2]!];
  return all.filter((one) => one.at < at || (one.at === at && one.id > id));
}

/** These photos as seen by the viewer who decides about them. */
function showKnown(library: Library, who: Viewer, known: readonly KnownPhoto[]) {
  const sent = new Map(known.map((one) => [one.id, one]));
  return findPhotos(library, who, [...sent.keys()]).map((photo) => {
    const { from, at } = sent.get(photo.id)!;
    return { photo: showTo(who, photo), from, known: new Date(at).toISOString() };
  });
}
