/** The edits of a photo as sidecar values: only edited fields, with their shown values. Pure. */
import { shownEdit } from '../../document/edits.js';
import type { PhotoDocument } from '../../document/photo-document.js';
import { viewPhoto } from '../../document/photo-view.js';
import type { Said } from '../../photo/facts/write-xmp.js';

/** Undefined without an edit that a sidecar can express. */
export function editedOf(sha256: string, photo: PhotoDocument): Said | undefined {
  const { edits } = photo;
  const said: Said = {};
  for (const field of ['title', 'description', 'taken', 'gps', 'place', 'rating'] as const) {
    const value = shownEdit(edits, field)?.value;
    if (value !== undefined && value !== null) Object.assign(said, { [field]: value });
  }
  if (Object.keys(edits.tags ?? {}).length > 0) said.tags = viewPhoto(sha256, photo, { here: false }).tags;
  return Object.keys(said).length > 0 ? said : undefined;
}
