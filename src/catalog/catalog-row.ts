/**
 * Converts a photo document to a row of the catalog: its displayed values, ready for searching, sorting and layout.
 * Pure; the same document gives the same row on every server. A body that is not a valid photo (a newer format, a
 * faulty peer) gives no row, so that it can't block the library.
 */
import { readItem, type ItemClaims } from '../access/item-access.js';
import { burstNumber } from '../document/burst.js';
import { suggestedAlbum } from '../document/suggested-album.js';
import { shownEdit } from '../document/edits.js';
import { confirmedOf, isConfirmed, peopleIn, type MayShare } from '../document/share-link-view.js';
import { pairOf } from '../document/facts.js';
import type { End } from '../document/grants.js';
import { house, publicIdOf, type Holder, type Item } from '../document/item-id.js';
import { audiences, type Body, type PhotoDocument } from '../document/photo-document.js';
import { kindsOf } from '../document/photo-kinds.js';
import { owner, sideOf } from '../document/photo-senders.js';
import { apartFrom, favouriteOf, viewPhoto, type PhotoView } from '../document/photo-view.js';
import { earliestSighting } from '../document/time-taken.js';
import { dateNumber } from './date-numbers.js';
import { wallTime } from './row-numbers.js';
import { cameraLabel } from './place-names.js';
import { shotOf } from './raw-jpeg-stacks.js';
import { audienceBits, audienceMask, bit, kindBit } from './photo-flags.js';
import { wordsOf } from './tokenize.js';

/**
 * A row without its number. Dates are numbers (date-numbers.ts); lists and places are JSON; texts have no control
 * characters.
 */
export interface PhotoRow {
  /** The public id, 32 bytes. */
  id: Uint8Array;
  /** The SHA-256 of a person’s item; null for items of the house, whose id it is. */
  bytes: Uint8Array | null;
  /** Wall time, `2024-07-01T12:00:00.000`. */
  taken: string;
  /** UTC. */
  added: number;
  width: number;
  height: number;
  type: string;
  thumbhash: string | null;
  /** The first digits of the thumbnail's hash: they change when the pictures do. */
  version: string | null;
  /** Why it has no picture (`Unshown`). */
  unshown: string | null;
  /** Bits, see photo-flags.ts. */
  state: number;
  /** The kinds that depend on the photo alone: bits of `kindBit`. */
  kinds: number;
  rating: number;
  iso: number | null;
  lat: number | null;
  lon: number | null;
  camera: string | null;
  lens: string | null;
  /** JSON of a PlaceKey. */
  place: string | null;
  /** JSON of a sorted array of distinct texts. */
  tags: string | null;
  albums: string | null;
  /** JSON: the ids of people with this favourite, except the holder's. */
  favourites: string | null;
  /** The words of file name, title and description: separated by spaces, one line each. */
  words: string;
  /** The size of the original, in bytes; at most `mostBytes`, even if a document has more. */
  size: number;
  /** The length of a video in seconds. */
  seconds: number | null;
  /** The key that pairs the halves of a Live Photo (live-photos.ts). */
  pair: string | null;
  /**
   * For a photo with an embedded clip, and for a video: the audience that may see the clip, as 1 plus its index in
   * `audiences`; the widest if no edit set the video's own audience. 0 for other photos, and `stillPicture` for an
   * edited one, whose clip is not played.
   */
  motion: number;
  /** The key that stacks the RAW and the JPEG of one shot (raw-jpeg-stacks.ts). */
  shot: number | null;
  /** The number of the burst that it names (bursts.ts), and when it was chosen to stand for its burst, ms; 0 if never. */
  burst: number | null;
  cover: number;
  /** The folder below `incoming` of its first arrival. */
  path: string | null;
  /** The name of the album suggested by its folder (suggested-albums.ts). */
  folder: string | null;
  /** JSON: the photos (SHA-256) marked as not the same (near-duplicates.ts). */
  apart: string | null;
  /**
   * The side of a photo; stacks, pairs and duplicates form within one side only. For items of the house: its sender, or
   * null if a sender acts for the owner. For a person's items: their ULID, or `guest of` or `locked of` it.
   */
  side: string | null;
  /** The number of its class, and JSON of the numbers of its album entries (access-classes.ts). */
  class: number;
  entries: string | null;
  /** JSON of the values that differ for share links to a search (`SharedPart`). */
  shared: string | null;
  /** JSON: the ids of the people who edited it or sent it or a sidecar. */
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
  'kinds',
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
  'size',
  'seconds',
  'pair',
  'motion',
  'shot',
  'burst',
  'cover',
  'path',
  'folder',
  'apart',
  'side',
  'class',
  'entries',
  'shared',
  'people',
] as const satisfies readonly (keyof PhotoRow)[];

/** The `motion` of a photo that never plays a clip. */
export const stillPicture = -1;

/** The number of digits in a picture's version, the beginning of the SHA-256 of its `thumb`. */
export const versionLength = 8;

/** Further words can't be found: no caption has this many, but a hostile file may have millions. */
const mostWords = 1_000;
const mostElements = 1_000;
/** The maximum size that is counted, 1 TiB: a forged one distorts only the total of its holder. */
const mostBytes = 2 ** 40;

/** A row with its full access claims. */
export type NewRow = Omit<PhotoRow, 'class' | 'entries'> & { claims: ItemClaims };

/** The inputs of rows besides their documents. */
export interface RowSources {
  /** Who has the right to share, for share links to a search. */
  mayShare?: MayShare | undefined;
  /** The ends known to this server in addition to those in an item’s document. */
  ends?: ((item: Item) => ReadonlyMap<string, End>) | undefined;
}

/** The row of an item; undefined if this version can't show its body. */
export function rowOf(item: Item, body: Body, { mayShare = ownerShares, ends }: RowSources = {}): NewRow | undefined {
  if (!isPhoto(body)) return undefined;
  // An item of the house without gives is in no album, whatever its ends, and can’t be locked.
  const isPlain = item.holder === house && body.edits.gives === undefined;
  const claims = readItem(item, body, isPlain ? undefined : ends?.(item));
  if (!claims) return undefined;
  const shares = item.holder === house ? mayShare : holderShares(item.holder);
  const row = rowAsShown(claims, body, sideIn(claims, body, mayShare));
  const shared = sharedOf(claims, body, row, shares);
  return Object.assign(row, { claims, shared, people: listOrNull(peopleIn(body)) });
}

/**
 * The side of a photo: a guest’s photos stay separate until their holder accepts them, and locked ones until they are
 * unlocked, so that no other photo reveals them.
 */
function sideIn({ item: { holder }, guest, locked }: ItemClaims, body: PhotoDocument, mayShare: MayShare) {
  if (holder === house) return sideOf(body, mayShare);
  return locked ? `locked of ${holder}` : guest ? `guest of ${holder}` : holder;
}

/** Only the person can share the items they hold. */
const holderShares =
  (holder: Holder): MayShare =>
  (author) =>
    author === `person:${holder}`;

/** By default only the owner may share. */
const ownerShares: MayShare = (author) => author === owner;

/** The values that differ for share links to a search. */
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

/** The columns used by searches. */
const searched = [
  ...['taken', 'added', 'width', 'height', 'state', 'kinds', 'rating', 'iso', 'lat', 'lon', 'camera', 'lens', 'place'],
  ...['tags', 'albums', 'words'],
] as (keyof ShownRow & keyof ColumnRow)[];

/** A row without the values that depend on the right to share. */
type ShownRow = Omit<NewRow, 'shared' | 'people' | 'claims'>;

function rowAsShown({ item, archived, guest }: ItemClaims, body: PhotoDocument, side: string | null): ShownRow {
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
    state: stateOf(view) | (archived ? bit.archived : 0) | (guest ? bit.guest : 0),
    kinds: kindsIn(view, body),
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
    size: Math.min(view.bytes, mostBytes),
    seconds: view.seconds ?? null,
    pair: onSide(pairOf(body.facts), side),
    motion: motionIn(view, body),
    shot: shotOf(body.facts, view.name, side),
    burst: isFilm(view) ? null : burstNumber(body.facts, view.name, side),
    cover: coverOf(body),
    path: clean(earliestSighting(body)?.folder) || null,
    folder: clean(suggestedAlbum(body)) || null,
    apart: listOrNull(apartFrom(body)),
    side,
  };
}

/** The key of a Live Photo, limited to one side. */
const onSide = (pair: string | undefined, side: string | null): string | null =>
  pair === undefined || side === null ? (pair ?? null) : `${pair} ${side}`;

/** Whether a body has the parts of a photo. */
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
    (view.takenSource === 'modified' ? 0 : bit.dated) |
    (isFilm(view) ? bit.video : 0) |
    (view.animated === true ? bit.animated : 0) |
    (view.damaged === true ? bit.damaged : 0) |
    (isEdited(view) ? bit.edited : 0) |
    audienceBits(view.audience)
  );
}

/** When it was chosen to stand for its burst: the latest choice of its photos counts. */
function coverOf({ edits }: PhotoDocument): number {
  const chosen = shownEdit(edits, 'burstCover');
  return chosen?.value === true && /^\d{15}-/.test(chosen.at) ? Number(chosen.at.slice(0, 15)) : 0;
}

function kindsIn(view: PhotoView, { facts }: PhotoDocument): number {
  const { screenshot, selfie, panorama, sphere, raw } = kindsOf(facts, view);
  return (
    (screenshot ? kindBit.screenshot : 0) |
    (selfie ? kindBit.selfie : 0) |
    (panorama ? kindBit.panorama : 0) |
    (sphere ? kindBit['360'] : 0) |
    (raw ? kindBit.raw : 0)
  );
}

function motionIn(view: PhotoView, { edits }: PhotoDocument): number {
  const widest = audiences.length;
  if (!isFilm(view) && isEdited(view)) return stillPicture;
  if (!isFilm(view)) return view.motion ? widest : 0;
  const said = shownEdit(edits, 'audience');
  return said ? 1 + audiences.indexOf(view.audience) : widest;
}

/** Whether the picture is not that of the original (docs/edits.md). */
const isEdited = ({ develop, developing }: PhotoView): boolean => develop !== undefined || developing === true;

const isFilm = ({ type }: PhotoView): boolean => clean(type).startsWith('video/');

/** Facts from a peer are not validated: a text may contain anything. SQLite ends a text at a NUL. */
const clean = (text: unknown): string => {
  if (typeof text !== 'string') return '';
  return plain.test(text) ? text.trim() : text.replace(/\p{Cc}+/gu, ' ').trim();
};
const plain = /^[ -~]*$/;

/** A whole number that fits a column; otherwise null. */
function wholeOf(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value < 2 ** 31 ? Math.round(value) : null;
}

function listOrNull(values: readonly string[]): string | null {
  if (values.length === 0) return null;
  const distinct = [...new Set(values)].sort().slice(0, mostElements);
  return distinct.length === 0 ? null : JSON.stringify(distinct);
}

/**
 * The values of a row that the columns in memory read. `stacked`, `clip`: 1 plus the place in `audiences` of the widest
 * audience of its RAWs, and that of the clip that plays with it; 0 without one.
 */
export type ColumnRow = { n: number; stacked: number; clip: number } & Omit<
  PhotoRow,
  | 'id'
  | 'bytes'
  | 'type'
  | 'thumbhash'
  | 'version'
  | 'unshown'
  | 'size'
  | 'seconds'
  | 'pair'
  | 'motion'
  | 'shot'
  | 'burst'
  | 'cover'
  | 'folder'
  | 'apart'
  | 'side'
  | 'shared'
  | 'people'
>;

/** The content of a row's `shared`. */
export interface SharedPart {
  /** The differing columns, by name. */
  row: Partial<ColumnRow>;
  /** Set if the photo is excluded from searches with a negated term. */
  doubted?: true;
}

/** The part of a photo that is in no share link to a search: its audience matches no viewer. */
export const inNoLink: SharedPart = { row: { state: audienceMask } };
