/**
 * Saved searches (albums that update themselves), accepted or dismissed album suggestions, and the settings of albums
 * that exist by name: cover, description, order. They are
 * documents: every server of the mesh shows them. They are visible to viewers with access to originals, and to family
 * only if they match a visible photo.
 */
import { monotonicFactory } from 'ulid';
import { authorOf, may, type Viewer } from '../access/permissions.js';
import type { Clock } from '../base/clock.js';
import { PhotospoolError, notFound } from '../base/errors.js';
import { parseQuery } from '../catalog/search-parser.js';
import { fold } from '../catalog/tokenize.js';
import {
  albumId,
  albumOf,
  albumPrefix,
  changeAlbum,
  coverOf,
  descriptionIn,
  settingsName,
  turnedDown,
  viewSaved,
  type AlbumChange,
  type Cover,
  type SavedSearch,
} from '../document/album-document.js';
import { orderIn, sortIn, type OrderChange } from '../document/album-order.js';
import { isNewer, merge } from '../document/merge.js';
import type { Body } from '../document/photo-document.js';
import type { Library } from '../library/library.js';

/** The album documents of a library. */
export interface Albums {
  /** By name. */
  list(): SavedSearch[];
  /** @throws PhotospoolError `invalid`; `conflict` if there are too many. */
  add(viewer: Viewer, name: string, q: string): SavedSearch;
  /** Changes one, deletes or restores it. @throws PhotospoolError `invalid`, `not-found`. */
  change(viewer: Viewer, id: string, change: AlbumChange): void;
  /** The names of dismissed suggestions. */
  declined(): Set<string>;
  /** Dismisses a suggestion, or undoes that. @throws PhotospoolError `invalid`. */
  decline(viewer: Viewer, name: string, declined: boolean): void;
  /** The photos (SHA-256) chosen as covers, by the name of the album. */
  covers(): Map<string, string>;
  /** Chooses a photo as the cover of an album, or (undefined) none. @throws PhotospoolError `invalid`. */
  cover(viewer: Viewer, name: string, photo: string | undefined): void;
  /** The settings of an album as one document; undefined if there are none. Case and accents of the name don’t count. */
  settings(name: string): Body | undefined;
  /** The settings of an album that another one, with its new name, does not have yet. */
  copied(from: string, to: string): OrderChange & Pick<AlbumChange, 'description'>;
  /** Changes the settings of an album. @throws PhotospoolError `invalid`. */
  set(viewer: Viewer, name: string, change: OrderChange & Pick<AlbumChange, 'description'>): void;
}

/** The maximum number; each is counted. */
const most = 500;

/** Whether saved searches and chosen covers are visible to a viewer. */
export const seesSaved = (viewer: Viewer): boolean => may(viewer, 'details') && viewer.role !== 'link';

/** Opens the albums of a library; nothing needs to be closed. */
export function openAlbums(library: Library, clock: Pick<Clock, 'now'>): Albums {
  const nextId = monotonicFactory();
  const all = () => [...library.scan(albumPrefix)];
  const list = (): SavedSearch[] =>
    all()
      .flatMap(({ id, body }) => viewSaved(id, body) ?? [])
      .sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));

  function write(id: string, viewer: Viewer, change: AlbumChange): void {
    library.update(id, (body) => {
      const at = library.stampAfter(body);
      return changeAlbum(albumOf(body), change, at, authorOf(viewer), clock.now()) as unknown as Body;
    });
  }

  /** The documents of the album with this name: one, or several if servers did not know each other's. */
  const saidOf = (name: string) =>
    all().filter(({ body }) => {
      const album = albumOf(body);
      return album !== undefined && album.query === undefined && album.name.value === name.normalize('NFC').trim();
    });

  /** Writes a change into each of them, or into a new one. */
  function say(viewer: Viewer, name: string, change: AlbumChange, needed: boolean): void {
    const said = saidOf(name);
    for (const { id } of said) write(id, viewer, change);
    if (said.length === 0 && needed) write(albumId(nextId(clock.now())), viewer, { name, ...change });
  }

  function settings(name: string): Body | undefined {
    const [first, ...others] = all().filter(({ body }) => isNamed(body, name));
    const both = (one: Body, { body }: { body: Body }): Body =>
      isNewer(one) || isNewer(body) ? one : merge(one, body);
    return first && others.reduce(both, first.body);
  }

  return {
    list,
    settings,
    copied(from, to) {
      const [one, other] = [settings(from), settings(to)];
      if (!one || descriptionIn(other) !== '' || sortIn(other) !== 'newest') return {};
      return { ...orderIn(one), description: descriptionIn(one) };
    },
    set: (viewer, name, change) => say(viewer, name, change, true),
    add(viewer, name, q) {
      checkQuery(q);
      if (list().length >= most)
        throw new PhotospoolError('conflict', `There can be at most ${most} saved searches.`, {
          hint: 'Delete one first.',
        });
      const ulid = nextId(clock.now());
      write(albumId(ulid), viewer, { name, query: q });
      return viewSaved(albumId(ulid), library.get(albumId(ulid))!.body)!;
    },
    change(viewer, ulid, change) {
      const id = albumId(ulid);
      if (albumOf(library.get(id)?.body)?.query === undefined) throw notFound('This album doesn’t exist.');
      if (change.query !== undefined) checkQuery(change.query);
      write(id, viewer, change);
    },
    declined: () => new Set(all().flatMap(({ body }) => turnedDown(body) ?? [])),
    decline: (viewer, name, removed) => say(viewer, name, { removed }, removed),
    covers() {
      const newest = new Map<string, Cover>();
      for (const { body } of all()) {
        const cover = coverOf(body);
        if (cover && cover.at > (newest.get(cover.album)?.at ?? '')) newest.set(cover.album, cover);
      }
      return new Map([...newest.values()].flatMap(({ album, photo }) => (photo === undefined ? [] : [[album, photo]])));
    },
    cover: (viewer, name, photo) => say(viewer, name, { cover: photo ?? '' }, photo !== undefined),
  };
}

/** Whether a document holds the settings of the album with this name; searches ignore the case of names. */
function isNamed(body: Body, name: string): boolean {
  const found = settingsName(body);
  return found !== undefined && fold(found) === fold(name.trim());
}

/** @throws PhotospoolError `invalid`. */
function checkQuery(q: string): void {
  if (parseQuery(q).terms.length === 0)
    throw new PhotospoolError('invalid', 'An empty search can’t be saved as an album.');
}
