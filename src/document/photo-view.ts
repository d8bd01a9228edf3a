/**
 * A photo as people and programs see it (the JSON of `list --json` and `GET /api/photos/:id`): of every value the edit,
 * else the sidecar's, else the fact. Pure.
 */
import { canonical, wellFormed } from './canonical-json.js';
import { membership, membershipsIn, shownEdit, type SetName } from './edits.js';
import { clipsShown, factsShown, isDamaged, motionOf, renditionsShown } from './facts.js';
import { elementOf, fields, type FieldName } from './field-rules.js';
import { compareText, isObject, own, textOf } from './json-values.js';
import {
  photoOf,
  unshownReasons,
  type Audience,
  type EditableFields,
  type Edits,
  type Exposure,
  type Gps,
  type PhotoDocument,
  type Place,
  type Rendition,
  type SidecarValues,
  type TakenSource,
  type Unshown,
} from './photo-document.js';
import { sidecarsOf } from './sidecar-values.js';
import { earliestSighting, takenOf } from './time-taken.js';

/** A photo as JSON. Absent facts are absent keys. See docs/interface.md. */
export interface PhotoView {
  /** SHA-256 of the original. */
  id: string;
  name: string;
  type: string;
  bytes: number;
  width: number;
  height: number;
  /** Local wall time, `2024-07-01T12:00:00.000`. */
  taken: string;
  offset?: string;
  takenSource: TakenSource;
  camera?: { make?: string; model?: string };
  lens?: string;
  exposure?: Exposure;
  gps?: Gps;
  place?: Place;
  title: string;
  description: string;
  tags: string[];
  albums: string[];
  /** 0 to 5, 0 where not rated. */
  rating: number;
  favourite: boolean;
  audience: Audience;
  reviewed: boolean;
  trashed: boolean;
  /** When it first came in anywhere, UTC. */
  added: string;
  animated?: boolean;
  /** The length of a video in seconds, and how it is coded. */
  seconds?: number;
  codecs?: { video?: string; audio?: string };
  /** True where it plays while it is looked at: a motion photo; of a Live Photo where its clip may be seen (album/playable-videos.ts). */
  motion?: true;
  /** The other files of its shot, a RAW or the JPEG of one, where they may be seen (album/stack-members.ts). */
  stack?: { id: string; type: string }[];
  thumbhash?: string;
  /** Why there is no picture of it, where that is no failure. */
  unshown?: Unshown;
  /** True where the original is damaged, and shown as far as it can be. */
  damaged?: true;
  renditions: { thumb?: Rendition; preview?: Rendition; hover?: Rendition; video?: Rendition };
  /** Whether this server holds the original, and where in its archive. */
  original: { here: boolean; path?: string };
}

/** Where this server keeps an original, from its local tables. */
export interface OriginalPlace {
  here: boolean;
  /** Relative to the archive. */
  path?: string;
}

/**
 * Computes what is shown of a photo. `sha256` names the original. With `self`, the id of a person, `favourite` is that
 * person's, else the owner's. Never throws: what a foreign writer got wrong is not shown.
 */
export function viewPhoto(sha256: string, document: PhotoDocument, original: OriginalPlace, self?: string): PhotoView {
  const { facts, edits, renditions } = photoOf(document) ?? nothing;
  const sidecars = sidecarsOf(document);
  const sighting = earliestSighting(document);

  /** The edit, else the newest sidecar's that has one, else the fact. */
  function shown<F extends FieldName>(field: F, given: readonly unknown[]): NonNullable<EditableFields[F]> | undefined {
    const value = shownEdit(edits, field)?.value;
    if (value !== undefined && value !== null) return value;
    const found = given.find((one) => one !== undefined && one !== null && fields[field](one));
    return found as NonNullable<EditableFields[F]> | undefined;
  }

  const clips = clipsShown(document);
  // A public server is told the film of a motion photo, and not where it lies in the original.
  const moves = motionOf(facts) !== undefined || (clips.video && !textOf(facts.type).startsWith('video/'));
  const gps = shown('gps', [...sidecars.map((values) => values.gps), facts.gps]);
  // A place belongs to the position that it was read with.
  const placed = [...sidecars, facts].filter(
    (given) => gps === undefined || !isObject(given.gps) || canonical(gps) === canonical(given.gps),
  );
  const place = shown(
    'place',
    placed.map((given) => given.place),
  );
  const title = shown('title', [...sidecars.map((values) => values.title), cut(facts.title, 1_000)]);
  const description = shown('description', [
    ...sidecars.map((values) => values.description),
    cut(facts.description, 8_000),
  ]);
  const favourite =
    self === undefined
      ? shown('favourite', [...sidecars.map((values) => values.favourite)])
      : membership(edits, 'favourites', self);
  return {
    id: sha256,
    name: textOf(sighting?.name),
    ...factsShown(facts),
    ...takenOf(document),
    ...(gps && { gps }),
    ...(place && { place }),
    title: title ?? '',
    description: description ?? '',
    tags: elementsShown(edits, 'tags', tagsGiven(sidecars, facts.tags)),
    albums: elementsShown(edits, 'albums', []),
    rating: shown('rating', [...sidecars.map(({ rating }) => (rating === -1 ? 0 : rating)), facts.rating]) ?? 0,
    favourite: favourite ?? false,
    audience: shown('audience', []) ?? 'private',
    reviewed: shown('reviewed', []) ?? false,
    trashed: shown('trashed', []) ?? false,
    added: sighting?.at ?? '1970-01-01T00:00:00.000Z',
    ...(facts.animated === true && { animated: true }),
    ...(moves && { motion: true as const }),
    ...unshownIn(renditions),
    ...(isDamaged(renditions) && { damaged: true as const }),
    ...(typeof renditions.thumbhash === 'string' && { thumbhash: renditions.thumbhash }),
    renditions: { ...renditionsShown(renditions), ...clips },
    original: { here: original.here, ...(original.path !== undefined && { path: original.path }) },
  };
}

const unshownIn = (renditions: unknown): { unshown?: Unshown } => {
  const unshown = unshownReasons.find((reason) => reason === own(renditions, 'unshown'));
  return unshown === undefined ? {} : { unshown };
};

/** What is shown of a body that is no photo. */
const nothing: Pick<PhotoDocument, 'facts' | 'edits' | 'renditions'> = {
  facts: { recipe: 0, type: '', bytes: 0, width: 0, height: 0 },
  edits: {},
  renditions: { recipe: 0 },
};

/** A text from a file, not longer than people may write one. */
function cut(text: string | undefined, limit: number): string | undefined {
  return typeof text === 'string' && text.length > limit ? wellFormed(text.slice(0, limit)) : text;
}

/** The tags that came with the file: those of its sidecars where there are any, else its own. */
function tagsGiven(sidecars: readonly SidecarValues[], embedded: readonly string[] | undefined): readonly unknown[] {
  const lists = sidecars.map(({ tags }) => tags).filter(Array.isArray);
  return lists.length > 0 ? lists.flat() : Array.isArray(embedded) ? embedded : [];
}

/** The elements that are in a set: those given and not taken out, and those put in; sorted by code unit. */
function elementsShown(edits: Edits, set: SetName, given: readonly unknown[]): string[] {
  const elements = new Set(given.map(elementOf).filter((element) => element !== undefined));
  for (const [element, present] of membershipsIn(edits, set)) {
    if (present) elements.add(element);
    else elements.delete(element);
  }
  return [...elements].sort(compareText);
}

/** The ids of the persons whose favourite a photo is, the owner aside; sorted by code unit. */
export const favouriteOf = (document: PhotoDocument): string[] => elementsShown(document.edits, 'favourites', []);

/** The photos (SHA-256) that somebody said this one is not the same as, though it looks like them; sorted by code unit. */
export const apartFrom = (document: PhotoDocument): string[] =>
  elementsShown(document.edits, 'apart', []).filter((other) => /^[0-9a-f]{64}$/.test(other));
