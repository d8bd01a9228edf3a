/**
 * The other files of a photo's shot, as visible to a viewer: the RAW of a JPEG, and the JPEG of a RAW. Trashing and
 * restoring a photo includes its RAW files.
 */
import type { Viewer } from '../access/permissions.js';
import type { Catalog } from '../catalog/catalog.js';
import { turnedBy } from '../document/develop.js';
import type { PhotoView } from '../document/photo-view.js';
import type { Library } from '../library/library.js';
import type { PhotosChange } from './edit-photos.js';
import { findPhotos, readPhotos } from './find-photos.js';
import { sightOf } from './visibility.js';

/** The dependencies of the lookup. */
export interface StackParts {
  library: Library;
  catalog: Pick<Catalog, 'stackOf' | 'burstOf'>;
}

/**
 * A photo as visible to the viewer, with `stack` and `burst` if other files of its shot or burst are visible to them.
 */
export function withStack<P extends PhotoView>({ library, catalog }: StackParts, viewer: Viewer, photo: P): P {
  const others = findPhotos(library, viewer, catalog.stackOf(photo.id));
  const burst = catalog.burstOf(photo.id, sightOf(viewer));
  return {
    ...photo,
    ...(others.length > 0 && { stack: others.map(({ id, type }) => ({ id, type })) }),
    ...(burst && { burst }),
  };
}

/**
 * The edits of pictures that apply to the other files of a shot: its RAW or JPEG, and the clip of a Live Photo get the
 * value of the photo. So none of them shows what was cut away.
 */
export const developsBeside = (
  { library, catalog }: { library: Library; catalog: Pick<Catalog, 'stackOf' | 'clipOf'> },
  each: readonly PhotosChange[],
): PhotosChange[] =>
  each.flatMap(({ ids, develop, turn }) => {
    if (develop === undefined && turn === undefined) return [];
    return ids.flatMap((id): PhotosChange[] => {
      const files = filesOfShot(catalog, id).filter((file) => !ids.includes(file));
      const [photo] = files.length > 0 && turn !== undefined ? readPhotos(library, [id]) : [];
      const value = photo && turn !== undefined ? turnedBy(photo.body, turn) : develop;
      return files.length === 0 || value === undefined ? [] : [{ ids: files, develop: value, beside: true }];
    });
  });

/** The files that are trashed with a photo (public ids): its clip, and the RAW or the JPEG of its shot. */
export const filesOfShot = (catalog: Pick<Catalog, 'clipOf' | 'stackOf'>, id: string): string[] => [
  ...[catalog.clipOf(id)?.id ?? []].flat(),
  ...catalog.stackOf(id),
];

/** The changes that also apply to the RAW files of photos: they are trashed and restored with their photos. */
export const rawsBeside = ({ catalog }: StackParts, each: readonly PhotosChange[]): PhotosChange[] =>
  each.flatMap(({ ids, trashed }) => {
    const raws =
      trashed === undefined ? [] : ids.flatMap((id) => catalog.stackOf(id)).filter((id) => !ids.includes(id));
    return raws.length > 0 && trashed !== undefined ? [{ trashed, ids: raws }] : [];
  });
