/**
 * Films as somebody may see them: of a video its own, of a Live Photo those of the video that plays with it, of a motion photo the
 * clip inside it. A clip follows its photo: whoever may see the photo may see it, unless somebody decided more narrowly about
 * the video itself; and where a photo is shared or thrown away, so is its clip.
 */
import { mayHaveOriginal, type Viewer } from '../access/permissions.js';
import type { Catalog } from '../catalog/catalog.js';
import { clipsShown, motionOf } from '../document/facts.js';
import type { Item } from '../document/item-id.js';
import { own } from '../document/json-values.js';
import type { Rendition } from '../document/photo-document.js';
import type { PhotoView } from '../document/photo-view.js';
import type { Library } from '../library/library.js';
import type { PhotosChange } from './edit-photos.js';
import { readPhotos, type StoredPhoto } from './find-photos.js';
import { sightOf } from './visibility.js';

/** What films are found in. */
export interface PlayableVideoParts {
  library: Library;
  catalog: Pick<Catalog, 'clipOf' | 'clipFor'>;
}

/** A film to be sent. */
export type Playing =
  /** A file made for it. */
  | { kind: 'rendition'; rendition: Rendition }
  /** An original as it came (by its SHA-256), or the part of it that is a film. `settled`: nothing better will take its place. */
  | { kind: 'original'; id: string; type: string; part?: { at: number; bytes: number }; settled: boolean };

const isFilm = ({ type }: PhotoView): boolean => type.startsWith('video/');

/** The item that a photo's film is made from, where it plays for the viewer: its own, or that of the video beside it. */
export function sourceOf(
  { library, catalog }: PlayableVideoParts,
  viewer: Viewer,
  photo: PhotoView,
): StoredPhoto | undefined {
  if (isFilm(photo) || photo.motion) return readPhotos(library, [photo.id])[0];
  const clip = catalog.clipFor(photo.id, sightOf(viewer));
  return clip === undefined ? undefined : readPhotos(library, [clip])[0];
}

/** A photo that somebody sees, with `motion` where it plays for them. */
export function withMotion<P extends PhotoView>(parts: PlayableVideoParts, viewer: Viewer, photo: P): P {
  const moves = !isFilm(photo) && sourceOf(parts, viewer, photo) !== undefined;
  return moves ? { ...photo, motion: true } : photo;
}

/** What is played of a photo that the viewer sees; undefined where there is nothing yet, or nothing at all. */
export function playingOf(
  parts: PlayableVideoParts,
  viewer: Viewer,
  photo: PhotoView,
  which: 'hover' | 'video',
): Playing | undefined {
  const source = sourceOf(parts, viewer, photo);
  if (!source) return undefined;
  const { body: document, item } = source;
  const id = item.sha256;
  const { hover, video } = clipsShown(document);
  const motion = motionOf(document.facts);
  // Of a photo that moves, what plays is short enough to be its preview, too.
  const made = which === 'hover' ? (hover ?? (isFilm(photo) ? undefined : video)) : video;
  const original = originalOf(parts.library, viewer, item);
  if (which === 'video' && original && own(document.facts, 'playable') === true && !motion)
    return { kind: 'original', id, type: document.facts.type, settled: true };
  if (made) return { kind: 'rendition', rendition: made };
  if (!original) return undefined;
  if (motion) return { kind: 'original', id, type: 'video/mp4', part: motion, settled: false };
  return which === 'video' ? { kind: 'original', id, type: document.facts.type, settled: false } : undefined;
}

/** Whether somebody may have an original, and it is here. */
const originalOf = (library: Library, viewer: Viewer, { holder, sha256 }: Item): boolean =>
  mayHaveOriginal(viewer, holder) && library.local.originals.find(sha256)?.state === 'here';

/** What happens to the clips of photos: they are shared as these are, thrown away with them and taken back. */
export const clipsBeside = ({ catalog }: PlayableVideoParts, each: readonly PhotosChange[]): PhotosChange[] =>
  each.flatMap(({ ids, audience, trashed }) => {
    const change = { ...(audience !== undefined && { audience }), ...(trashed !== undefined && { trashed }) };
    const clips = Object.keys(change).length === 0 ? [] : ids.flatMap((id) => catalog.clipOf(id)?.id ?? []);
    return clips.length > 0 ? [{ ...change, ids: clips }] : [];
  });
