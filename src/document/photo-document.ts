/**
 * The shapes of the documents that servers exchange. A document is I-JSON, at most 256 KiB, carries a `format` number
 * and never holds binary data. How two of them become one: merge.ts. What a person sees of one: photo-view.ts.
 */
import { isObject, own } from './json-values.js';

/** The document format this version writes. A document of a newer one is stored and passed on, never merged or rewritten. */
export const format = 1;

/** Who may see a photo, from narrow to wide. */
export const audiences = ['private', 'family', 'public'] as const;

/** One of the audiences. */
export type Audience = (typeof audiences)[number];

/** A hybrid logical clock time and the server's epoch: `<ms, 15 digits>-<counter, 4 hex>-<epoch>`; sorts as text. */
export type Stamp = string;

/** Where a picture was taken. Degrees (WGS 84); metres above sea level. */
export interface Gps {
  lat: number;
  lon: number;
  alt?: number;
}

/** The nearest place that ExifTool's offline database knows. `country` is the ISO 3166 code of two letters. */
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

/** Which fact the time comes from. `name` and `modified` come from the earliest sighting, `edit` from a person. */
export type TakenSource = 'exif' | 'xmp' | 'iptc' | 'quicktime' | 'gps' | 'sidecar' | 'name' | 'modified' | 'edit';

/** What a recipe read from the bytes of an original and from nothing else: the same bytes give the same facts anywhere. */
export interface Facts {
  /** The number of the recipe that read them. */
  recipe: number;
  /** MIME type, by the bytes. */
  type: string;
  bytes: number;
  /** As displayed, in pixels (orientation applied). */
  width: number;
  height: number;
  /** Local wall time where it was taken, `2024-07-01T12:00:00.000`. */
  taken?: string;
  /** `+02:00`, only where the file says so or the place's zone tells. */
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
  /** True where the file holds more than one frame. */
  animated?: boolean;
  /** The length of a video in seconds. */
  seconds?: number;
  /** How a video is coded, by the usual short names: `h264`, `aac`. */
  codecs?: { video?: string; audio?: string };
  /** Where browsers play this video as it is: the original itself. */
  playable?: boolean;
  /** What ties the two files of a Live Photo together: Apple's ContentIdentifier. */
  pair?: string;
  /** Where in a motion photo its clip (MP4) lies: at which byte, and how many. */
  motion?: { at: number; bytes: number };
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
 * Why an original has no picture: there is none inside (RAW), the program that reads it is not on the machine, or it is so
 * damaged that nothing of it can be decoded.
 */
export const unshownReasons = ['no-preview', 'no-ffmpeg', 'damaged'] as const;

/** One of these reasons. */
export type Unshown = (typeof unshownReasons)[number];

/** The renditions of one original. Absent ones could not be made. */
export interface Renditions {
  recipe: number;
  /** Why there are none, where that is no failure. */
  unshown?: Unshown;
  /** True where the original is damaged, by its bytes: these show what the recipe could decode of it, if anything. */
  damaged?: boolean;
  thumb?: Rendition;
  preview?: Rendition;
  /** ThumbHash, base64. */
  thumbhash?: string;
}

/**
 * The values that a sidecar gives; each stands below an edit and above a fact. `rating` is 0 to 5, or -1 for rejected (XMP),
 * which is shown as 0. `place` belongs to the `gps` beside it, where there is one.
 */
export type SidecarValues = Partial<
  Pick<Facts, 'title' | 'description' | 'tags' | 'rating' | 'gps' | 'place' | 'taken' | 'offset'>
> & { favourite?: boolean };

/** A sidecar that belongs to an original. */
export interface Sidecar {
  name: string;
  values: SidecarValues;
  /** When it was last written, or an export says so, UTC: of several the newest counts. */
  modified?: string;
  /** Who sent it in, as the author of an edit; absent for the owner of the home. */
  by?: string;
}

/** One time that a file with these bytes came in. `at` and `modified` are UTC, `2026-11-24T10:00:00.000Z`. */
export interface Sighting {
  /** When it was first seen under this name on this server. */
  at: string;
  /** The id of the server. */
  server: string;
  /** The file's name as it came in, without folders. */
  name: string;
  /** The bytes of that name in base64, where they are not UTF-8 (`name` is then what they say in Windows-1252). */
  raw?: string;
  /** The file's mtime. */
  modified: string;
  /** The folder it was dropped in, where there was one: an album suggestion. */
  folder?: string;
  /** Who sent it in, as the author of an edit; absent for the owner of the home. */
  by?: string;
}

/** One value that a person gave a field. */
export interface Edit<T> {
  value: T;
  at: Stamp;
  /** Id of the person (`person:<ulid>`), or of the token or command that did it. */
  by: string;
  /** The wall clock's time, UTC, where `at` is a minute or more ahead of it: people are shown this one. */
  made?: string;
  /** The stamp of the value that the person saw and replaced; absent for the first. */
  over?: Stamp;
  /**
   * Of each other epoch, the newest stamp of this field that the document held then. With `over` it tells exactly which values
   * this one was made in sight of. Absent where `over` says it all; of other fields than `audience` also where the stamps do.
   */
  saw?: Stamp[];
  /** Those whose word it was before, where it is only said again (origin.ts): people, `unknown`, or `file`. */
  of?: string[];
}

/** Whether an element is in a set: the last writer wins, per element. */
export interface Membership {
  present: boolean;
  at: Stamp;
  by: string;
  /** As in `Edit`. */
  made?: string;
  /** As of an edit: whose word it was before. */
  of?: string[];
  /** Of an element that was taken out: whose word it was that it is in, so that it is theirs where that is taken back. */
  was?: string[];
}

/** What can be edited as one value; null takes the value away again (back to sidecar and fact). */
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
  /** Hidden from the timeline; still in albums and found by searches. */
  archived: boolean;
}

/**
 * The edits of a photo: of each field the newest 8 by stamp, newest first (of `audience` also those older ones that no
 * other has seen); of tags, albums and favourites one membership per element. `favourite` is the owner's; whoever else
 * signs in has favourites of their own: `favourites` holds the ids of the persons. `apart` holds the ids (SHA-256) of photos
 * that look like this one and are another one all the same, as somebody said.
 */
export type Edits = { [F in keyof EditableFields]?: Edit<EditableFields[F]>[] } & {
  tags?: Record<string, Membership>;
  albums?: Record<string, Membership>;
  favourites?: Record<string, Membership>;
  apart?: Record<string, Membership>;
  /** Memberships that count in place of ones beyond the clock (overruled-registers.ts), by `<set> <element> <stamp>`. */
  overruled?: Record<string, Membership>;
  /** The albums with members that an item is in, and its lock (grants.ts). */
  gives?: Record<string, Granted>;
  ends?: Record<string, Granted>;
  /** The ends that whoever wrote the item had in sight, by `<set> <end>`: others are shown it where all of them are here. */
  under?: Record<string, Granted>;
};

/** An entry of a grant set (grants.ts), as it is stored. */
export interface Granted {
  at: Stamp;
  by: string;
  saw?: Record<string, string[]>;
}

/** The unit of replication: all that is known of one original. Its id is `photo:<sha256>`. */
export interface PhotoDocument {
  format: number;
  kind: 'photo';
  facts: Facts;
  renditions: Renditions;
  /** Of videos and motion photos. */
  clips?: Clips;
  /** By the sidecar's SHA-256. */
  sidecars: Record<string, Sidecar>;
  /** By `<server> <name>`, or `<server> <by> <name>` where somebody sent it in; the earliest wins per key. */
  sightings: Record<string, Sighting>;
  edits: Edits;
}

/**
 * The body of the deleted revision that says that a person purged a document. `edits` and `sightings` are those that the
 * person had in sight: what is not among them brings the photo back, as trashed.
 */
export interface PurgeDocument {
  format: number;
  kind: string;
  /** `saw`: of a document that is no photo its greatest stamp, where that is beyond the clock. */
  purged: { at: Stamp; by: string; saw?: Stamp[] };
  edits?: Edits;
  sightings?: Record<string, Sighting>;
}

/** Every tag of an original as text, by ExifTool's `Group:Name`. Its id is `exif:<sha256>`. */
export interface ExifDocument {
  format: number;
  kind: 'exif';
  recipe: number;
  tags: Record<string, string>;
  /** True where tags were cut or left out to keep the document small. */
  cut?: boolean;
}

/** Any document's body, also those that this version does not know. */
export type Body = { format?: number; kind?: string } & Record<string, unknown>;

/**
 * A body as a photo's document; undefined where it is none (another kind, a purge). Parts that a foreign writer left out
 * come back empty; what the parts hold, photo-view.ts looks at.
 */
export function photoOf(body: object | undefined): PhotoDocument | undefined {
  if (own(body, 'kind') !== 'photo' || !isObject(own(body, 'facts'))) return undefined;
  const parts = ['renditions', 'sidecars', 'sightings', 'edits'].map((name) => [name, own(body, name)] as const);
  const whole: object = {
    ...body,
    ...Object.fromEntries(parts.map(([name, part]) => [name, isObject(part) ? part : {}])),
  };
  return whole as PhotoDocument;
}

/** The id of a photo's document. `sha256` is 64 hex digits. */
export const photoId = (sha256: string): string => `photo:${sha256}`;

/** The id of the document that holds a photo's tags. */
export const exifId = (sha256: string): string => `exif:${sha256}`;

/** The SHA-256 that a `photo:` or `exif:` id names, or undefined for other ids. */
export const sha256Of = (id: string): string | undefined => /^(?:photo|exif):([0-9a-f]{64})$/.exec(id)?.[1];

/** A film made from an original. `at` is the recipe that made it, four digits: of two, the newer one stays. */
export interface Clip extends Rendition {
  at: string;
}

/** The films made from an original, as a set that merges element by element. Absent ones are not made yet, or not needed. */
export interface Clips {
  /** Some seconds without sound. */
  hover?: Clip;
  /** What every browser plays. */
  video?: Clip;
}
