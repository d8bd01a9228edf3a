/** The edits of a photo as sidecar values: only edited fields, with their shown values. Pure. */
import { developOf, sizeIn } from '../../document/develop.js';
import { shownEdit } from '../../document/edits.js';
import { factsShown } from '../../document/facts.js';
import type { PhotoDocument } from '../../document/photo-document.js';
import { viewPhoto } from '../../document/photo-view.js';
import { orientationIn } from '../../photo/facts/write-crop.js';
import type { Said } from '../../photo/facts/write-xmp.js';

/**
 * Undefined without an edit that a sidecar can express. `exif`: the tags of the original, for the orientation of its
 * pixels; absent for formats with another kind of rotation.
 */
export function editedOf(sha256: string, photo: PhotoDocument, exif?: unknown): Said | undefined {
  const { edits } = photo;
  const said: Said = {};
  for (const field of ['title', 'description', 'taken', 'gps', 'place', 'rating'] as const) {
    const value = shownEdit(edits, field)?.value;
    if (value !== undefined && value !== null) Object.assign(said, { [field]: value });
  }
  if (Object.keys(edits.tags ?? {}).length > 0) said.tags = viewPhoto(sha256, photo, { here: false }).tags;
  const develop = developOf(photo);
  if (typeof develop !== 'string') {
    const orientation = /^image\/(?:jpeg|tiff|x-)/.test(factsShown(photo.facts).type) ? orientationIn(exif) : 1;
    said.develop = { develop, size: sizeIn(photo.facts), orientation };
  }
  return Object.keys(said).length > 0 ? said : undefined;
}
