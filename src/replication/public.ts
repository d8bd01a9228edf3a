/**
 * The list of what may be told of a photo in public, in one place: what a home tells is made by it, and what comes to a
 * public server goes through it again, whoever sends it. What is not on the list, has the wrong type or is too long is
 * left out or cut. Pure.
 */
import { wellFormed } from '../document/canonical.js';
import { factsShown, renditionsShown } from '../document/facts.js';
import { elementOf, fields, isOffset, isWallTime } from '../document/fields.js';
import { entriesOf, isObject, own, textOf } from '../document/json.js';
import {
  format,
  type Facts,
  type Gps,
  type Place,
  type Rendition,
  type Renditions,
  type Stamp,
} from '../document/photo.js';
import { isStamp } from '../document/stamp.js';
import { isPrivateTag } from '../document/tags.js';

/** What is told of a photo that is public. */
export interface PublicPhoto {
  facts: Omit<Facts, 'bytes'>;
  renditions: Renditions;
}

/** What a home says of one photo in public. */
export interface Told {
  /** Null: it was public, and is not any more. */
  value: PublicPhoto | null;
  /** When it was last decided who may see it. */
  at: Stamp;
  /** When something of what is told was last edited; absent where nothing was. */
  edited?: Stamp;
}

/** The document of a projection. Its id is `public:<opaque>`. */
export interface PublicDocument {
  format: number;
  kind: 'public';
  photo: Told;
}

/** The id of a projected document. */
export const publicId = (opaque: string): string => `public:${opaque}`;
/** The opaque id in the id of a projected document; undefined for other ids. */
export const opaqueOf = (id: string): string | undefined => /^public:([0-9a-f]{64})$/.exec(id)?.[1];

/** Characters of a name such as a lens has. */
const longestName = 200;
const mostTags = 1_000;
/** Bytes of a picture. */
const largest = { thumb: 4 * 1024 * 1024, preview: 64 * 1024 * 1024 } as const;

/** A body as the document of a projection, with what is on the list and nothing else; undefined where it is none. */
export function readPublic(body: unknown): PublicDocument | undefined {
  const photo = own(body, 'photo');
  const [value, at, edited] = [own(photo, 'value'), own(photo, 'at'), own(photo, 'edited')];
  if (own(body, 'kind') !== 'public' || own(body, 'format') !== format || !isStamp(at)) return undefined;
  if (value === null) return { format, kind: 'public', photo: { value, at } };
  if (!isObject(value)) return undefined;
  return { format, kind: 'public', photo: { value: readPhoto(value), at, ...(isStamp(edited) && { edited }) } };
}

/** What may be told of `{facts, renditions}`, field by field: there may be more in it than this version knows. */
export function readPhoto(photo: { facts?: unknown; renditions?: unknown }): PublicPhoto {
  return { facts: readFacts(photo.facts), renditions: readRenditions(photo.renditions) };
}

function readFacts(facts: unknown): PublicPhoto['facts'] {
  const { type, width, height, camera, lens, exposure } = factsShown(facts);
  const [taken, offset, source] = [own(facts, 'taken'), own(facts, 'offset'), textOf(own(facts, 'takenSource'))];
  const [title, description] = [textOf(own(facts, 'title')), textOf(own(facts, 'description'))];
  const [place, gps, tags] = [own(facts, 'place'), own(facts, 'gps'), own(facts, 'tags')];
  const names = entriesOf(camera).map(([key, name]) => [key, cut(textOf(name), longestName)]);
  return {
    recipe: 1,
    type: cut(type, longestName),
    width,
    height,
    ...(isWallTime(taken) && { taken }),
    ...(isOffset(offset) && { offset }),
    // Where a date came from a name, an mtime or a person, it is only known that it was told.
    ...(isOfFile(source) && { takenSource: source }),
    ...(camera && { camera: Object.fromEntries(names) as Facts['camera'] & object }),
    ...(lens !== undefined && { lens: cut(lens, longestName) }),
    ...(exposure && { exposure }),
    ...(isObject(place) && fields.place(place) && { place: placeOf(place) }),
    ...(isObject(gps) && fields.gps(gps) && { gps: roundGps(gps as unknown as Gps) }),
    ...(title !== '' && { title: cut(title, 1_000) }),
    ...(description !== '' && { description: cut(description, 8_000) }),
    ...(own(facts, 'animated') === true && { animated: true }),
    tags: readTags(tags),
  };
}

function readTags(tags: unknown): string[] {
  const elements = Array.isArray(tags) ? tags.map(elementOf) : [];
  const told = elements.filter((tag): tag is string => tag !== undefined && !isPrivateTag(tag)).map(wellFormed);
  return [...new Set(told)].sort().slice(0, mostTags);
}

function readRenditions(renditions: unknown): Renditions {
  const { thumb, preview } = renditionsShown(renditions);
  const thumbhash = textOf(own(renditions, 'thumbhash'));
  return {
    recipe: 1,
    ...(thumb && thumb.bytes <= largest.thumb && { thumb: renditionOf(thumb) }),
    ...(preview && preview.bytes <= largest.preview && { preview: renditionOf(preview) }),
    ...(/^[A-Za-z0-9+/]{1,60}={0,2}$/.test(thumbhash) && { thumbhash }),
  };
}

const isOfFile = (source: string): source is NonNullable<Facts['takenSource']> =>
  ['exif', 'xmp', 'iptc', 'quicktime', 'gps'].includes(source);

const renditionOf = ({ sha256, type, width, height, bytes }: Rendition): Rendition => ({
  sha256,
  type,
  width,
  height,
  bytes,
});

const placeOf = ({ city, region, country }: Place): Place => ({
  ...(city !== undefined && { city: wellFormed(city) }),
  ...(region !== undefined && { region: wellFormed(region) }),
  ...(country !== undefined && { country: wellFormed(country) }),
});

/** Latitude and longitude only, to a metre: how high somebody lives is nobody's business. */
const roundGps = ({ lat, lon }: Gps): Gps => ({ lat: Number(lat.toFixed(5)), lon: Number(lon.toFixed(5)) });

const cut = (text: string, limit: number): string => wellFormed(text.slice(0, limit));
