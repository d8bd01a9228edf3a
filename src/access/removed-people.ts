/**
 * Actions of owners for removed people, whose photos stay theirs and are hidden: exporting and purging them. Neither
 * shows the photos. Both are audited by the caller.
 */
import { PhotospoolError } from '../base/errors.js';
import type { Library } from '../library/library.js';
import { itemAccess } from './library-access.js';
import { may, type Viewer } from './permissions.js';

/**
 * Whether a person (a ULID) was removed: known here, and no member of the family. A person whose photos arrived before
 * their own document is not known yet, and may belong to the family.
 */
export const isRemoved = (library: Library, person: string): boolean =>
  library.get(`person:${person}`) !== undefined && !itemAccess(library).isMember(person);

/**
 * Checks that a viewer may export or purge the photos of a person: an owner, while the person is removed.
 * @throws PhotospoolError `forbidden`; `not-found` if there is no removed person with that id.
 */
export function checkRemoved(library: Library, viewer: Viewer, person: string): void {
  if (!may(viewer, 'people')) throw new PhotospoolError('forbidden', 'Only owners can do this.');
  if (isRemoved(library, person)) return;
  throw new PhotospoolError('not-found', 'There is no removed person with this id.', {
    hint: 'Owners can export or purge only the photos of removed people.',
  });
}
