/**
 * The shapes of the documents that servers exchange. A document is I-JSON of at most 256 KiB with a `format` number,
 * and never contains binary data. Merging: merge.ts. How a photo is shown: photo-view.ts.
 */
import { isObject, own } from './json-values.js';

/**
 * The document format that this version writes. A document with a newer format is stored and replicated, never merged
 * or rewritten.
 */
export const format = 1;

/** The audiences of a photo, from narrow to wide. */
export const audiences = ['private', 'family', 'public'] as const;

/** One of the audiences. */
export type Audience = (typeof audiences)[number];

/** A hybrid logical clock time and the server's epoch: `<ms, 15 digits>-<counter, 4 hex>-<epoch>`; sorts as text. */
export type Stamp = string;

/** The position of a picture. Degrees (WGS 84); metres above sea level. */
export interface Gps {
  lat: number;
  lon: number;
  alt?: number;
}

/** The nearest place in ExifTool's offline database. `country` is the two-letter ISO 3166 code. */
export interface Place {
  city?: string;
  region?: string;
  country?: string;
}

/** Exposure: `seconds` open, f-number `aperture`, focal lengths in millimetres. */
export interface Exposure {
  iso?: number;
  aperture?: number;
  seconds?: number;
  focalLength?: number;
  focalLength35?: number;
  flash?: boolean;
}

/** The source of the time taken. `name` and `modified` come from the earliest sighting, `edit` from a person. */
export type TakenSource = 'exif' | 'xmp' | 'iptc' | 'quicktime' | 'gps' | 'sidecar' | 'name' | 'modified' | 'edit';

/** The values that a recipe read from the bytes of an original alone: the same bytes give the same facts everywhere. */
export interface Facts {
  /** The number of the recipe. */
  recipe: number;
  /** MIME type, by the bytes. */
  type: string;
  bytes: number;
  /** As displayed, in pixels (orientation applied). */
  width: number;
  height: number;
  /** Local wall time where it was taken, `2024-07-01T12:00:00.000`. */
  taken?: string;
  /** `+02:00`, if the file contains it or the place determines the zone. */
  offset?: string;
  takenSource?: Exclude<TakenSource, 'sidecar' | 'name' | 'modified' | 'edit'>;
  camera?: { make?: string; model?: string };
  lens?: string;
  exposure?: Exposure;
  gps?: Gps;
  place?: Place;
  title?: string;
  description?: string;
  tags?: string[];
  /** 1 to 5; absent where not rated. */
  rating?: number;
  /** True if the file has more than one frame. */
  animated?: boolean;
  /** The length of a video in seconds. */
  seconds?: number;
  /** The codecs of a video by their short names: `h264`, `aac`. */
  codecs?: { video?: string; audio?: string };
  /** Browsers can play the original itself. */
  playable?: boolean;
  /** The identifier that pairs the two files of a Live Photo: Apple's ContentIdentifier. */
  pair?: string;
  /** The position of the clip (MP4) inside a motion photo: offset and length in bytes. */
  motion?: { at: number; bytes: number };
  /** Its kind as stated in the file: a screenshot, taken with a front camera, a panorama. */
  kinds?: ('screenshot' | 'selfie' | 'panorama')[];
  /** How a panorama maps directions to the picture (GPano:ProjectionType). */
  projection?: 'equirectangular' | 'cylindrical';
  /** The identifier that the photos of a burst share: Apple's BurstUUID, Google's BurstID. */
  burst?: string;
}

/** A scaled picture made from an original, addressed by the SHA-256 of its bytes. Size in pixels as displayed. */
export interface Rendition {
  sha256: string;
  type: string;
  width: number;
  height: number;
  bytes: number;
}

/**
 * Why an original has no picture: a RAW without a preview, a missing program on this machine, or damage that leaves
 * nothing to decode.
 */
export const unshownReasons = ['no-preview', 'no-ffmpeg', 'damaged'] as const;

/** One of these reasons. */
export type Unshown = (typeof unshownReasons)[number];

/** The renditions of one original. Those that could not be made are absent. */
export interface Renditions {
  recipe: number;
  /** Why there are none, if that is not a failure. */
  unshown?: Unshown;
  /**
   * True if the original is damaged, judged by its bytes: the renditions show what the recipe could decode, if
   * anything.
   */
  damaged?: boolean;
  thumb?: Rendition;
  preview?: Rendition;
  /** ThumbHash, base64. */
  thumbhash?: string;
}

/** The part of a picture that is kept, as fractions of its upright original, before rotation. */
export interface Crop {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** One way of developing a picture. An absent part changes nothing. */
export interface Develop {
  /** Quarter turns clockwise, applied last. */
  rotate?: 1 | 2 | 3;
  crop?: Crop;
  /** Degrees clockwise by which the picture is turned about the centre of the crop, at most 45 to either side. */
  straighten?: number;
}

/** The pictures of a way of developing, made on some server; without those that are missing or invalid. */
export interface DevelopedPictures {
  thumb?: Rendition;
  preview?: Rendition;
  thumbhash?: string;
  /** The recipe that made them, four digits. */
  at: string;
}

/**
 * The values of a sidecar; each ranks below an edit and above a fact. `rating` is 0 to 5, or -1 for rejected (XMP),
 * which is shown as 0. `place` belongs to the `gps` beside it, if there is one.
 */
export type SidecarValues = Partial<
  Pick<Facts, 'title' | 'description' | 'tags' | 'rating' | 'gps' | 'place' | 'taken' | 'offset'>
> & { favourite?: boolean };

/** A sidecar that belongs to an original. */
export interface Sidecar {
  name: string;
  values: SidecarValues;
  /** When it was last written, or the date in an export, UTC: the newest of several counts. */
  modified?: string;
  /** The sender, in the form of the author of an edit; absent for the owner of the home. */
  by?: string;
}

/** One arrival of a file with these bytes. `at` and `modified` are UTC, `2026-11-24T10:00:00.000Z`. */
export interface Sighting {
  /** The first arrival under this name on this server. */
  at: string;
  /** The id of the server. */
  server: string;
  /** The original file name, without folders. */
  name: string;
  /** The bytes of that name in base64, if they are not UTF-8 (`name` then decodes them as Windows-1252). */
  raw?: string;
  /** The file's mtime. */
  modified: string;
  /** The subfolder of `incoming`, if any: suggests an album. */
  folder?: string;
  /** The sender, in the form of the author of an edit; absent for the owner of the home. */
  by?: string;
}

/** One value that a person gave to a field. */
export interface Edit<T> {
  value: T;
  at: Stamp;
  /** The author: `person:<ulid>`, or the token or command. */
  by: string;
  /** The wall clock's time, UTC, if `at` is a minute or more ahead of it: shown instead of the stamp. */
  made?: string;
  /** The stamp of the value that this edit replaced; absent for the first. */
  over?: Stamp;
  /**
   * For every other epoch, the newest stamp of this field in the document at that time. With `over` it states exactly
   * which values this edit had seen. Absent if `over` is sufficient; for fields other than `audience` also if the
   * stamps are.
   */
  saw?: Stamp[];
  /** The former authors, if the value is only repeated (origin.ts): people, `unknown`, or `file`. */
  of?: string[];
}

/** Whether an element is in a set: last writer wins, per element. */
export interface Membership {
  present: boolean;
  at: Stamp;
  by: string;
  /** As in `Edit`. */
  made?: string;
  /** The former authors, as in an edit. */
  of?: string[];
  /** For a removed element: the authors of its addition, which it keeps if the removal is undone. */
  was?: string[];
  /**
   * For an album: the undo of an addition removed it, and it was never added or removed before. The photo is not in the
   * album, but without a decision against it: its folder suggests the album again (suggested-album.ts).
   */
  undone?: true;
}

/** Single-value fields; null removes the value (back to sidecar and fact). */
export interface EditableFields {
  title: string | null;
  description: string | null;
  taken: { local: string; offset?: string } | null;
  place: Place | null;
  gps: Gps | null;
  rating: number | null;
  favourite: boolean;
  audience: Audience;
  reviewed: boolean;
  trashed: boolean;
  /** Hidden from the timeline; still in albums and search results. */
  archived: boolean;
  /** Whether it stands for its burst. */
  burstCover: boolean;
  /** How the picture is rotated, cropped and straightened (develop.ts). */
  develop: Develop | null;
}

/**
 * The edits of a photo: of each field the newest 8 by stamp, newest first (of `audience` and `develop` also older ones
 * that no other has seen); of tags, albums and favourites one membership per element. `favourite` is the owner's; every other account
 * has its own favourites: `favourites` holds the ids of the persons. `apart` holds the ids (SHA-256) of similar photos
 * that a person marked as different.
 */
export type Edits = { [F in keyof EditableFields]?: Edit<EditableFields[F]>[] } & {
  tags?: Record<string, Membership>;
  albums?: Record<string, Membership>;
  favourites?: Record<string, Membership>;
  apart?: Record<string, Membership>;
  /**
   * Memberships that take effect in place of ones beyond the clock (overruled-registers.ts), by `<set> <element>
   * <stamp>`.
   */
  overruled?: Record<string, Membership>;
  /** The shared albums of an item, and its lock (grants.ts). */
  gives?: Record<string, Granted>;
  ends?: Record<string, Granted>;
  /**
   * The ends that the author of the item had seen, by `<set> <end>`: others see the item only where all of them are
   * known.
   */
  under?: Record<string, Granted>;
};

/** An entry of a grant set (grants.ts), as it is stored. */
export interface Granted {
  at: Stamp;
  by: string;
  saw?: Record<string, string[]>;
}

/** The unit of replication: everything known about one original. Its id is `photo:<sha256>`. */
export interface PhotoDocument {
  format: number;
  kind: 'photo';
  facts: Facts;
  renditions: Renditions;
  /** Of videos and motion photos. */
  clips?: Clips;
  /** The pictures of the ways in which it is or was developed, by `developKey`; they merge element by element. */
  developed?: Record<string, DevelopedPictures>;
  /** By the sidecar's SHA-256. */
  sidecars: Record<string, Sidecar>;
  /** By `<server> <name>`, or `<server> <by> <name>` with a sender; the earliest wins per key. */
  sightings: Record<string, Sighting>;
  edits: Edits;
}

/**
 * The body of the deleted revision that records a purge. `edits` and `sightings` are those that the purging person had
 * seen: anything else brings the photo back, into the trash.
 */
export interface PurgeDocument {
  format: number;
  kind: string;
  /** `saw`: for a document that is not a photo its greatest stamp, if that is beyond the clock. */
  purged: { at: Stamp; by: string; saw?: Stamp[] };
  edits?: Edits;
  sightings?: Record<string, Sighting>;
}

/** All tags of an original as text, by ExifTool's `Group:Name`. Its id is `exif:<sha256>`. */
export interface ExifDocument {
  format: number;
  kind: 'exif';
  recipe: number;
  tags: Record<string, string>;
  /** True if tags were shortened or omitted to keep the document small. */
  cut?: boolean;
}

/** The body of any document, including kinds that this version does not know. */
export type Body = { format?: number; kind?: string } & Record<string, unknown>;

/** The parts of a photo document that must be objects. */
const parts = ['renditions', 'sidecars', 'sightings', 'edits'] as const;

/**
 * A body as a photo document; undefined if it is not one (another kind, a purge). Parts that a foreign writer omitted
 * are returned empty; photo-view.ts validates their contents.
 */
export function photoOf(body: object | undefined): PhotoDocument | undefined {
  if (own(body, 'kind') !== 'photo' || !isObject(own(body, 'facts'))) return undefined;
  const missing = parts.filter((name) => !isObject(own(body, name)));
  if (missing.length === 0) return body as PhotoDocument;
  return { ...body, ...Object.fromEntries(missing.map((name) => [name, {}])) } as object as PhotoDocument;
}

/** The id of a photo's document. `sha256` is 64 hex digits. */
export const photoId = (sha256: string): string => `photo:${sha256}`;

/** The id of the document with a photo's tags. */
export const exifId = (sha256: string): string => `exif:${sha256}`;

/** The SHA-256 in a `photo:` or `exif:` id; undefined for other ids. */
export const sha256Of = (id: string): string | undefined => /^(?:photo|exif):([0-9a-f]{64})$/.exec(id)?.[1];

/** A video made from an original. `at` is the recipe that made it, four digits: the newer one wins. */
export interface Clip extends Rendition {
  at: string;
}

/**
 * The videos made from an original, as a set that merges element by element. An absent one is not made yet, or not
 * needed.
 */
export interface Clips {
  /** The hover preview: some seconds without sound. */
  hover?: Clip;
  /** The playable video, for every browser. */
  video?: Clip;
  /**
   * On a public server: the quarter turns clockwise by which they are rotated in addition (develop.ts `rotationOf`).
   */
  rotate?: 1 | 2 | 3;
}
