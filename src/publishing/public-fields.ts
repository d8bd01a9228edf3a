/**
 * The list of public fields, in one place: a home publishes by it, and a public server applies it again to everything
 * it receives. Values that are not on the list, have the wrong type or are too long are removed or cut. Pure.
 */
import { wellFormed } from '../document/canonical-json.js';
import { turnsIn } from '../document/develop.js';
import { clipsShown, factsShown, renditionsShown } from '../document/facts.js';
import { elementOf, fields, isOffset, isWallTime } from '../document/field-validation.js';
import { entriesOf, isObject, own, textOf } from '../document/json-values.js';
import {
  format,
  type Clips,
  type Facts,
  type Gps,
  type Place,
  type Rendition,
  type Renditions,
  type Stamp,
} from '../document/photo-document.js';
import { isStamp } from '../document/stamp.js';
import { isPrivateTag } from '../document/tag-names.js';

/** The published values of a photo. */
export interface PublicPhoto {
  facts: Omit<Facts, 'bytes'>;
  renditions: Renditions;
  /** The videos made from it, which contain only pictures and sound of the original. */
  clips?: { hover?: Rendition; video?: Rendition; rotate?: Clips['rotate'] };
}

/** The data that a home publishes about one photo. */
export interface ToldInPublic {
  /** Null: it was public, and is no longer. */
  value: PublicPhoto | null;
  /** The time of the last decision about visibility. */
  at: Stamp;
  /** The time of the last edit of a published field; absent without one. */
  edited?: Stamp;
  /** The time of the last edit of what the picture shows (a crop), also of a withdrawn photo; absent without one. */
  developed?: Stamp;
}

/** A document of a projection. Its id is `public:<opaque>`. */
export interface PublicDocument {
  format: number;
  kind: 'public';
  photo: ToldInPublic;
}

/** The id of a projected document. */
export const publicId = (opaque: string): string => `public:${opaque}`;
/** The opaque id in the id of a projected document; undefined for other ids. */
export const opaqueOf = (id: string): string | undefined => /^public:([0-9a-f]{64})$/.exec(id)?.[1];

/** Maximum characters of a name, such as that of a lens. */
const longestName = 200;
const mostTags = 1_000;
const mebibyte = 1024 * 1024;
/** Maximum bytes of a picture or a video. */
const largest = {
  thumb: 4 * mebibyte,
  preview: 64 * mebibyte,
  hover: 64 * mebibyte,
  video: 65_536 * mebibyte,
} as const;

/** A body as a document of a projection, reduced to public fields; undefined if it is not one. */
export function readPublic(body: unknown): PublicDocument | undefined {
  const photo = own(body, 'photo');
  const [value, at] = [own(photo, 'value'), own(photo, 'at')];
  const [edited, developed] = [own(photo, 'edited'), own(photo, 'developed')];
  if (own(body, 'kind') !== 'public' || own(body, 'format') !== format || !isStamp(at)) return undefined;
  const crop = isStamp(developed) && { developed };
  if (value === null) return { format, kind: 'public', photo: { value, at, ...crop } };
  if (!isObject(value)) return undefined;
  const times = { ...(isStamp(edited) && { edited }), ...crop };
  return { format, kind: 'public', photo: { value: readPhoto(value), at, ...times } };
}

/** The public fields of `{facts, renditions, clips}`: there may be more in it than this version knows. */
export function readPhoto(photo: { facts?: unknown; renditions?: unknown; clips?: unknown }): PublicPhoto {
  const clips = readClips(photo);
  return {
    facts: readFacts(photo.facts),
    renditions: readRenditions(photo.renditions),
    ...(Object.keys(clips).length > 0 && { clips }),
  };
}

/** A photo without its pictures, which show what was cut away. */
export const withoutPictures = ({ value, ...told }: ToldInPublic): ToldInPublic => ({
  ...told,
  value: value && { facts: value.facts, renditions: { recipe: 1 } },
});

/** The hashes of all published pictures and videos. */
export const hashesOf = (photo: Pick<PublicPhoto, 'renditions' | 'clips'> | null | undefined): string[] =>
  [photo?.renditions.thumb, photo?.renditions.preview, photo?.clips?.hover, photo?.clips?.video].flatMap((one) =>
    one ? [one.sha256] : [],
  );

function readFacts(facts: unknown): PublicPhoto['facts'] {
  const { type, width, height, camera, lens, exposure, seconds } = factsShown(facts);
  const [taken, offset, source] = [own(facts, 'taken'), own(facts, 'offset'), textOf(own(facts, 'takenSource'))];
  const [title, description] = [textOf(own(facts, 'title')), textOf(own(facts, 'description'))];
  const [place, gps, tags] = [own(facts, 'place'), own(facts, 'gps'), own(facts, 'tags')];
  const pair = textOf(own(facts, 'pair'));
  const names = entriesOf(camera).map(([key, name]) => [key, cut(textOf(name), longestName)]);
  return {
    recipe: 1,
    type: cut(type, longestName),
    width,
    height,
    ...(isWallTime(taken) && { taken }),
    ...(isOffset(offset) && { offset }),
    // For a date from a name, an mtime or a person, the source is not published.
    ...(isOfFile(source) && { takenSource: source }),
    ...(camera && { camera: Object.fromEntries(names) as Facts['camera'] & object }),
    ...(lens !== undefined && { lens: cut(lens, longestName) }),
    ...(exposure && { exposure }),
    ...(isObject(place) && fields.place(place) && { place: placeOf(place) }),
    ...(isObject(gps) && fields.gps(gps) && { gps: roundGps(gps as unknown as Gps) }),
    ...(title !== '' && { title: cut(title, 1_000) }),
    ...(description !== '' && { description: cut(description, 8_000) }),
    ...(own(facts, 'animated') === true && { animated: true }),
    ...(seconds !== undefined && { seconds }),
    // The identifiers in the two files of a Live Photo are never published, only an id derived from them
    // (projection.ts).
    ...(isOpaque(pair) && { pair }),
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

function readClips(photo: unknown): NonNullable<PublicPhoto['clips']> {
  const { hover, video } = clipsShown(photo);
  const rotate = hover || video ? turnsIn(own(photo, 'clips')) : undefined;
  return {
    ...(hover && hover.bytes <= largest.hover && { hover: renditionOf(hover) }),
    ...(video && video.bytes <= largest.video && { video: renditionOf(video) }),
    ...(rotate !== undefined && { rotate }),
  };
}

const isOpaque = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

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

/** Latitude and longitude only, to one metre: the altitude of someone's home is private. */
const roundGps = ({ lat, lon }: Gps): Gps => ({ lat: Number(lat.toFixed(5)), lon: Number(lon.toFixed(5)) });

const cut = (text: string, limit: number): string => wellFormed(text.slice(0, limit));
