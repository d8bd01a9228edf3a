/** The album suggested by a photo's folder. Pure. */
import { elementOf } from './field-validation.js';
import { entriesOf, textOf } from './json-values.js';
import type { PhotoDocument } from './photo-document.js';
import { isPrivateTag } from './tag-names.js';
import { earliestSighting } from './time-taken.js';

/** Folder names by cameras, phones and dates; they say nothing about the content. */
const nobodyNamed =
  /^(?:\d+|\d{4}[-_. ]\d\d(?:[-_. ]\d\d)?|\d{3}[A-Z_0-9]{5}|dcim|camera(?: uploads| roll)?|screenshots?|pictures?|photos?|images?|videos?|downloads?|incoming|whatsapp images)$/i;

/**
 * The album suggested by the folder in which a photo was dropped: the innermost with a name given by a person.
 * Undefined if there is none, or if someone has already added the photo to that album or removed it.
 */
export function suggestedAlbum(photo: PhotoDocument): string | undefined {
  const folders = textOf(earliestSighting(photo)?.folder).split('/').reverse();
  const name = elementOf(folders.find((folder) => folder.trim() !== '' && !nobodyNamed.test(folder.trim())));
  if (name === undefined || isPrivateTag(name)) return undefined;
  return entriesOf(photo.edits.albums).some(([album]) => album === name) ? undefined : name;
}
