/**
 * Saves other holders' photos to the viewer's library: as an item with the same bytes and everything visible to the
 * viewer, without its grants, history and comments. It stays if the source is no longer shared. Each batch is one
 * transaction; after a crash, saving again completes it.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import { PhotospoolError } from '../base/errors.js';
import { itemAccess } from '../access/library-access.js';
import { authorOf, maySave, type Viewer } from '../access/permissions.js';
import type { Clock } from '../base/clock.js';
import type { Catalog } from '../catalog/catalog.js';
import { newPhoto } from '../document/arrival.js';
import { applyChange, type PhotoChange } from '../document/edits.js';
import { itemId, publicIdOf, type Item } from '../document/item-id.js';
import type { Audience, PhotoDocument } from '../document/photo-document.js';
import { viewPhoto } from '../document/photo-view.js';
import { earliestSighting } from '../document/time-taken.js';
import type { Library } from '../library/library.js';
import { inSight } from './edit-photos.js';
import { findPhotos, readPhotos, type FoundPhoto } from './find-photos.js';
import type { Way } from './edit-photos.js';
import { isWithheld, showTo, sightOf } from './visibility.js';

/**
 * The result: the number of saved photos, the number of photos already in the library, those that do not exist for the
 * viewer, and those whose original the viewer may not have, because they are shown cropped or rotated (absent if there
 * are none). `undo`, on request: the changes that move the saved photos to the viewer’s trash.
 */
export interface PhotosSaved {
  saved: number;
  known: number;
  missing: string[];
  refused?: string[];
  undo?: Way[];
}

/** The dependencies of saving. */
export interface SaveParts {
  library: Library;
  catalog: Pick<Catalog, 'catchUp' | 'clipFor' | 'stackOf'>;
  clock: Pick<Clock, 'now'>;
}

const batch = 100;

/**
 * Saves photos, by their public ids, with the visible other files of their shots: the clip of a Live Photo, the RAW of
 * a JPEG. These are not counted. A photo that the viewer already holds stays unchanged, or is restored from their
 * trash.
 * @throws PhotospoolError `forbidden` if the viewer has no library.
 */
export async function savePhotos(
  parts: SaveParts,
  viewer: Viewer,
  ids: readonly string[],
  { undo = false } = {},
): Promise<PhotosSaved> {
  const { library, catalog } = parts;
  const { person } = viewer;
  if (person === undefined || !maySave(viewer))
    throw new PhotospoolError('forbidden', 'Sign in to save photos to your library.');
  const wanted = [...new Set(ids)];
  const total: PhotosSaved = { saved: 0, known: 0, missing: [] };
  const made: string[] = [];
  catalog.catchUp(library.lastChange());
  for (let at = 0; at < wanted.length; at += batch) {
    await yieldToEventLoop();
    library.transaction(() => {
      // Checked in the transaction: the person may have been removed since the last batch.
      if (!itemAccess(library).isMember(person))
        throw new PhotospoolError('forbidden', 'You are no longer a member of this library.');
      savePart(parts, viewer, person, wanted.slice(at, at + batch), total, made);
    });
  }
  return { ...total, ...(undo && { undo: made.length > 0 ? [{ ids: made, trashed: true }] : [] }) };
}

/** Saves a part in the caller’s transaction: adds to `total`, and to `made` the public ids of the new items. */
function savePart(
  { library, catalog, clock }: SaveParts,
  viewer: Viewer,
  person: string,
  ids: readonly string[],
  total: PhotosSaved,
  made: string[],
): void {
  const save = (photo: FoundPhoto): boolean => {
    const target = { holder: person, sha256: photo.item.sha256 };
    const isNew = saveOne(library, viewer, photo, target, clock.now());
    if (isNew) made.push(publicIdOf(target));
    return isNew;
  };
  const found = findPhotos(library, viewer, ids);
  const seen = new Set(found.map(({ id }) => id));
  total.missing.push(...ids.filter((id) => !seen.has(id)));
  for (const photo of found) {
    if (isWithheld(viewer, photo)) {
      total.refused = [...(total.refused ?? []), photo.id];
      continue;
    }
    total[save(photo) ? 'saved' : 'known']++;
    const beside = [catalog.clipFor(photo.id, sightOf(viewer)) ?? [], catalog.stackOf(photo.id)].flat();
    for (const file of findPhotos(library, viewer, beside))
      if (!seen.has(file.id) && !isWithheld(viewer, file)) save(file);
  }
}

/**
 * Saves one photo as `target`, an item with the same bytes, in the caller's transaction. Returns whether it was added
 * to the library or restored from the trash. `audience`: of a new item; by default only its holder sees it.
 */
export function saveOne(
  library: Library,
  viewer: Viewer,
  photo: FoundPhoto,
  target: Item,
  now: number,
  audience: Audience = 'private',
): boolean {
  const by = authorOf(viewer);
  let isKnown = false;
  const written = library.update<PhotoDocument>(itemId(target), (before) => {
    const signature = { ...library.sign(before), by, confirms: true };
    if (before) {
      isKnown = !viewPhoto('', before, { here: false }).trashed;
      return isKnown ? before : inSight(library, target, applyChange(before, { trashed: false }, signature), signature);
    }
    library.local.awaited.keepPrivate(publicIdOf(target));
    const made = copyOf(library, viewer, photo, { at: new Date(now).toISOString(), by });
    const change = { ...made?.change, ...(audience !== 'private' && { audience }) };
    return made && inSight(library, target, applyChange(made.copy, change, signature), signature);
  });
  // The document may have regained ends that it had lost.
  return written?.changed === true && !isKnown;
}

/** A copy of a photo as visible to the viewer: its facts, and an edit for each value that differs from them. */
function copyOf(
  library: Library,
  viewer: Viewer,
  photo: FoundPhoto,
  { at, by }: { at: string; by: string },
): { copy: PhotoDocument; change: PhotoChange } | undefined {
  const [source] = readPhotos(library, [photo.id]);
  if (!source) return undefined;
  const { facts, renditions, developed } = source.body;
  const seen = showTo(viewer, photo);
  const modified = earliestSighting(source.body)?.modified ?? at;
  const sighting = { at, server: library.server, name: seen.name ?? '', modified, by };
  // While it is unclear what to cut away, it is also unclear in the copy: otherwise the copy would show everything.
  const isUnclear = photo.developing && !photo.develop;
  const unclear = (source.body.edits.develop ?? []).map(({ of: _of, ...edit }) => ({ ...edit, by }));
  const fresh = newPhoto({ facts, renditions, sighting });
  const copy = { ...fresh, ...(developed && { developed }), ...(isUnclear && { edits: { develop: unclear } }) };
  const plain = viewPhoto(photo.id, copy, { here: false });
  const tags = {
    add: seen.tags.filter((tag) => !plain.tags.includes(tag)),
    remove: plain.tags.filter((tag) => !seen.tags.includes(tag)),
  };
  const change: PhotoChange = {
    ...(seen.title !== plain.title && { title: seen.title }),
    ...(seen.description !== plain.description && { description: seen.description }),
    ...((seen.taken !== plain.taken || seen.offset !== plain.offset) && {
      taken: { local: seen.taken, ...(seen.offset !== undefined && { offset: seen.offset }) },
    }),
    ...(photo.develop && { develop: photo.develop }),
    ...(differs(seen.gps, plain.gps) && seen.gps && { gps: seen.gps }),
    ...(differs(seen.place, plain.place) && seen.place && { place: seen.place }),
    ...(tags.add.length + tags.remove.length > 0 && { tags }),
  };
  return { copy, change };
}

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
