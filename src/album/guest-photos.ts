/**
 * Photos that guests sent through share links, and that wait for the person who made the link (or, of the house, an
 * owner): nobody else sees them. Approving adds a sighting by the holder, and puts the photo into the album that the link
 * is to. Every call is one transaction: a crash leaves all of it or nothing.
 */
import { itemAccess } from '../access/library-access.js';
import { readItem } from '../access/item-access.js';
import { authorOf, linkIn, type Viewer } from '../access/permissions.js';
import { actsFor, mayPutInto, type SharingState } from '../access/sharing-rights.js';
import type { Clock } from '../base/clock.js';
import { withSighting } from '../document/arrival.js';
import { noGrants, withGive, withSight, type GrantSet } from '../document/grants.js';
import { house, membersId, peopleId, sharingId } from '../document/item-id.js';
import { entriesOf, own, textOf } from '../document/json-values.js';
import type { Body, PhotoDocument } from '../document/photo-document.js';
import { demandPeopleLibraries } from '../library/people-libraries.js';
import type { Library } from '../library/library.js';
import { editShots, type ShotParts } from './edit-shots.js';
import { readPhotos, visibleTo, type StoredPhoto } from './find-photos.js';
import type { EntriesChanged, MemberAlbumParts } from './member-albums.js';

/** Who sent a photo that waits: the share link, and the name that the guest gave (hostile text). */
export interface GuestSender {
  link: string;
  guest?: string;
}

/** The photos of guests. All methods throw `conflict` while people have no libraries here. */
export interface GuestPhotos {
  /** Who sent a photo (its public id), without duplicates; empty if it does not wait. */
  senders(photo: string): GuestSender[];
  /** Approves photos. `album`: into which they come; by default the one that their link is to. */
  approve(viewer: Viewer, photos: readonly string[], album?: string): EntriesChanged;
  /** Moves photos that wait to the trash. */
  decline(viewer: Viewer, photos: readonly string[]): Promise<EntriesChanged>;
}

/** The dependencies. `albumOf`: the album that a link is, or was, to. */
export interface GuestPhotoParts extends MemberAlbumParts {
  clock: Pick<Clock, 'now'>;
  catalog: ShotParts['catalog'];
  albumOf(link: string): string | undefined;
}

/** Opens the photos of guests; nothing needs to be closed. */
export function openGuestPhotos({ library, catalog, clock, gate, albumOf }: GuestPhotoParts): GuestPhotos {
  const state = (): SharingState => ({ access: itemAccess(library), hasAlbum: library.controls.hasAlbum });

  /** Sorts photos by whether they wait, and whether the viewer decides about them. */
  function sorted(viewer: Viewer, ids: readonly string[]) {
    const wanted = [...new Set(ids)];
    const found = visibleTo(library, viewer, readPhotos(library, wanted));
    const here = new Set(found.map(({ id }) => id));
    const mine = found.filter((photo) => waits(library, photo) && actsFor(viewer, photo.item.holder, state()));
    const refused = found.filter((photo) => !mine.includes(photo)).map(({ id }) => id);
    return { mine, missing: wanted.filter((id) => !here.has(id)), refused };
  }

  return {
    senders(id) {
      const [photo] = readPhotos(library, [id]);
      return photo && waits(library, photo) ? sendersOf(photo.body) : [];
    },
    approve: (viewer, ids, album) =>
      library.transaction(() => {
        demandPeopleLibraries(gate);
        const { mine, ...others } = sorted(viewer, ids);
        for (const photo of mine) {
          const links = sendersOf(photo.body).flatMap(({ link }) => albumOf(link) ?? []);
          const into = [...new Set(album === undefined ? links : [album])].filter((one) =>
            mayPutInto(viewer, one, photo.item.holder, state()),
          );
          approveOne(library, viewer, photo, into, clock.now());
        }
        return { changed: mine.length, ...others };
      }),
    async decline(viewer, ids) {
      demandPeopleLibraries(gate);
      const { mine, missing, refused } = sorted(viewer, ids);
      if (mine.length === 0) return { changed: 0, missing, refused };
      const waiting = mine.map(({ id }) => id);
      const done = await editShots({ library, catalog }, viewer, [{ ids: waiting, trashed: true }], false);
      return {
        changed: done.changed,
        missing: [...missing, ...done.missing],
        refused: [...refused, ...(done.refused ?? [])],
      };
    },
  };
}

function waits(library: Library, { document, item, body }: StoredPhoto): boolean {
  return readItem(item, body as unknown as Body, library.controls.endsOf(document))?.guest === true;
}

function sendersOf({ sightings }: PhotoDocument): GuestSender[] {
  const all = entriesOf(sightings).flatMap(([, told]) => linkIn(textOf(own(told, 'by'))) ?? []);
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

function approveOne(
  library: Library,
  viewer: Viewer,
  photo: StoredPhoto,
  albums: readonly string[],
  now: number,
): void {
  const { holder } = photo.item;
  const setOf = (id: string): GrantSet => library.controls.find(id) ?? noGrants;
  const setsOf = (ids: readonly string[]): Record<string, GrantSet> =>
    Object.fromEntries(ids.map((id) => [id, setOf(id)]));
  library.update<PhotoDocument>(photo.document, (body) => {
    const [first] = Object.values(body?.sightings ?? {});
    if (!body || !first) return undefined;
    const by = authorOf(viewer);
    const { name, modified } = first;
    const sighting = { at: new Date(now).toISOString(), server: library.server, name, modified, by };
    const sees = setsOf(holder === house ? [peopleId] : [peopleId, sharingId(holder)]);
    let edits = withSight<object>(body.edits, sees, { at: library.stampAfter(body), by });
    for (const album of albums) {
      const author = { at: library.stampAfter(body), by };
      edits = withGive(edits, { to: album, what: 'entry' }, author, setsOf([peopleId, membersId(album)]));
    }
    return withSighting({ ...body, edits }, sighting);
  });
}
