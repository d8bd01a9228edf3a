/**
 * The other files of a photo's shot, as visible to a viewer: the RAW of a JPEG, and the JPEG of a RAW. Trashing and
 * restoring a photo includes its RAW files.
 */
import type { Viewer } from '../access/permissions.js';
import type { Catalog } from '../catalog/catalog.js';
import type { PhotoView } from '../document/photo-view.js';
import type { Library } from '../library/library.js';
import type { PhotosChange } from './edit-photos.js';
import { findPhotos } from './find-photos.js';

/** The dependencies of the lookup. */
export interface StackParts {
  library: Library;
  catalog: Pick<Catalog, 'stackOf'>;
}

/** A photo as visible to the viewer, with `stack` if they may see other files of its shot. */
export function withStack<P extends PhotoView>({ library, catalog }: StackParts, viewer: Viewer, photo: P): P {
  const others = findPhotos(library, viewer, catalog.stackOf(photo.id));
  return others.length === 0 ? photo : { ...photo, stack: others.map(({ id, type }) => ({ id, type })) };
}

/** The changes that apply to the RAW files of photos: they are trashed and restored with their photos. */
export const rawsBeside = ({ catalog }: StackParts, each: readonly PhotosChange[]): PhotosChange[] =>
  each.flatMap(({ ids, trashed }) => {
    const raws =
      trashed === undefined ? [] : ids.flatMap((id) => catalog.stackOf(id)).filter((id) => !ids.includes(id));
    return raws.length > 0 && trashed !== undefined ? [{ trashed, ids: raws }] : [];
  });
