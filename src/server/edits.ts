/**
 * Changes photos for a person. Each photo's change is durable, and in the catalog, when it is counted; of many, hundreds
 * share one transaction, and other requests are answered in between. A crash in the middle leaves some changed and some
 * not; doing it again changes the rest.
 */
import { authorOf, favouritesOf, mayChange, type Field, type Viewer } from '../access/rights.js';
import { PhotospoolError } from '../base/errors.js';
import { applyChange, asTheirs, type PhotoChange } from '../document/edits.js';
import { photoId, type Body, type PhotoDocument } from '../document/photo.js';
import { newestStamp } from '../document/stamp.js';
import type { Library } from '../library/library.js';
import { findPhotos } from './photos.js';

/** The outcome: how many are different now, and which are not there. */
export interface Changed {
  changed: number;
  missing: string[];
}

const batch = 200;

/**
 * Changes photos that the viewer may see.
 * @throws PhotospoolError `invalid` where a field can't hold the value, `forbidden` where the viewer may not change it.
 */
export async function changePhotos(
  library: Library,
  viewer: Viewer,
  ids: readonly string[],
  change: PhotoChange,
): Promise<Changed> {
  const refused = (Object.keys(change) as Field[]).find((field) => !mayChange(viewer, field));
  if (refused !== undefined)
    throw new PhotospoolError('forbidden', `You may not change the ${refused} of photos here.`);
  const by = authorOf(viewer);
  const wanted = [...new Set(ids)];
  const self = favouritesOf(viewer);
  const meant = self === undefined ? change : asTheirs(change, self);
  const total: Changed = { changed: 0, missing: [] };
  for (let at = 0; at < wanted.length; at += batch) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    const part = wanted.slice(at, at + batch);
    const seen = new Set(findPhotos(library, viewer, part).map(({ id }) => id));
    total.missing.push(...part.filter((id) => !seen.has(id)));
    total.changed += library.transaction(() => [...seen].filter((id) => changePhoto(library, id, meant, by)).length);
  }
  return total;
}

/** True where the photo is different now. */
function changePhoto(library: Library, id: string, change: PhotoChange, by: string): boolean {
  const written = library.update(photoId(id), (body) => {
    if (!body) return undefined;
    const newest = newestStamp(body);
    const at = newest === undefined ? library.stamp() : library.stamp(newest);
    return applyChange(body as unknown as PhotoDocument, change, { at, by }) as unknown as Body;
  });
  return written?.changed === true;
}
