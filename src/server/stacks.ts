/**
 * The other files of a photo's shot, as somebody may see them: the RAW of a JPEG, and the JPEG of a RAW. What is thrown away
 * takes its RAW with it, and back.
 */
import type { Viewer } from '../access/rights.js';
import type { Catalog } from '../catalog/catalog.js';
import type { PhotoChange } from '../document/edits.js';
import type { PhotoView } from '../document/view.js';
import type { Library } from '../library/library.js';
import { changePhotos } from './edits.js';
import { findPhotos } from './photos.js';

/** What stacks are found in. */
export interface StackParts {
  library: Library;
  catalog: Pick<Catalog, 'stackOf'>;
}

/** A photo that somebody sees, with `stack` where they may see other files of its shot. */
export function withStack({ library, catalog }: StackParts, viewer: Viewer, photo: PhotoView): PhotoView {
  const others = findPhotos(library, viewer, catalog.stackOf(photo.id));
  return others.length === 0 ? photo : { ...photo, stack: others.map(({ id, type }) => ({ id, type })) };
}

/** The RAW files that lie beside photos; to be asked before those are changed. */
export const rawsBeside = ({ catalog }: StackParts, ids: readonly string[]): string[] =>
  ids.flatMap((id) => catalog.stackOf(id)).filter((id) => !ids.includes(id));

/** Throws RAW files away with their photos, or takes them back. */
export async function changeRaws(
  { library }: StackParts,
  viewer: Viewer,
  raws: readonly string[],
  { trashed }: PhotoChange,
): Promise<void> {
  if (trashed !== undefined && raws.length > 0) await changePhotos(library, viewer, raws, { trashed });
}
