/** The album that a photo’s folder suggests. Pure. */
import { elementOf } from './field-rules.js';
import { entriesOf, textOf } from './json-values.js';
import type { PhotoDocument } from './photo-document.js';
import { isPrivateTag } from './tag-names.js';
import { earliestSighting } from './time-taken.js';

/** Folders that cameras, phones and the calendar name; they say nothing of what is in them. */
const nobodyNamed =
  /^(?:\d+|\d{4}[-_. ]\d\d(?:[-_. ]\d\d)?|\d{3}[A-Z_0-9]{5}|dcim|camera(?: uploads| roll)?|screenshots?|pictures?|photos?|images?|videos?|downloads?|incoming|whatsapp images)$/i;

/**
 * The album that the folder suggests in which a photo was dropped: the innermost that somebody gave a name. Undefined where
 * there is none, or where it was already said whether the photo is in that album.
 */
export function suggestedAlbum(photo: PhotoDocument): string | undefined {
  const folders = textOf(earliestSighting(photo)?.folder).split('/').reverse();
  const name = elementOf(folders.find((folder) => folder.trim() !== '' && !nobodyNamed.test(folder.trim())));
  if (name === undefined || isPrivateTag(name)) return undefined;
  return entriesOf(photo.edits.albums).some(([album]) => album === name) ? undefined : name;
}
