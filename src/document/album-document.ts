/**
 * Album documents. Ordinary albums exist only by name, in the edits of photos; a document exists for a saved search, or
 * for settings of an album by its name: its cover, description and order, and that it is not suggested again. Each of
 * them is a register: the later of two changes wins on every server. Pure.
 */
import { PhotospoolError } from '../base/errors.js';
import { orderRegisters, type OrderChange } from './album-order.js';
import { wellFormed } from './canonical-json.js';
import { elementOf } from './field-validation.js';
import { own, textOf } from './json-values.js';
import { isSet, registerIn, withRegisters } from './overruled-registers.js';
import { format, type Body, type Stamp } from './photo-document.js';

/** A value with its stamp and author; the later one wins (merge-by-shape.ts). */
interface Register<T> {
  value: T;
  at: Stamp;
  by: string;
}

/** A saved search, or (without `query`) the settings of the album with this name. Its id is `album:<ulid>`. */
export interface AlbumDocument {
  format: number;
  kind: 'album';
  /** When it was created, UTC. */
  added: string;
  name: Register<string>;
  query?: Register<string>;
  /** A saved search was deleted, or a suggestion was dismissed. */
  removed?: Register<boolean>;
  /** The SHA-256 of the photo chosen as cover; empty if the choice was reset. Saved searches have none. */
  cover?: Register<string>;
  /** Empty if there is none. */
  description?: Register<string>;
  /** The order of its photos; beside it is a register for each photo that was moved (album-order.ts). */
  sort?: Register<string>;
}

/** A saved search as the API returns it. */
export interface SavedSearch {
  /** The ULID in its id. */
  id: string;
  name: string;
  /** The search. */
  q: string;
  added: string;
}

/** A change to an album. */
export interface AlbumChange extends OrderChange {
  name?: string;
  query?: string;
  removed?: boolean;
  cover?: string;
  description?: string;
}

/** The prefix of all album ids. */
export const albumPrefix = 'album:';
/** The id of an album's document. */
export const albumId = (ulid: string): string => `${albumPrefix}${ulid}`;

/**
 * An album after a change; for a new one `now` is the time in ms since the epoch. @throws PhotospoolError `invalid`.
 */
export function changeAlbum(
  album: AlbumDocument | undefined,
  { name, query, removed, cover, description, ...order }: AlbumChange,
  at: Stamp,
  by: string,
  now: number,
): AlbumDocument {
  const before = album ?? {
    format,
    kind: 'album' as const,
    added: new Date(now).toISOString(),
    name: nameless(at, by),
  };
  return withRegisters<AlbumDocument>(before, {
    ...(name !== undefined && { name: { value: nameOf(name), at, by } }),
    ...(query !== undefined && { query: { value: wellFormed(query.trim()), at, by } }),
    ...(removed !== undefined && { removed: { value: removed, at, by } }),
    ...(cover !== undefined && { cover: { value: cover, at, by } }),
    ...(description !== undefined && { description: { value: wellFormed(description.trim()), at, by } }),
    ...orderRegisters(order, at, by),
  });
}

const nameless = (at: Stamp, by: string): Register<string> => ({ value: '', at, by });

function nameOf(text: string): string {
  const name = elementOf(text);
  if (name !== undefined) return wellFormed(name);
  throw new PhotospoolError('invalid', 'The name of an album must have 1 to 200 characters.', { op: 'album' });
}

/** A body as an album document, by any author; undefined if it is not one. */
export function albumOf(body: Body | undefined): AlbumDocument | undefined {
  const ok = own(body, 'kind') === 'album' && typeof own(own(body, 'name'), 'value') === 'string';
  return ok ? (body as unknown as AlbumDocument) : undefined;
}

/** The text in a register of an album; empty if there is none. */
function textIn(album: AlbumDocument | undefined, name: 'name' | 'query' | 'cover' | 'description'): string {
  const found = registerIn(album, name);
  return found === 'circle' ? '' : textOf(found?.value);
}

/**
 * A saved search as the API returns it; undefined if it was deleted or is not a saved search. `id` is that of the
 * document.
 */
export function viewSaved(id: string, body: Body): SavedSearch | undefined {
  const album = albumOf(body);
  const q = textIn(album, 'query');
  if (!album || q === '' || isSet(album, 'removed')) return undefined;
  return { id: id.slice(albumPrefix.length), name: textIn(album, 'name'), q, added: textOf(album.added) };
}

/** The name of a dismissed suggestion; undefined for every other body. */
export function turnedDown(body: Body): string | undefined {
  const album = albumOf(body);
  return album && album.query === undefined && isSet(album, 'removed') ? textIn(album, 'name') : undefined;
}

/** The name of an album whose settings a document holds; undefined for every other body. */
export function settingsName(body: Body): string | undefined {
  const album = albumOf(body);
  return album && album.query === undefined ? textIn(album, 'name') : undefined;
}

/** The description of an album; empty without one. */
export const descriptionIn = (body: Body | undefined): string => textIn(albumOf(body), 'description');

/** The photo chosen as the cover of an album, or undefined for a reset, with its stamp. */
export interface Cover {
  album: string;
  photo: string | undefined;
  at: Stamp;
}

/** The latest choice of a cover for an album; undefined without one. */
export function coverOf(body: Body): Cover | undefined {
  const album = albumOf(body);
  const [photo, at] = [textIn(album, 'cover'), textOf(own(album?.cover, 'at'))];
  if (!album || album.query !== undefined || at === '') return undefined;
  return { album: textIn(album, 'name'), photo: /^[0-9a-f]{64}$/.test(photo) ? photo : undefined, at };
}
