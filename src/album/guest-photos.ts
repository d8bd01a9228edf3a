/**
 * Photos that guests sent through share links, and that wait for the person who made the link (or, of the house, an
 * owner): nobody else sees them. Approving adds a sighting by the holder, and puts the photo into the album that the link
 * is to. A photo that its holder had already does not wait; approving puts it into the album, declining changes nothing about
 * it. Every call is one transaction: a crash leaves all of it or nothing.
 */
import { itemAccess } from '../access/library-access.js';
import type { KnownFromGuest, KnownFromGuests } from '../access/known-from-guests.js';
import { authorOf, linkIn, type Viewer } from '../access/permissions.js';
import { actsFor, mayPutInto, type SharingState } from '../access/sharing-rights.js';
import type { Clock } from '../base/clock.js';
import { withSighting } from '../document/arrival.js';
import { noGrants, withGive, withSight, type GrantSet } from '../document/grants.js';
import { house, membersId, peopleId, sharingId } from '../document/item-id.js';
import { entriesOf, own, textOf } from '../document/json-values.js';
import type { PhotoDocument } from '../document/photo-document.js';
import { demandPeopleLibraries } from '../library/people-libraries.js';
import type { Library } from '../library/library.js';
import { editShots, type ShotParts } from './edit-shots.js';
import { readPhotos, visibleTo, type StoredPhoto } from './find-photos.js';
import { claimsOf, entryIn, isShareable, type EntriesChanged, type MemberAlbumParts } from './member-albums.js';

/** Who sent a photo that waits: the share link, and the name that the guest gave (hostile text). */
export interface GuestSender {
  link: string;
  guest?: string;
}

/** A photo that a guest sent and that its holder had already (its public id), and who sent it. */
export interface KnownPhoto {
  id: string;
  from: GuestSender[];
  /** When it was sent last, in ms since 1970. */
  at: number;
}

/** The photos of guests. All methods throw `conflict` while people have no libraries here. */
export interface GuestPhotos {
  /** Who sent a photo (its public id), without duplicates; empty if it does not wait. */
  senders(photo: string): GuestSender[];
  /**
   * Photos that the viewer decides about and that they had already, newest first; without those in the trash, locked, or
   * in the album meanwhile.
   */
  known(viewer: Viewer): KnownPhoto[];
  /** Approves photos. `album`: into which they come; by default the one that their link is to. */
  approve(viewer: Viewer, photos: readonly string[], album?: string): EntriesChanged;
  /** Moves photos that wait to the trash. Photos that the viewer had already are only no longer listed. */
  decline(viewer: Viewer, photos: readonly string[]): Promise<EntriesChanged>;
  /** Lists declined photos again that the viewer had already. */
  undecline(viewer: Viewer, photos: readonly string[]): EntriesChanged;
}

/** The dependencies. `albumOf`: the album that a link is, or was, to. */
export interface GuestPhotoParts extends MemberAlbumParts {
  clock: Pick<Clock, 'now'>;
  catalog: ShotParts['catalog'];
  albumOf(link: string): string | undefined;
  /** The photos that guests sent and their holders had already. */
  known: KnownFromGuests;
}

/** Opens the photos of guests; nothing needs to be closed. */
// Longer than a screen: the methods share the state and the sorting.
export function openGuestPhotos({ library, catalog, clock, gate, albumOf, known }: GuestPhotoParts): GuestPhotos {
  const state = (): SharingState => ({ access: itemAccess(library), hasAlbum: library.controls.hasAlbum });

  /** The photos that guests sent for these albums and that the viewer, who decides about them, had already. */
  function knownTo(viewer: Viewer): Map<string, KnownStored> {
    const rows = new Map<string, KnownFromGuest[]>();
    for (const row of known.list()) rows.set(row.photo, [...(rows.get(row.photo) ?? []), row]);
    if (rows.size === 0) return new Map();
    const now = state();
    const found = visibleTo(library, viewer, readPhotos(library, [...rows.keys()])).flatMap((photo) => {
      const claims = claimsOf(library, photo);
      if (!isShareable(claims) || claims?.guest !== false || !actsFor(viewer, photo.item.holder, now)) return [];
      const sent = rows
        .get(photo.id)!
        .filter(({ album }) => mayPutInto(viewer, album, photo.item.holder, now) && !entryIn(library, photo, album));
      return sent.length === 0 ? [] : [[photo.id, { photo, sent }] as const];
    });
    return new Map(found);
  }

  /** Sorts photos by whether they wait or their holder had them, and whether the viewer decides about them. */
  function sorted(viewer: Viewer, ids: readonly string[]) {
    const wanted = [...new Set(ids)];
    const found = visibleTo(library, viewer, readPhotos(library, wanted));
    const here = new Set(found.map(({ id }) => id));
    const mine = found.filter((photo) => waits(library, photo) && actsFor(viewer, photo.item.holder, state()));
    const had = knownTo(viewer);
    const isMine = (id: string): boolean => had.has(id) || mine.some((photo) => photo.id === id);
    const refused = found.map(({ id }) => id).filter((id) => !isMine(id));
    const knowns = wanted.flatMap((id) => had.get(id) ?? []);
    return { mine, knowns, missing: wanted.filter((id) => !here.has(id)), refused };
  }

  return {
    senders(id) {
      const [photo] = readPhotos(library, [id]);
      return photo && waits(library, photo) ? sendersOf(photo.body) : [];
    },
    known: (viewer) =>
      [...knownTo(viewer)].map(([id, { sent }]) => ({
        ...{ id, from: distinct(sent.map(({ sender }) => sender)), at: Math.max(...sent.map(({ at }) => at)) },
      })),
    approve: (viewer, ids, album) =>
      library.transaction(() => {
        demandPeopleLibraries(gate);
        const { mine, knowns, missing, refused } = sorted(viewer, ids);
        for (const photo of mine) {
          const links = sendersOf(photo.body).flatMap(({ link }) => albumOf(link) ?? []);
          const into = [...new Set(album === undefined ? links : [album])].filter((one) =>
            mayPutInto(viewer, one, photo.item.holder, state()),
          );
          approveOne(library, viewer, photo, into, clock.now());
        }
        let added = 0;
        for (const { photo, sent } of knowns) {
          const into = [...new Set(album === undefined ? sent.map((one) => one.album) : [album])].filter((one) =>
            mayPutInto(viewer, one, photo.item.holder, state()),
          );
          for (const one of into) putInto(library, viewer, photo, one);
          if (into.length > 0) {
            known.forget(photo.id);
            added++;
          }
          // It stays listed.
          else refused.push(photo.id);
        }
        return { changed: mine.length + added, missing, refused };
      }),
    async decline(viewer, ids) {
      demandPeopleLibraries(gate);
      const { mine, knowns, missing, refused } = sorted(viewer, ids);
      const listed = library.transaction(() => knowns.filter(({ photo }) => known.decline(photo.id, true)).length);
      if (mine.length === 0) return { changed: listed, missing, refused };
      const waiting = mine.map(({ id }) => id);
      const done = await editShots({ library, catalog }, viewer, [{ ids: waiting, trashed: true }], false);
      return {
        changed: listed + done.changed,
        missing: [...missing, ...done.missing],
        refused: [...refused, ...(done.refused ?? [])],
      };
    },
    undecline: (viewer, ids) =>
      library.transaction(() => {
        demandPeopleLibraries(gate);
        const wanted = [...new Set(ids)];
        const found = visibleTo(library, viewer, readPhotos(library, wanted));
        const here = new Set(found.map(({ id }) => id));
        const mine = found.filter(({ item }) => actsFor(viewer, item.holder, state()));
        return {
          changed: mine.filter(({ id }) => known.decline(id, false)).length,
          missing: wanted.filter((id) => !here.has(id)),
          refused: found.filter((photo) => !mine.includes(photo)).map(({ id }) => id),
        };
      }),
  };
}

/** A photo that its holder had already, and for which albums guests sent it. */
interface KnownStored {
  photo: StoredPhoto;
  sent: KnownFromGuest[];
}

const waits = (library: Library, photo: StoredPhoto): boolean => claimsOf(library, photo)?.guest === true;

const sendersOf = ({ sightings }: PhotoDocument): GuestSender[] =>
  distinct(entriesOf(sightings).map(([, told]) => textOf(own(told, 'by'))));

/** The guests among authors, without duplicates. */
function distinct(authors: readonly string[]): GuestSender[] {
  const all = authors.flatMap((author) => linkIn(author) ?? []);
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

const setsOf = (library: Library, ids: readonly string[]): Record<string, GrantSet> =>
  Object.fromEntries(ids.map((id) => [id, library.controls.find(id) ?? noGrants]));

/** Puts a photo into an album, as its holder. */
function putInto(library: Library, viewer: Viewer, { document }: StoredPhoto, album: string): void {
  library.update<PhotoDocument>(document, (body) => body && { ...body, edits: entering(library, viewer, body, album) });
}

/** The edits of a photo that a viewer puts into an album. */
function entering(library: Library, viewer: Viewer, body: PhotoDocument, album: string, edits: object = body.edits) {
  const author = { at: library.stampAfter(body), by: authorOf(viewer) };
  return withGive(edits, { to: album, what: 'entry' }, author, setsOf(library, [peopleId, membersId(album)]));
}

function approveOne(
  library: Library,
  viewer: Viewer,
  photo: StoredPhoto,
  albums: readonly string[],
  now: number,
): void {
  const { holder } = photo.item;
  library.update<PhotoDocument>(photo.document, (body) => {
    const [first] = Object.values(body?.sightings ?? {});
    if (!body || !first) return undefined;
    const by = authorOf(viewer);
    const { name, modified } = first;
    const sighting = { at: new Date(now).toISOString(), server: library.server, name, modified, by };
    const sees = setsOf(library, holder === house ? [peopleId] : [peopleId, sharingId(holder)]);
    let edits = withSight<object>(body.edits, sees, { at: library.stampAfter(body), by });
    for (const album of albums) edits = entering(library, viewer, body, album, edits);
    return withSighting({ ...body, edits }, sighting);
  });
}
