/**
 * A photo document as a row of the catalog: what is shown of it, ready to be searched, sorted and laid out. Pure; the
 * same document gives the same row anywhere. A body that has not the shape of a photo (a newer format, a careless peer)
 * gives none, so that it can't hold up the library.
 */
import { readItem, type ItemClaims } from '../access/item-access.js';
import { suggestedAlbum } from '../document/suggested-album.js';
import { shownEdit } from '../document/edits.js';
import { confirmedOf, isConfirmed, peopleIn, type MayShare } from '../document/share-link-view.js';
import { pairOf } from '../document/facts.js';
import type { End } from '../document/grants.js';
import { house, publicIdOf, type Holder, type Item } from '../document/item-id.js';
import { audiences, type Body, type PhotoDocument } from '../document/photo-document.js';
import { owner, sideOf } from '../document/photo-senders.js';
import { apartFrom, favouriteOf, viewPhoto, type PhotoView } from '../document/photo-view.js';
import { dateNumber } from './date-numbers.js';
import { wallTime } from './row-numbers.js';
import { cameraLabel } from './place-names.js';
import { shotOf } from './raw-jpeg-stacks.js';
import { audienceBits, audienceMask, bit } from './photo-flags.js';
import { wordsOf } from './tokenize.js';

/** A row without its number. Dates are numbers (date-numbers.ts); lists and places are JSON; text is without control characters. */
export interface PhotoRow {
  /** The public id, 32 bytes. */
  id: Uint8Array;
  /** The SHA-256 of an item that a person holds; null for items of the house, whose id it is. */
  bytes: Uint8Array | null;
  /** Wall time, `2024-07-01T12:00:00.000`. */
  taken: string;
  /** UTC. */
  added: number;
  width: number;
  height: number;
  type: string;
  thumbhash: string | null;
  /** The first digits of the thumb's hash: another one means other pictures. */
  version: string | null;
  /** Why there is no picture (`Unshown`). */
  unshown: string | null;
  /** Bits, see photo-flags.ts. */
  state: number;
  rating: number;
  iso: number | null;
  lat: number | null;
  lon: number | null;
  camera: string | null;
  lens: string | null;
  /** JSON of a PlaceKey. */
  place: string | null;
  /** JSON of an array of text, in order, without doubles. */
  tags: string | null;
  albums: string | null;
  /** Ids of the persons whose favourite it is, the owner aside. */
  favourites: string | null;
  /** Words of file name, title and description: spaces between words, a line for each. */
  words: string;
  /** The length of a video in seconds. */
  seconds: number | null;
  /** What ties the halves of a Live Photo together (live-photos.ts). */
  pair: string | null;
  /**
   * Of a photo with a clip inside, and of a video: the audience that may see the clip, 1 and its place in `audiences`; the
   * widest where nobody decided about the video itself. 0 for all other photos.
   */
  motion: number;
  /** What ties the RAW and the JPEG of one shot together (raw-jpeg-stacks.ts). */
  shot: number | null;
  /** The album that its folder suggests (suggested-albums.ts). */
  folder: string | null;
  /** JSON: the photos (SHA-256) that it is not the same as (near-duplicates.ts). */
  apart: string | null;
  /**
   * Of the house’s: who brought it, where that was nobody who acts for the owner; of a person’s: that person’s ULID, or `guest of` it. Stacks, pairs
   * and duplicates form on one side alone.
   */
  side: string | null;
  /** The number of what it says about who may see it, and JSON of the numbers of its entries in albums (access-classes.ts). */
  class: number;
  entries: string | null;
  /** JSON: what of it is another thing for links to a search (`SharedPart`). */
  shared: string | null;
  /** JSON: the people who said or brought something of it, by their ids. */
  people: string | null;
}

/** The columns of a row, in the order of the table. */
export const rowColumns = [
  'id',
  'bytes',
  'taken',
  'added',
  'width',
  'height',
  'type',
  'thumbhash',
  'version',
  'unshown',
  'state',
  'rating',
  'iso',
  'lat',
  'lon',
  'camera',
  'lens',
  'place',
  'tags',
  'albums',
  'favourites',
  'words',
  'seconds',
  'pair',
  'motion',
  'shot',
  'folder',
  'apart',
  'side',
  'class',
  'entries',
  'shared',
  'people',
] as const satisfies readonly (keyof PhotoRow)[];

/** Digits that tell the pictures of a photo from those that it had before. */
const versionLength = 8;

/** Words beyond these are not searched: a caption has fewer, and a hostile file may have millions. */
const mostWords = 1_000;
const mostElements = 1_000;

/** A row, with what it says about who may see it in full. */
export type NewRow = Omit<PhotoRow, 'class' | 'entries'> & { claims: ItemClaims };

/** What rows depend on beside their documents. */
export interface RowSources {
  /** Who may share, for links to a search. */
  mayShare?: MayShare | undefined;
  /** The ends that this server knows of an item’s document beside those in it. */
  ends?: ((item: Item) => ReadonlyMap<string, End>) | undefined;
}

/** The row of an item; undefined where its body is none that this version can show. */
export function rowOf(item: Item, body: Body, { mayShare = ownerShares, ends }: RowSources = {}): NewRow | undefined {
  if (!isPhoto(body)) return undefined;
  // Without gives, an item of the house is in no album whatever ended, and it can’t be locked.
  const isPlain = item.holder === house && body.edits.gives === undefined;
  const claims = readItem(item, body, isPlain ? undefined : ends?.(item));
  if (!claims) return undefined;
  const shares = item.holder === house ? mayShare : holderShares(item.holder);
  const row = rowAsShown(claims, body, sideIn(claims, body, mayShare));
  return { ...row, claims, shared: sharedOf(claims, body, row, shares), people: listOrNull(peopleIn(body)) };
}

/** Whose a photo is where photos are put together: a guest’s are apart until their holder accepts them. */
const sideIn = ({ item: { holder }, guest }: ItemClaims, body: PhotoDocument, mayShare: MayShare): string | null =>
  holder === house ? sideOf(body, mayShare) : guest ? `guest of ${holder}` : holder;

/** What a person holds is shared by nobody else. */
const holderShares =
  (holder: Holder): MayShare =>
  (author) =>
    author === `person:${holder}`;

/** Where nobody says who may share, the owner may alone. */
const ownerShares: MayShare = (author) => author === owner;

/** What of a row is another thing for links to a search. */
function sharedOf(claims: ItemClaims, body: Body & PhotoDocument, row: ShownRow, mayShare: MayShare): string | null {
  if (isConfirmed(body, mayShare)) return null;
  const confirmed = confirmedOf(body, mayShare);
  if (confirmed === 'none') return JSON.stringify(inNoLink);
  const other = rowAsShown(claims, confirmed.photo, row.side);
  const differ = searched.filter((name) => other[name] !== row[name]);
  if (differ.length === 0 && !confirmed.doubted) return null;
  const part = Object.fromEntries(differ.map((name) => [name, other[name]]));
  return JSON.stringify({ row: part, ...(confirmed.doubted && { doubted: true }) } satisfies SharedPart);
}

/** The columns that a search looks at. */
const searched = [
  ...['taken', 'added', 'width', 'height', 'state', 'rating', 'iso', 'lat', 'lon', 'camera', 'lens', 'place'],
  ...['tags', 'albums', 'words'],
] as (keyof ShownRow & keyof ColumnRow)[];

/** A row without what depends on who may share. */
type ShownRow = Omit<NewRow, 'shared' | 'people' | 'claims'>;

function rowAsShown({ item, archived }: ItemClaims, body: PhotoDocument, side: string | null): ShownRow {
  const id = publicIdOf(item);
  const view = viewPhoto(id, body, { here: false });
  const { gps, place, camera, exposure } = view;
  return {
    id: Buffer.from(id, 'hex'),
    bytes: item.holder === house ? null : Buffer.from(item.sha256, 'hex'),
    taken: wallTime(view.taken),
    added: dateNumber(view.added),
    width: wholeOf(view.width) ?? 0,
    height: wholeOf(view.height) ?? 0,
    type: clean(view.type),
    thumbhash: view.thumbhash ?? null,
    version: view.renditions.thumb?.sha256.slice(0, versionLength) ?? null,
    unshown: view.unshown ?? null,
    state: stateOf(view) | (archived ? bit.archived : 0),
    rating: view.rating,
    iso: wholeOf(exposure?.iso),
    lat: gps?.lat ?? null,
    lon: gps?.lon ?? null,
    camera: clean(camera ? cameraLabel(clean(camera.make), clean(camera.model)) : '') || null,
    lens: clean(view.lens) || null,
    place: place ? JSON.stringify([place.city ?? '', place.region ?? '', place.country ?? '']) : null,
    tags: listOrNull(view.tags),
    albums: listOrNull(view.albums),
    favourites: listOrNull(favouriteOf(body)),
    words: [view.name, view.title, view.description].map((text) => wordsOf(text, mostWords).join(' ')).join('\n'),
    seconds: view.seconds ?? null,
    pair: onSide(pairOf(body.facts), side),
    motion: motionIn(view, body),
    shot: shotOf(body.facts, view.name, side),
    folder: clean(suggestedAlbum(body)) || null,
    apart: listOrNull(apartFrom(body)),
    side,
  };
}

/** What ties the halves of a Live Photo together, those that one side brought. */
const onSide = (pair: string | undefined, side: string | null): string | null =>
  pair === undefined || side === null ? (pair ?? null) : `${pair} ${side}`;

/** True where a body has the parts that a photo is made of. */
function isPhoto(body: Body): body is Body & PhotoDocument {
  const parts = [body.facts, body.renditions, body.sidecars, body.sightings, body.edits];
  return body.kind === 'photo' && parts.every((part) => typeof part === 'object' && part !== null);
}

function stateOf(view: PhotoView): number {
  return (
    (view.favourite ? bit.favourite : 0) |
    (view.reviewed ? bit.reviewed : 0) |
    (view.trashed ? bit.trashed : 0) |
    (view.gps ? bit.geotagged : 0) |
    (isFilm(view) ? bit.video : 0) |
    (view.animated === true ? bit.animated : 0) |
    (view.damaged === true ? bit.damaged : 0) |
    audienceBits(view.audience)
  );
}

function motionIn(view: PhotoView, { edits }: PhotoDocument): number {
  const widest = audiences.length;
  if (!isFilm(view)) return view.motion ? widest : 0;
  const said = shownEdit(edits, 'audience');
  return said ? 1 + audiences.indexOf(view.audience) : widest;
}

const isFilm = ({ type }: PhotoView): boolean => clean(type).startsWith('video/');

/** A peer's facts are as they came: what should be text may be anything. SQLite's text ends at a NUL. */
const clean = (text: unknown): string => {
  if (typeof text !== 'string') return '';
  return plain.test(text) ? text.trim() : text.replace(/\p{Cc}+/gu, ' ').trim();
};
const plain = /^[ -~]*$/;

/** A whole number that fits a column, else null. */
function wholeOf(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value < 2 ** 31 ? Math.round(value) : null;
}

function listOrNull(values: readonly string[]): string | null {
  const distinct = [...new Set(values)].sort().slice(0, mostElements);
  return distinct.length === 0 ? null : JSON.stringify(distinct);
}

/** What the columns read of a row. */
export type ColumnRow = { n: number } & Omit<
  PhotoRow,
  | 'id'
  | 'bytes'
  | 'type'
  | 'thumbhash'
  | 'version'
  | 'unshown'
  | 'seconds'
  | 'pair'
  | 'motion'
  | 'shot'
  | 'folder'
  | 'apart'
  | 'side'
  | 'shared'
  | 'people'
>;

/** What is in the `shared` of a row. */
export interface SharedPart {
  /** Columns by name. */
  row: Partial<ColumnRow>;
  /** No search for photos without something finds it. */
  doubted?: true;
}

/** The part that is in no link to a search at all: it has an audience that nobody is. */
export const inNoLink: SharedPart = { row: { state: audienceMask } };
