/**
 * The other files of a photo's shot, as somebody may see them: the RAW of a JPEG, and the JPEG of a RAW. What is thrown away
 * takes its RAW with it, and back.
 */
import type { Viewer } from '../access/permissions.js';
import type { Catalog } from '../catalog/catalog.js';
import type { PhotoView } from '../document/photo-view.js';
import type { Library } from '../library/library.js';
import type { PhotosChange } from './edit-photos.js';
import { findPhotos } from './find-photos.js';

/** What stacks are found in. */
export interface StackParts {
  library: Library;
  catalog: Pick<Catalog, 'stackOf'>;
}

/** A photo that somebody sees, with `stack` where they may see other files of its shot. */
export function withStack<P extends PhotoView>({ library, catalog }: StackParts, viewer: Viewer, photo: P): P {
  const others = findPhotos(library, viewer, catalog.stackOf(photo.id));
  return others.length === 0 ? photo : { ...photo, stack: others.map(({ id, type }) => ({ id, type })) };
}

/** What happens to the RAW files of photos: they are thrown away with them, and taken back. */
export const rawsBeside = ({ catalog }: StackParts, each: readonly PhotosChange[]): PhotosChange[] =>
  each.flatMap(({ ids, trashed }) => {
    const raws =
      trashed === undefined ? [] : ids.flatMap((id) => catalog.stackOf(id)).filter((id) => !ids.includes(id));
    return raws.length > 0 && trashed !== undefined ? [{ trashed, ids: raws }] : [];
  });
