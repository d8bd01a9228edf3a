/**
 * Changes photos for a viewer. A photo counts as changed once its change is durable and in the catalog; hundreds share
 * one transaction, and other requests are served in between. A crash leaves some photos changed and others not;
 * repeating the change completes it.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import { authorOf, favouritesOf, mayChange, mayOn, type Field, type Viewer } from '../access/permissions.js';
import { PhotospoolError } from '../base/errors.js';
import { canonical } from '../document/canonical-json.js';
import { developOf, isInside, isRotation, normalDevelop, sizeIn, turnedBy, type Develop } from '../document/develop.js';
import {
  applyChange,
  asTheirs,
  othersInAny,
  saysOthers,
  shownEdit,
  type PhotoChange,
  type Signature,
} from '../document/edits.js';
import { factsShown } from '../document/facts.js';
import { withSight, type Author } from '../document/grants.js';
import { house, peopleId, sharingId, type Holder, type Item } from '../document/item-id.js';
import { keptValues } from '../document/merge.js';
import type { PhotoDocument } from '../document/photo-document.js';
import { shiftTaken } from '../document/shift-time.js';
import { undoesDecision } from '../document/suggested-album.js';
import { inverseOf } from '../document/undo.js';
import type { Library } from '../library/library.js';
import { readPhotos, visibleTo, type StoredPhoto } from './find-photos.js';

/**
 * A change of photos. `shift` moves each time taken by this many seconds. `turn` rotates each picture by this many quarter
 * turns clockwise. `restores` marks the undo of an edit. `from` lists photos whose values are transferred: values by other
 * authors keep their authorship, for links to a search (document/origin.ts). `beside`: the files belong to photos that are
 * changed, and a video among them is hidden with what is cut away (docs/edits.md).
 */
export type PhotoEdit = PhotoChange & {
  shift?: number;
  turn?: number;
  restores?: boolean;
  from?: readonly string[];
  beside?: boolean;
};

/** A change of several photos. */
export type PhotosChange = PhotoEdit & { ids: readonly string[] };

/**
 * The result: the number of changed photos; those that do not exist for the viewer; those visible to the viewer who may
 * not change them in this way (absent if there are none); and, on request, the undo.
 */
export interface PhotosEdited {
  changed: number;
  missing: string[];
  refused?: string[];
  undo?: Way[];
}

/** A change that undoes another one. */
export type Way = PhotoChange & { ids: string[]; restores?: true };

const batch = 200;

/**
 * Changes photos that are visible to the viewer.
 * @throws PhotospoolError `invalid` if a field can't hold the value, `forbidden` if the viewer may not change it.
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

/**
 * Makes several changes, one after the other. @throws PhotospoolError as `changePhotos`, before anything is changed:
 * `forbidden` if one of them can change none of its photos.
 */
export async function changeEach(
  library: Library,
  viewer: Viewer,
  each: readonly PhotosChange[],
  { undo = false } = {},
): Promise<PhotosEdited> {
  for (const change of each) await check(library, viewer, change);
  const total = { changed: 0, missing: [] as string[] };
  const refused: string[] = [];
  let allowedSome = false;
  let cutsVideo = false;
  const ways = new Map<string, Way>();
  for (const { ids, ...change } of each) {
    const behind = behindOf(library, viewer, change.from);
    for await (const part of inBatches(ids)) {
      const { allowed, missing, ...others } = sortOut(library, viewer, part, change);
      total.missing.push(...missing);
      refused.push(...others.refused);
      cutsVideo ||= others.cutsVideo;
      allowedSome ||= allowed.length > 0;
      const back = library.transaction(() =>
        allowed.flatMap((photo) => changePhoto(library, viewer, photo, change, behind)),
      );
      total.changed += back.length;
      if (undo) for (const { id, inverse } of back) keepWay(ways, id, inverse);
    }
  }
  if (refused.length > 0 && !allowedSome && each.some(({ beside }) => beside !== true))
    throw cutsVideo ? mayNotCut() : mayNot();
  return { ...total, ...(refused.length > 0 && { refused }), ...(undo && { undo: [...ways.values()] }) };
}

/**
 * Changes one photo that is visible to the viewer, at once: in one transaction, which joins the caller's, if `when`
 * accepts the current document. @throws PhotospoolError `forbidden` if the viewer may not change it in this way.
 */
export function changeNow(
  library: Library,
  viewer: Viewer,
  id: string,
  change: PhotoChange,
  when: (photo: PhotoDocument) => boolean,
): void {
  library.transaction(() => {
    const [photo] = visibleTo(library, viewer, readPhotos(library, [id]));
    if (!photo || !when(photo.body)) return;
    if (!mayMake(viewer, photo, change)) throw mayNot();
    changePhoto(library, viewer, photo, change, undefined);
  });
}

/**
 * Changes photos in one transaction, which joins the caller's; returns the changes that undo it. @throws
 * PhotospoolError `forbidden` if the viewer may not change one of them in this way.
 */
export function changeAllNow(library: Library, viewer: Viewer, ids: readonly string[], change: PhotoEdit): Way[] {
  return library.transaction(() => {
    const { allowed, refused } = sortOut(library, viewer, [...new Set(ids)], change);
    if (refused.length > 0) throw mayNot();
    const ways = new Map<string, Way>();
    for (const photo of allowed)
      for (const { id, inverse } of changePhoto(library, viewer, photo, change, undefined)) keepWay(ways, id, inverse);
    return [...ways.values()];
  });
}

/**
 * Changes photos as part of another write of their documents. `apply` throws PhotospoolError `forbidden` if the viewer may
 * not change the photo in this way; `undo` has the changes that undo those that were made.
 */
export function openChangeAlong(
  library: Library,
  viewer: Viewer,
  change: PhotoEdit,
): { apply(photo: StoredPhoto, document: PhotoDocument): PhotoDocument; undo(): Way[] } {
  const ways = new Map<string, Way>();
  return {
    apply(photo, document) {
      if (!mayMake(viewer, photo, change)) throw mayNot();
      const done = changed(library, viewer, photo.item, document, change, undefined);
      if (done.document !== document) keepWay(ways, photo.id, done.inverse);
      return done.document;
    },
    undo: () => [...ways.values()],
  };
}

/** Unique ids in batches; yields to other requests in between. */
async function* inBatches(ids: readonly string[]): AsyncGenerator<string[]> {
  const wanted = [...new Set(ids)];
  for (let at = 0; at < wanted.length; at += batch) {
    await yieldToEventLoop();
    yield wanted.slice(at, at + batch);
  }
}

/**
 * Sorts photos into those that the viewer may change in this way, those that are only visible, and those that do not
 * exist for the viewer.
 */
function sortOut(library: Library, viewer: Viewer, ids: readonly string[], change: PhotoEdit) {
  const seen = visibleTo(library, viewer, readPhotos(library, ids));
  const known = new Set(seen.map(({ id }) => id));
  const isAllowed = (photo: StoredPhoto): boolean => mayMake(viewer, photo, change);
  return {
    allowed: seen.filter(isAllowed),
    refused: seen.filter((photo) => !isAllowed(photo)).map(({ id }) => id),
    missing: ids.filter((id) => !known.has(id)),
    cutsVideo: seen.some((photo) => cutsFilm(photo, change)),
  };
}

/** Whether a viewer may change a photo in this way. */
const mayMake = (viewer: Viewer, photo: StoredPhoto, change: PhotoEdit): boolean =>
  refusedField(viewer, change, photo.item.holder) === undefined && mayDevelop(viewer, photo, change);

/** The first changed field that the viewer may not change of a holder’s photos. */
function refusedField(viewer: Viewer, change: PhotoEdit, holder: Holder): string | undefined {
  const { shift, turn, restores: _restores, from: _from, beside: _beside, ...fields } = change;
  const changed = [
    ...(Object.keys(fields) as Field[]),
    ...(shift === undefined ? [] : ['taken' as const]),
    ...(turn === undefined ? [] : ['develop' as const]),
  ];
  // Named albums are the house’s; a person’s photos go into albums with members.
  return changed.find((field) => !mayChange(viewer, field, holder) || (field === 'albums' && holder !== house));
}

/**
 * Whether a viewer may develop a photo this way. A video can only be rotated. A viewer without the right to share the photo
 * can crop more than others did, but not restore what others cropped: strangers could see it through a link.
 */
function mayDevelop(viewer: Viewer, photo: StoredPhoto, change: PhotoEdit): boolean {
  const [{ item, body }, { develop, turn }] = [photo, change];
  if (develop === undefined && turn === undefined) return true;
  if (cutsFilm(photo, change)) return false;
  const value = turn === undefined ? develop : turnedBy(body, turn);
  if (value === undefined) return false;
  return (
    mayOn(viewer, 'share', item.holder) ||
    isInside(normalDevelop(value) ?? {}, limitFor(body, authorOf(viewer)), sizeIn(body.facts))
  );
}

/** Whether a change crops or straightens a video. */
const cutsFilm = ({ body }: StoredPhoto, { develop, beside }: PhotoEdit): boolean =>
  beside !== true && !isRotation(develop ?? {}) && factsShown(body.facts).type.startsWith('video/');

/**
 * The part of a photo that a person without the right to share it may show: the visible part, if another person decided
 * that; otherwise the part that everyone else's values show.
 */
function limitFor({ edits, facts }: PhotoDocument, self: string): Develop {
  const shown = developOf({ edits, facts });
  if (shown === 'unclear') return nothing;
  const present = shown === 'original' ? {} : shown;
  if ((shownEdit(edits, 'develop')?.by ?? self) !== self) return present;
  const list = Array.isArray(edits.develop) ? edits.develop : [];
  const others = list.filter(({ by }) => by !== self);
  if (others.length === 0) return list.length < keptValues ? {} : present;
  const limit = developOf({ edits: { develop: others }, facts });
  return limit === 'unclear' ? nothing : limit === 'original' ? {} : limit;
}

/** As little as possible. */
const nothing: Develop = { crop: { left: 0, top: 0, width: 0.01, height: 0.01 } };

/**
 * The original authorship of values transferred from photos visible to the viewer; undefined if none are transferred.
 */
function behindOf(library: Library, viewer: Viewer, from: readonly string[] | undefined): Signature['behind'] {
  if (from === undefined) return undefined;
  const documents = visibleTo(library, viewer, readPhotos(library, [...new Set(from)])).map(({ body }) => body);
  return (part, value) => othersInAny(documents, part, value, authorOf(viewer));
}

async function check(library: Library, viewer: Viewer, { ids, ...change }: PhotosChange): Promise<void> {
  if (change.shift !== undefined && change.taken !== undefined)
    throw new PhotospoolError('invalid', 'The time can’t be set and shifted at once.', {
      hint: 'Send either taken or shift.',
    });
  if (change.turn !== undefined && change.develop !== undefined)
    throw new PhotospoolError('invalid', 'The rotation can’t be set and changed at once.', {
      hint: 'Send either develop or turn.',
    });
  const field = refusedField(viewer, change, house);
  if (field === undefined || change.beside === true) return;
  for await (const part of inBatches(ids)) if (sortOut(library, viewer, part, change).allowed.length > 0) return;
  throw mayNot(`the ${field} of photos on this server`);
}

const mayNot = (what = 'these photos in this way'): PhotospoolError =>
  new PhotospoolError('forbidden', `You can’t change ${what}.`);

const mayNotCut = (): PhotospoolError =>
  new PhotospoolError('forbidden', 'Videos can’t be cropped or straightened.', { hint: 'Rotate the video instead.' });

/** Adds a photo to the undo; photos with the same inverse share one change. */
function keepWay(ways: Map<string, Way>, id: string, inverse: Omit<Way, 'ids'>): void {
  const key = canonical(inverse);
  const way = ways.get(key);
  if (way) way.ids.push(id);
  else ways.set(key, { ...inverse, ids: [id] });
}

/** Changes a photo; returns its undo if anything changed. */
function changePhoto(
  library: Library,
  viewer: Viewer,
  { id, document: name, item }: StoredPhoto,
  change: PhotoEdit,
  behind: Signature['behind'],
): { id: string; inverse: Omit<Way, 'ids'> }[] {
  let inverse: Omit<Way, 'ids'> = {};
  const written = library.update<PhotoDocument>(name, (document) => {
    if (!document) return undefined;
    const done = changed(library, viewer, item, document, change, behind);
    inverse = done.inverse;
    return done.document;
  });
  return written?.changed === true ? [{ id, inverse }] : [];
}

/** A document after a change, the same object if nothing changed, and the undo. */
function changed(
  library: Library,
  viewer: Viewer,
  item: Item,
  document: PhotoDocument,
  { shift, turn, restores, from: _from, beside: _beside, ...change }: PhotoEdit,
  behind: Signature['behind'],
): { document: PhotoDocument; inverse: Omit<Way, 'ids'> } {
  const self = favouritesOf(viewer, item.holder);
  const by = authorOf(viewer);
  const turned = turn === undefined ? undefined : turnedBy(document, turn);
  const moved = {
    ...change,
    ...(shift !== undefined && { taken: shiftTaken(document, shift) }),
    ...(turned !== undefined && { develop: turned }),
  };
  const meant = self === undefined ? moved : asTheirs(moved, self);
  const back = inverseOf(document, meant);
  const isRestoring = back && (saysOthers(document, back, by) || undoesDecision(document, back));
  const inverse = asOwn(back ? { ...back, ...(isRestoring && { restores: true }) } : {});
  const made = { ...(restores === true && { restores }), ...(behind && { behind }) };
  const confirms = mayOn(viewer, 'share', item.holder);
  const signature = { ...library.sign(document), by, confirms, ...made };
  const after = applyChange(document, meant, signature);
  return { document: after === document ? document : inSight(library, item, after, signature), inverse };
}

/**
 * Records in an edit which revisions of the control documents its author had seen: a server that lacks them does not
 * yet show the change to others.
 */
export function inSight(library: Library, { holder }: Item, photo: PhotoDocument, author: Author): PhotoDocument {
  const ids = [peopleId, ...(holder === house ? [] : [sharingId(holder)])];
  const sees = Object.fromEntries(
    ids.flatMap((id) => (library.controls.find(id) ? [[id, library.controls.find(id)!]] : [])),
  );
  return { ...photo, edits: withSight(photo.edits, sees, author) };
}

/** A change of a person's favourites in the form of their request. */
function asOwn({ favourites, ...change }: Omit<Way, 'ids'>): Omit<Way, 'ids'> {
  return favourites === undefined ? change : { ...change, favourite: favourites.add !== undefined };
}
