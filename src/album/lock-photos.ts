/**
 * Locks a person's own photos, and unlocks them (docs/people.md, “Locked items”). A lock ends every access of others in
 * one revision: an end of everything, an end of each album entry, the audience private, archived. Unlocking restores
 * none of it. The other files of a shot are locked with their photo. Each batch is one transaction; after a crash,
 * repeating the request completes it.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import { readItem } from '../access/item-access.js';
import { authorOf, mayOn, type Viewer } from '../access/permissions.js';
import { PhotospoolError } from '../base/errors.js';
import type { Catalog } from '../catalog/catalog.js';
import { applyChange } from '../document/edits.js';
import { everything, withEnd, withGive, type Author } from '../document/grants.js';
import type { Body, PhotoDocument } from '../document/photo-document.js';
import type { Library } from '../library/library.js';
import { inSight } from './edit-photos.js';
import { readPhotos, visibleTo, type StoredPhoto } from './find-photos.js';
import { filesOfShot } from './stack-members.js';

/** The dependencies of locking. */
export interface LockParts {
  library: Library;
  catalog: Pick<Catalog, 'clipOf' | 'photosWith' | 'stackOf'>;
}

/** The result: the number of photos locked or unlocked, with the other files of their shots. */
export interface PhotosLocked {
  changed: number;
  /** Photos that do not exist for the viewer. */
  missing: string[];
  /** Photos that are visible to the viewer, who can't lock them; absent if there are none. */
  refused?: string[];
}

const batch = 200;

/** Locks photos. @throws PhotospoolError `forbidden` if none of the visible ones can be locked. */
export const lockPhotos = (parts: LockParts, viewer: Viewer, ids: readonly string[]): Promise<PhotosLocked> =>
  changeLocks(parts, viewer, ids, 'lock');

/** Unlocks photos for a viewer of locked photos. @throws PhotospoolError as `lockPhotos`. */
export const unlockPhotos = (parts: LockParts, viewer: Viewer, ids: readonly string[]): Promise<PhotosLocked> =>
  changeLocks(parts, viewer, ids, 'unlock');

async function changeLocks(
  parts: LockParts,
  viewer: Viewer,
  ids: readonly string[],
  what: 'lock' | 'unlock',
): Promise<PhotosLocked> {
  const { library } = parts;
  const wanted = [...new Set(ids)];
  const total = { changed: 0, missing: [] as string[] };
  const refused: string[] = [];
  let allowed = 0;
  for (let at = 0; at < wanted.length; at += batch) {
    await yieldToEventLoop();
    const part = wanted.slice(at, at + batch);
    const beside = part.flatMap((id) => besideOf(parts, id)).filter((id) => !part.includes(id));
    library.transaction(() => {
      const seen = visibleTo(library, viewer, readPhotos(library, part));
      const known = new Set(seen.map(({ id }) => id));
      total.missing.push(...part.filter((id) => !known.has(id)));
      const mayChange = ({ item }: StoredPhoto): boolean => mayOn(viewer, what, item.holder);
      refused.push(...seen.filter((photo) => !mayChange(photo)).map(({ id }) => id));
      const photos = seen.filter(mayChange);
      allowed += photos.length;
      const others = visibleTo(library, viewer, readPhotos(library, [...new Set(beside)])).filter(mayChange);
      for (const photo of [...photos, ...others]) if (write(library, viewer, photo, what)) total.changed++;
    });
  }
  if (allowed === 0 && refused.length > 0)
    throw new PhotospoolError('forbidden', 'You can lock only photos in your own library.', {
      hint: 'Save the photo to your library first, then lock your copy. The photo in the other library stays unlocked.',
    });
  return { ...total, ...(refused.length > 0 && { refused }) };
}

/** The other files of a shot: the clip of a Live Photo, and the RAW or the JPEG. */
const besideOf = ({ catalog }: LockParts, id: string): string[] => [
  ...filesOfShot(catalog, id),
  ...catalog.photosWith(id),
];

/** Returns whether anything changed: a locked photo stays locked, without another end. */
function write(library: Library, viewer: Viewer, photo: StoredPhoto, what: 'lock' | 'unlock'): boolean {
  const by = authorOf(viewer);
  const written = library.update<PhotoDocument>(photo.document, (body) => {
    const claims = body && readItem(photo.item, body as unknown as Body, library.controls.endsOf(photo.document));
    if (!claims || claims.locked === (what === 'lock')) return body;
    const author = (): Author => ({ at: library.stampAfter(body), by });
    // Written again even if it is locked already: it has to count against concurrent changes on other servers.
    const signature = { ...library.sign(body), by, repeats: true };
    const closed = applyChange(body, { audience: 'private', archived: true }, signature);
    if (what === 'lock') {
      const albums = new Set(claims.entries.map(({ album }) => album));
      const edits = [everything, ...albums].reduce((before, to) => withEnd(before, to, author()), closed.edits);
      return inSight(library, photo.item, { ...closed, edits }, author());
    }
    const edits = withGive(closed.edits, { to: everything, what: 'unlocked' }, author());
    return inSight(library, photo.item, { ...closed, edits }, author());
  });
  return written?.changed === true;
}
