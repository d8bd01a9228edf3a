/**
 * A photo as the API returns it (the JSON of `list --json` and `GET /api/photos/:id`): each value comes from the edit,
 * otherwise the sidecar, otherwise the fact. Pure.
 */
import type { Holder } from './item-id.js';
import { canonical, wellFormed } from './canonical-json.js';
import { membership, membershipsIn, shownEdit, type SetName } from './edits.js';
import { developedSize, developOf, isRotation, picturesShown, sizeIn, type Develop } from './develop.js';
import { clipsShown, factsShown, isDamaged, motionOf } from './facts.js';
import { elementOf, fields, type FieldName } from './field-validation.js';
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
import { kindsOf } from './photo-kinds.js';
import { earliestSighting, takenOf } from './time-taken.js';

/** A photo as JSON. Unknown facts are absent keys. See docs/interface.md. */
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
  /** The albums with members that contain it and that the viewer sees (album/member-albums.ts). */
  sharedAlbums?: { holder: Holder; album: string; name: string }[];
  /** 1 to 5; 0 if not rated. */
  rating: number;
  favourite: boolean;
  audience: Audience;
  reviewed: boolean;
  /** Left out of the timeline; still in albums and searches. */
  archived: boolean;
  trashed: boolean;
  /** When it first arrived on any server, UTC. */
  added: string;
  animated?: boolean;
  /** The length of a video in seconds, and its codecs. */
  seconds?: number;
  codecs?: { video?: string; audio?: string };
  /**
   * True if it plays in the viewer: a motion photo; a Live Photo if its clip is visible to the viewer
   * (album/playable-videos.ts).
   */
  motion?: true;
  /** The other files of its shot, a RAW or its JPEG, if they are visible to the viewer (album/stack-members.ts). */
  stack?: { id: string; type: string }[];
  /** True if it is a photo sphere, in which one can look around. */
  sphere?: true;
  /** The burst that it belongs to, if it is visible to the viewer (album/stack-members.ts). */
  burst?: { id: string; count: number };
  /** How its picture is developed; absent if it is shown as its original. */
  develop?: Develop;
  /**
   * True while its picture can't be shown as it is developed: it is still being made, or it is unclear how
   * (`developOf`). Then it has no renditions, and `develop` is absent if it is unclear.
   */
  developing?: true;
  thumbhash?: string;
  /** Why it has no picture, if that is not a failure. */
  unshown?: Unshown;
  /** True if the original is damaged; it is shown as far as possible. */
  damaged?: true;
  renditions: { thumb?: Rendition; preview?: Rendition; hover?: Rendition; video?: Rendition };
  /** Whether this server has the original, and its path in the archive. */
  original: { here: boolean; path?: string };
}

/** Where this server stores an original, from its local tables. */
export interface OriginalPlace {
  here: boolean;
  /** Relative to the archive. */
  path?: string;
}

/**
 * Computes the view of a photo. `sha256` names the original. With `self`, the id of a person, `favourite` is that
 * person's, otherwise the owner's. Never throws: invalid values by a foreign writer are not shown.
 */
export function viewPhoto(sha256: string, document: PhotoDocument, original: OriginalPlace, self?: string): PhotoView {
  const photo = photoOf(document);
  const { facts, edits, renditions } = photo ?? nothing;
  const sidecars = sidecarsOf(document);
  const sighting = earliestSighting(document);

  /** The edit, otherwise the value of the newest sidecar that has one, otherwise the fact. */
  function shown<F extends FieldName>(field: F, given: readonly unknown[]): NonNullable<EditableFields[F]> | undefined {
    const value = shownEdit(edits, field)?.value;
    if (value !== undefined && value !== null) return value;
    const found = given.find((one) => one !== undefined && one !== null && fields[field](one));
    return found as NonNullable<EditableFields[F]> | undefined;
  }

  const picture = developedView(photo);
  const pictures = photo ? picturesShown(photo) : {};
  // The clips also show what was cut away; a rotated video is played rotated.
  const isFilm = textOf(facts.type).startsWith('video/');
  const turned = isFilm && picture?.view.develop !== undefined && isRotation(picture.view.develop);
  const clips = picture && !turned ? {} : clipsShown(document);
  // A public server gets the video of a motion photo, but not its position in the original.
  const moves = !picture && (motionOf(facts) !== undefined || (clips.video && !isFilm));
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
  const name = textOf(sighting?.name);
  const shownFacts = factsShown(facts);
  // Built key by key: every row of the catalog is made from a view, and spreading parts into one takes a third of that.
  const view = Object.assign({ id: sha256, name }, shownFacts, takenOf(document)) as PhotoView;
  if (gps) view.gps = gps;
  if (place) view.place = place;
  view.title = title ?? '';
  view.description = description ?? '';
  view.tags = elementsShown(edits, 'tags', tagsGiven(sidecars, facts.tags));
  view.albums = elementsShown(edits, 'albums', []);
  view.rating = shown('rating', [...sidecars.map(({ rating }) => (rating === -1 ? 0 : rating)), facts.rating]) ?? 0;
  view.favourite = favourite ?? false;
  view.audience = shown('audience', []) ?? 'private';
  view.reviewed = shown('reviewed', []) ?? false;
  view.archived = shown('archived', []) ?? false;
  view.trashed = shown('trashed', []) ?? false;
  view.added = sighting?.at ?? '1970-01-01T00:00:00.000Z';
  if (facts.animated === true && !picture) view.animated = true;
  if (moves) view.motion = true;
  if (!picture && kindsOf(facts, view).sphere) view.sphere = true;
  const unshown = unshownReasons.find((reason) => reason === own(renditions, 'unshown'));
  if (unshown !== undefined) view.unshown = unshown;
  if (isDamaged(renditions)) view.damaged = true;
  if (picture) Object.assign(view, picture.view);
  if (pictures.thumbhash !== undefined) view.thumbhash = pictures.thumbhash;
  view.renditions = {};
  if (pictures.thumb) view.renditions.thumb = pictures.thumb;
  if (pictures.preview) view.renditions.preview = pictures.preview;
  Object.assign(view.renditions, clips);
  view.original = { here: original.here, ...(original.path !== undefined && { path: original.path }) };
  return view;
}

/** The differing parts in the view of a photo that is not shown as its original; undefined for others. */
function developedView(
  photo: PhotoDocument | undefined,
): { view: Partial<Pick<PhotoView, 'width' | 'height' | 'develop' | 'developing'>> } | undefined {
  const shown = photo ? developOf(photo) : 'original';
  if (!photo || shown === 'original') return undefined;
  if (shown === 'unclear') return { view: { developing: true } };
  const isMade = picturesShown(photo).thumb !== undefined;
  const size = sizeIn(photo.facts);
  return {
    view: {
      ...(size.width > 1 && developedSize(shown, size)),
      develop: shown,
      ...(!isMade && { developing: true as const }),
    },
  };
}

/** The view of a body that is not a photo. */
const nothing: Pick<PhotoDocument, 'facts' | 'edits' | 'renditions'> = {
  facts: { recipe: 0, type: '', bytes: 0, width: 0, height: 0 },
  edits: {},
  renditions: { recipe: 0 },
};

/** Text from a file, cut to the length that people may enter. */
function cut(text: string | undefined, limit: number): string | undefined {
  return typeof text === 'string' && text.length > limit ? wellFormed(text.slice(0, limit)) : text;
}

/** The tags of the file: those of its sidecars if it has any, otherwise its own. */
function tagsGiven(sidecars: readonly SidecarValues[], embedded: readonly string[] | undefined): readonly unknown[] {
  const lists = sidecars.map(({ tags }) => tags).filter(Array.isArray);
  return lists.length > 0 ? lists.flat() : Array.isArray(embedded) ? embedded : [];
}

/** The elements of a set: the given ones without removed ones, plus added ones; sorted by code unit. */
function elementsShown(edits: Edits, set: SetName, given: readonly unknown[]): string[] {
  const elements = new Set(given.map(elementOf).filter((element) => element !== undefined));
  for (const [element, present] of membershipsIn(edits, set)) {
    if (present) elements.add(element);
    else elements.delete(element);
  }
  return [...elements].sort(compareText);
}

/** The ids of the persons with this photo among their favourites, except the owner; sorted by code unit. */
export const favouriteOf = (document: PhotoDocument): string[] => elementsShown(document.edits, 'favourites', []);

/** The similar photos (SHA-256) that a person marked as different from this one; sorted by code unit. */
export const apartFrom = (document: PhotoDocument): string[] =>
  elementsShown(document.edits, 'apart', []).filter((other) => /^[0-9a-f]{64}$/.test(other));
