/** The album suggested by a photo's folder. Pure. */
import { countedIn, type PhotoChange } from './edits.js';
import { elementOf } from './field-validation.js';
import { own, textOf } from './json-values.js';
import type { Edits, PhotoDocument } from './photo-document.js';
import { isPrivateTag } from './tag-names.js';
import { earliestSighting } from './time-taken.js';

/** Folder names by cameras, phones and dates; they don't describe the content. */
const nobodyNamed =
  /^(?:\d+|\d{4}[-_. ]\d\d(?:[-_. ]\d\d)?|\d{3}[A-Z_0-9]{5}|dcim|camera(?: uploads| roll)?|screenshots?|pictures?|photos?|images?|videos?|downloads?|incoming|whatsapp images)$/i;

/**
 * The album suggested by the folder in which a photo was dropped: the innermost with a name given by a person.
 * Undefined if there is none, or if someone has added the photo to that album or removed it, unless the addition was
 * undone.
 */
export function suggestedAlbum(photo: PhotoDocument): string | undefined {
  const folders = textOf(earliestSighting(photo)?.folder).split('/').reverse();
  const name = elementOf(folders.find((folder) => folder.trim() !== '' && !nobodyNamed.test(folder.trim())));
  if (name === undefined || isPrivateTag(name)) return undefined;
  return isUndecided(photo.edits, name) ? name : undefined;
}

/** Whether a photo was never added to an album or removed from it, except for additions that were undone. */
function isUndecided(edits: Edits, album: string): boolean {
  const said = countedIn(edits, 'albums', album);
  return said === undefined || (own(said, 'present') === false && own(said, 'undone') === true);
}

/**
 * Whether the undo `back`, for the document as it was before the edit, removes the photo from an album without an
 * earlier decision: then the undo must not count as one, either.
 */
export const undoesDecision = ({ edits }: PhotoDocument, back: PhotoChange): boolean =>
  (back.albums?.remove ?? []).some((album) => isUndecided(edits, album));
