/**
 * Playable videos of photos, as visible to a viewer: for a video the video itself, for a Live Photo the video that
 * belongs to it, for a motion photo the clip inside it. A clip follows its photo: a viewer of the photo can also see
 * its clip, unless the audience of the video itself is narrower. Sharing or trashing a photo includes its clip.
 */
import { mayHaveOriginal, mayHaveUnedited, type Viewer } from '../access/permissions.js';
import type { Catalog } from '../catalog/catalog.js';
import { developOf, isRotatedInVain, rotationOf, type Develop } from '../document/develop.js';
import { clipsShown, motionOf } from '../document/facts.js';
import type { Item } from '../document/item-id.js';
import { own } from '../document/json-values.js';
import type { Rendition } from '../document/photo-document.js';
import type { PhotoView } from '../document/photo-view.js';
import type { Library } from '../library/library.js';
import type { PhotosChange } from './edit-photos.js';
import { readPhotos, type StoredPhoto } from './find-photos.js';
import { sightOf } from './visibility.js';

/** The dependencies of the lookup. */
export interface PlayableVideoParts {
  library: Library;
  catalog: Pick<Catalog, 'clipOf' | 'clipFor'>;
}

/** A playable video. `rotate`: the additional quarter turns clockwise. */
export type Playing = { rotate?: Develop['rotate'] } & Source;

type Source =
  /** A transcoded file. */
  | { kind: 'rendition'; rendition: Rendition }
  /** An unchanged original (by its SHA-256), or the video inside it. `settled`: no better version will replace it. */
  | { kind: 'original'; id: string; type: string; part?: { at: number; bytes: number }; settled: boolean };

const isFilm = ({ type }: PhotoView): boolean => type.startsWith('video/');

/** The item whose video a photo plays for the viewer: the photo itself, or the video that belongs to it. */
export function sourceOf(
  { library, catalog }: PlayableVideoParts,
  viewer: Viewer,
  photo: PhotoView,
): StoredPhoto | undefined {
  // The clip also shows what was cut away.
  if (!isFilm(photo) && (photo.develop || photo.developing)) return undefined;
  if (isFilm(photo) || photo.motion) return readPhotos(library, [photo.id])[0];
  const clip = catalog.clipFor(photo.id, sightOf(viewer));
  return clip === undefined ? undefined : readPhotos(library, [clip])[0];
}

/** A photo as visible to the viewer, with `motion` if it plays for them. */
export function withMotion<P extends PhotoView>(parts: PlayableVideoParts, viewer: Viewer, photo: P): P {
  const moves = !isFilm(photo) && sourceOf(parts, viewer, photo) !== undefined;
  return moves ? { ...photo, motion: true } : photo;
}

/** The video that a photo plays for the viewer; undefined if there is none, or none yet. */
export function playingOf(
  parts: PlayableVideoParts,
  viewer: Viewer,
  photo: PhotoView,
  which: 'hover' | 'video',
): Playing | undefined {
  const source = sourceOf(parts, viewer, photo);
  if (!source) return undefined;
  const { body: document, item } = source;
  if (developOf(document) === 'unclear' && !mayHaveUnedited(viewer, item.holder)) return undefined;
  const playing = filesOf(parts, viewer, photo, source, which);
  const rotate = rotationOf(document);
  return playing && rotate !== undefined ? { ...playing, rotate } : playing;
}

/** The same, as in its file. */
function filesOf(
  { library }: PlayableVideoParts,
  viewer: Viewer,
  photo: PhotoView,
  { body: document, item }: StoredPhoto,
  which: 'hover' | 'video',
): Source | undefined {
  const id = item.sha256;
  const { hover, video } = clipsShown(document);
  const motion = motionOf(document.facts);
  // The clip of a photo is short enough to serve as its hover preview.
  const made = which === 'hover' ? (hover ?? (isFilm(photo) ? undefined : video)) : video;
  const original = originalOf(library, viewer, item);
  const isPlayable = original && own(document.facts, 'playable') === true && !isRotatedInVain(document);
  if (which === 'video' && isPlayable && !motion)
    return { kind: 'original', id, type: document.facts.type, settled: true };
  if (made) return { kind: 'rendition', rendition: made };
  if (!original) return undefined;
  if (motion) return { kind: 'original', id, type: 'video/mp4', part: motion, settled: false };
  return which === 'video' ? { kind: 'original', id, type: document.facts.type, settled: false } : undefined;
}

/** Whether the viewer may have an original, and it is on this server. */
const originalOf = (library: Library, viewer: Viewer, { holder, sha256 }: Item): boolean =>
  mayHaveOriginal(viewer, holder) && library.local.originals.find(sha256)?.state === 'here';

/** The changes that also apply to the clips of photos: they are shared, trashed and restored with their photos. */
export const clipsBeside = ({ catalog }: PlayableVideoParts, each: readonly PhotosChange[]): PhotosChange[] =>
  each.flatMap(({ ids, audience, trashed }) => {
    const change = { ...(audience !== undefined && { audience }), ...(trashed !== undefined && { trashed }) };
    const clips = Object.keys(change).length === 0 ? [] : ids.flatMap((id) => catalog.clipOf(id)?.id ?? []);
    return clips.length > 0 ? [{ ...change, ids: clips }] : [];
  });
