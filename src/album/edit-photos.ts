/**
 * Changes photos for a person. Each photo's change is durable, and in the catalog, when it is counted; of many, hundreds
 * share one transaction, and other requests are answered in between. A crash in the middle leaves some changed and some
 * not; doing it again changes the rest.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import { authorOf, favouritesOf, may, mayChange, type Field, type Viewer } from '../access/permissions.js';
import { PhotospoolError } from '../base/errors.js';
import { canonical } from '../document/canonical-json.js';
import { applyChange, asTheirs, othersInAny, saysOthers, type PhotoChange, type Signature } from '../document/edits.js';
import { photoId, type Body, type PhotoDocument } from '../document/photo-document.js';
import { shiftTaken } from '../document/shift-time.js';
import { inverseOf } from '../document/undo.js';
import type { Library } from '../library/library.js';
import { findPhotos } from './find-photos.js';

/**
 * What is changed of photos. `shift` moves the time of each by so many seconds. `restores`: it is the way back from an edit, and
 * `from`: it goes over from these photos; what others said stays their word, for links to a search (document/origin.ts).
 */
export type PhotoEdit = PhotoChange & { shift?: number; restores?: boolean; from?: readonly string[] };

/** A change of some photos. */
export type PhotosChange = PhotoEdit & { ids: readonly string[] };

/** The outcome: how many are different now, which are not there, and where it was asked for, the way back. */
export interface PhotosEdited {
  changed: number;
  missing: string[];
  undo?: Way[];
}

/** A change that brings photos back to what they were. */
export type Way = PhotoChange & { ids: string[]; restores?: true };

const batch = 200;

/**
 * Changes photos that the viewer may see.
 * @throws PhotospoolError `invalid` where a field can't hold the value, `forbidden` where the viewer may not change it.
 */
export async function changePhotos(
  library: Library,
  viewer: Viewer,
  ids: readonly string[],
  change: PhotoEdit,
  { undo = false } = {},
): Promise<PhotosEdited> {
  return changeEach(library, viewer, [{ ...change, ids }], { undo });
}

/** Makes several changes, one after the other. @throws PhotospoolError as `changePhotos`, before anything is changed. */
export async function changeEach(
  library: Library,
  viewer: Viewer,
  each: readonly PhotosChange[],
  { undo = false } = {},
): Promise<PhotosEdited> {
  for (const { ids: _, ...change } of each) check(viewer, change);
  const total: PhotosEdited = { changed: 0, missing: [] };
  const ways = new Map<string, Way>();
  for (const { ids, ...change } of each) {
    const wanted = [...new Set(ids)];
    for (let at = 0; at < wanted.length; at += batch) {
      await yieldToEventLoop();
      const part = wanted.slice(at, at + batch);
      const seen = new Set(findPhotos(library, viewer, part).map(({ id }) => id));
      total.missing.push(...part.filter((id) => !seen.has(id)));
      const behind = behindOf(library, viewer, change.from);
      const back = library.transaction(() =>
        [...seen].flatMap((id) => changePhoto(library, viewer, id, change, behind)),
      );
      total.changed += back.length;
      if (undo) for (const { id, inverse } of back) keepWay(ways, id, inverse);
    }
  }
  return undo ? { ...total, undo: [...ways.values()] } : total;
}

/** Whose word is what goes over from other photos that the viewer sees; undefined where nothing does. */
function behindOf(library: Library, viewer: Viewer, from: readonly string[] | undefined): Signature['behind'] {
  if (from === undefined) return undefined;
  const documents = findPhotos(library, viewer, [...new Set(from)]).flatMap(({ id }) => {
    const body = library.get(photoId(id))?.body;
    return body ? [body as unknown as PhotoDocument] : [];
  });
  return (part, value) => othersInAny(documents, part, value, authorOf(viewer));
}

function check(viewer: Viewer, { shift, restores: _restores, from: _from, ...change }: PhotoEdit): void {
  const fields = Object.keys(change) as Field[];
  const refused = [...fields, ...(shift === undefined ? [] : ['taken' as const])].find(
    (field) => !mayChange(viewer, field),
  );
  if (refused !== undefined)
    throw new PhotospoolError('forbidden', `You may not change the ${refused} of photos here.`);
  if (shift !== undefined && change.taken !== undefined)
    throw new PhotospoolError('invalid', 'The time is given twice.', { hint: 'Send either taken or shift.' });
}

/** Photos that are told the same to bring them back share one change. */
function keepWay(ways: Map<string, Way>, id: string, inverse: Omit<Way, 'ids'>): void {
  const key = canonical(inverse);
  const way = ways.get(key);
  if (way) way.ids.push(id);
  else ways.set(key, { ...inverse, ids: [id] });
}

/** The photo with the way back, where it is different now. */
function changePhoto(
  library: Library,
  viewer: Viewer,
  id: string,
  { shift, restores, from: _from, ...change }: PhotoEdit,
  behind: Signature['behind'],
): { id: string; inverse: Omit<Way, 'ids'> }[] {
  const self = favouritesOf(viewer);
  const by = authorOf(viewer);
  let inverse: Omit<Way, 'ids'> | undefined;
  const written = library.update(photoId(id), (body) => {
    if (!body) return undefined;
    const document = body as unknown as PhotoDocument;
    const moved = shift === undefined ? change : { ...change, taken: shiftTaken(document, shift) };
    const meant = self === undefined ? moved : asTheirs(moved, self);
    const back = inverseOf(document, meant);
    inverse = back && { ...back, ...(saysOthers(document, back, by) && { restores: true }) };
    const made = { ...(restores === true && { restores }), ...(behind && { behind }) };
    const signature = { ...library.sign(body), by, confirms: may(viewer, 'share'), ...made };
    return applyChange(document, meant, signature) as unknown as Body;
  });
  return written?.changed === true ? [{ id, inverse: asOwn(inverse ?? {}) }] : [];
}

/** A change of a person's own favourites as they ask for it. */
function asOwn({ favourites, ...change }: Omit<Way, 'ids'>): Omit<Way, 'ids'> {
  return favourites === undefined ? change : { ...change, favourite: favourites.add !== undefined };
}
