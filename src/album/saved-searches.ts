/**
 * Saved searches, which are albums that fill themselves, what became of suggested albums, and the covers of albums. They are
 * documents: every server of the mesh shows them. They exist for those for whom originals do, and for family only where one
 * finds them a photo.
 */
import { monotonicFactory } from 'ulid';
import { authorOf, may, type Viewer } from '../access/permissions.js';
import type { Clock } from '../base/clock.js';
import { PhotospoolError, notFound } from '../base/errors.js';
import { parseQuery } from '../catalog/search-parser.js';
import {
  albumId,
  albumOf,
  albumPrefix,
  changeAlbum,
  coverOf,
  turnedDown,
  viewSaved,
  type AlbumChange,
  type Cover,
  type SavedSearch,
} from '../document/album-document.js';
import type { Body } from '../document/photo-document.js';
import type { Library } from '../library/library.js';

/** The albums of a library that are documents. */
export interface Albums {
  /** By name. */
  list(): SavedSearch[];
  /** @throws PhotospoolError `invalid`; `conflict` where there are too many. */
  add(viewer: Viewer, name: string, q: string): SavedSearch;
  /** Changes one, or takes it away and brings it back. @throws PhotospoolError `invalid`, `not-found`. */
  change(viewer: Viewer, id: string, change: AlbumChange): void;
  /** The names of suggestions that were turned down. */
  declined(): Set<string>;
  /** Turns a suggestion down, or takes that back. @throws PhotospoolError `invalid`. */
  decline(viewer: Viewer, name: string, declined: boolean): void;
  /** The photos (SHA-256) that were chosen as covers, by the name of the album. */
  covers(): Map<string, string>;
  /** Chooses a photo as the cover of an album, or (undefined) none. @throws PhotospoolError `invalid`. */
  cover(viewer: Viewer, name: string, photo: string | undefined): void;
}

/** The most of them; each is asked for its count. */
const most = 500;

/** Whether saved searches, and covers that somebody chose, exist for somebody. */
export const seesSaved = (viewer: Viewer): boolean => may(viewer, 'details') && viewer.role !== 'link';

/** Opens the albums of a library; nothing must be closed. */
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

  /** What was said of the album of this name: one document, or several where servers did not know of each other. */
  const saidOf = (name: string) =>
    all().filter(({ body }) => {
      const album = albumOf(body);
      return album !== undefined && album.query === undefined && album.name.value === name.normalize('NFC').trim();
    });

  /** Writes it into each of them, or into a new one. */
  function say(viewer: Viewer, name: string, change: AlbumChange, needed: boolean): void {
    const said = saidOf(name);
    for (const { id } of said) write(id, viewer, change);
    if (said.length === 0 && needed) write(albumId(nextId(clock.now())), viewer, { name, ...change });
  }

  return {
    list,
    add(viewer, name, q) {
      checkQuery(q);
      if (list().length >= most) throw new PhotospoolError('conflict', `There are ${most} saved searches at most.`);
      const ulid = nextId(clock.now());
      write(albumId(ulid), viewer, { name, query: q });
      return viewSaved(albumId(ulid), library.get(albumId(ulid))!.body)!;
    },
    change(viewer, ulid, change) {
      const id = albumId(ulid);
      if (albumOf(library.get(id)?.body)?.query === undefined) throw notFound('There is no such album.');
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

/** @throws PhotospoolError `invalid`. */
function checkQuery(q: string): void {
  if (parseQuery(q).terms.length === 0) throw new PhotospoolError('invalid', 'A search for everything is no album.');
}
