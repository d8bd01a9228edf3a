/**
 * Albums as documents, beside those that photos themselves name: a saved search, and what somebody said of an album by its
 * name: that it is not to be suggested, and which photo is its cover. Name, search, cover and removal are registers: of two
 * changes the later one is shown, on every server. Pure.
 */
import { PhotospoolError } from '../base/errors.js';
import { wellFormed } from './canonical-json.js';
import { elementOf } from './field-rules.js';
import { own, textOf } from './json-values.js';
import { isSet, registerIn, withRegisters } from './overruled-registers.js';
import { format, type Body, type Stamp } from './photo-document.js';

/** A value with when and by whom it was given; the later one wins (merge-by-shape.ts). */
interface Register<T> {
  value: T;
  at: Stamp;
  by: string;
}

/** A saved search, or (without `query`) what was said of the album of this name. Its id is `album:<ulid>`. */
export interface AlbumDocument {
  format: number;
  kind: 'album';
  /** When it was made, UTC. */
  added: string;
  name: Register<string>;
  query?: Register<string>;
  /** Of a saved search: it was taken away. Of a suggestion: it was turned down. */
  removed?: Register<boolean>;
  /** The SHA-256 of the photo that is its cover; empty where that was taken back. Of a saved search there is none. */
  cover?: Register<string>;
}

/** A saved search as it is told. */
export interface SavedSearch {
  /** The ULID in its id. */
  id: string;
  name: string;
  /** The search. */
  q: string;
  added: string;
}

/** What is changed of an album. */
export interface AlbumChange {
  name?: string;
  query?: string;
  removed?: boolean;
  cover?: string;
}

/** What all ids of albums begin with. */
export const albumPrefix = 'album:';
/** The id of an album's document. */
export const albumId = (ulid: string): string => `${albumPrefix}${ulid}`;

/** An album with what is changed of it; `now` in ms since the epoch for a new one. @throws PhotospoolError `invalid`. */
export function changeAlbum(
  album: AlbumDocument | undefined,
  { name, query, removed, cover }: AlbumChange,
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
  });
}

const nameless = (at: Stamp, by: string): Register<string> => ({ value: '', at, by });

function nameOf(text: string): string {
  const name = elementOf(text);
  if (name !== undefined) return wellFormed(name);
  throw new PhotospoolError('invalid', 'The name of an album has 1 to 200 characters.', { op: 'album' });
}

/** A body as an album's document; undefined where it is none, whoever wrote it. */
export function albumOf(body: Body | undefined): AlbumDocument | undefined {
  const ok = own(body, 'kind') === 'album' && typeof own(own(body, 'name'), 'value') === 'string';
  return ok ? (body as unknown as AlbumDocument) : undefined;
}

/** The text that a register of an album holds; empty where it holds none. */
function textIn(album: AlbumDocument | undefined, name: 'name' | 'query' | 'cover'): string {
  const found = registerIn(album, name);
  return found === 'circle' ? '' : textOf(found?.value);
}

/** What is told of a saved search; undefined where it was taken away, or is none. `id` is the document's. */
export function viewSaved(id: string, body: Body): SavedSearch | undefined {
  const album = albumOf(body);
  const q = textIn(album, 'query');
  if (!album || q === '' || isSet(album, 'removed')) return undefined;
  return { id: id.slice(albumPrefix.length), name: textIn(album, 'name'), q, added: textOf(album.added) };
}

/** The name of a suggestion that was turned down; undefined for every other body. */
export function turnedDown(body: Body): string | undefined {
  const album = albumOf(body);
  return album && album.query === undefined && isSet(album, 'removed') ? textIn(album, 'name') : undefined;
}

/** A photo that was chosen as the cover of an album, or (undefined) that none is; and when. */
export interface Cover {
  album: string;
  photo: string | undefined;
  at: Stamp;
}

/** What was said last of the cover of an album; undefined where nothing was. */
export function coverOf(body: Body): Cover | undefined {
  const album = albumOf(body);
  const [photo, at] = [textIn(album, 'cover'), textOf(own(album?.cover, 'at'))];
  if (!album || album.query !== undefined || at === '') return undefined;
  return { album: textIn(album, 'name'), photo: /^[0-9a-f]{64}$/.test(photo) ? photo : undefined, at };
}
