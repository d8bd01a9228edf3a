/**
 * The content visible to a viewer: which photos, as a filter for the catalog, and which of their fields. Viewers
 * without access to details get no information beyond the picture: no file name, no exact position, no path on this
 * machine.
 */
import {
  actionsOn,
  favouritesOf,
  may,
  mayHaveUnedited,
  mayOn,
  onlookerOf,
  seesAlbumNames,
  seesHolders,
  type ItemAction,
  type Viewer,
} from '../access/permissions.js';
import { PhotospoolError } from '../base/errors.js';
import type { Catalog, Viewer as Sight } from '../catalog/catalog.js';
import { parseQuery } from '../catalog/search-parser.js';
import type { Query } from '../catalog/query.js';
import { bit, kindBit } from '../catalog/photo-flags.js';
import { house, type Holder } from '../document/item-id.js';
import { isPrivateTag } from '../document/tag-names.js';
import type { PhotoView } from '../document/photo-view.js';
import type { FoundPhoto } from './find-photos.js';
import type { Library } from '../library/library.js';

/** The viewer as a filter for the catalog. */
export function sightOf(viewer: Viewer): Sight {
  const { person, scope, locked } = viewer;
  const holders = [house, ...(person === undefined ? [] : [person])];
  const actsFor = holders.filter((holder) => favouritesOf(viewer, holder) === undefined);
  const outside = !may(viewer, 'details');
  const shares = holders.filter((holder) => mayOn(viewer, 'share', holder));
  return {
    onlooker: onlookerOf(viewer),
    ...(seesHolders(viewer) && { holders: true }),
    ...(seesCircumstances(viewer) && { places: true }),
    ...(shares.length > 0 && { shares }),
    ...(outside && { outside }),
    ...(person !== undefined && { self: `person:${person}`, actsFor }),
    ...(scope && { scope }),
    ...(locked && { locked }),
  };
}

/**
 * Rejects searches by hidden fields: the results of a search by dates, for example, would reveal when a photo was
 * added.
 * @throws PhotospoolError `invalid`.
 */
export function checkSearch(viewer: Viewer, { terms }: Query): void {
  if (!seesHolders(viewer) && terms.some(({ kind }) => kind === 'holder'))
    throw new PhotospoolError('invalid', 'Only family members can search with holder:.');
  if (may(viewer, 'details')) return;
  // A share link does not reveal where a photo was taken; a search for a place would.
  if (viewer.scope && terms.length > 0) throw new PhotospoolError('invalid', 'Shared photos can’t be searched.');
  const hidden = terms.some((term) =>
    term.kind === 'state'
      ? ((term.kinds ?? 0) & kindBit.screenshot) !== 0 ||
        term.tests.some(({ mask }) => (mask & (bit.geotagged | bit.dated | bit.reviewed | bit.archived)) !== 0)
      : term.kind === 'area' || (term.kind === 'range' && term.column === 'added'),
  );
  if (hidden)
    throw new PhotospoolError(
      'invalid',
      'Only family members can search with added:, near:, box:, is:geotagged, is:dated, is:reviewed, is:archived and is:screenshot.',
    );
}

/** The fields reserved for viewers with access to details. */
type Kept = 'name' | 'added' | 'gps' | 'original' | 'reviewed' | 'archived';

/** The fields reserved for viewers with the right to the unedited picture. */
type Edited = 'develop' | 'developing';

/** A photo as visible to a viewer. */
export type PhotoSeen = Omit<PhotoView, Kept> &
  Partial<Pick<PhotoView, Kept>> & {
    can: ItemAction[];
    /** The id of the person who holds it; absent for photos of the house, and for viewers who may not know it. */
    holder?: Holder;
  };

/** Whether a viewer sees place names, camera, lens and exposure. */
export const seesCircumstances = (viewer: Viewer): boolean => may(viewer, 'details') || viewer.role !== 'link';

/** Creates the check whether a photo is in the scope of a share link's visitor. */
export function makeHolds(library: Library, catalog: Catalog): (viewer: Viewer, id: string) => boolean {
  const everything = parseQuery('');
  return (viewer, id) => {
    catalog.catchUp(library.lastChange());
    return catalog.tile(id, everything, sightOf(viewer)) !== undefined;
  };
}

/** The tags of a photo that are visible to a viewer: private ones are for the home only. */
export const tagsShown = (viewer: Viewer, tags: string[]): string[] =>
  may(viewer, 'details') ? tags : tags.filter((tag) => !isPrivateTag(tag));

/** The names of a photo’s albums that are visible to a viewer. */
export const albumsShown = (viewer: Viewer, { item, albums }: Pick<FoundPhoto, 'item' | 'albums'>): string[] =>
  seesAlbumNames(viewer, item.holder) ? albums : [];

/** Whether a viewer sees a photo only as edited and has no right to its original, so that they can’t save a copy. */
export const isWithheld = (viewer: Viewer, photo: Pick<FoundPhoto, 'item'> & { unedited?: unknown }): boolean =>
  photo.unedited !== undefined && !mayHaveUnedited(viewer, photo.item.holder);

/**
 * The fields of a photo that are visible to a viewer, and the actions they may take. Its path on this machine is only
 * for viewers who may edit it and see the spool, and only while all items belong to the house.
 */
export function showTo(viewer: Viewer, { item, pathTells, unedited, ...all }: FoundPhoto): PhotoSeen {
  const found = mayHaveUnedited(viewer, item.holder) ? all : withoutEdited(all);
  const place = pathTells ? { here: found.original.here } : found.original;
  const photo = {
    ...{ ...found, original: place, albums: albumsShown(viewer, { item, albums: found.albums }) },
    ...(item.holder !== house && seesHolders(viewer) && { holder: item.holder }),
  };
  const can = actionsOn(viewer, item.holder).filter((one) => one !== 'save' || !isWithheld(viewer, { item, unedited }));
  const isChangeable = mayOn(viewer, 'edit', item.holder);
  if (may(viewer, 'details') && may(viewer, 'spool') && isChangeable) return { ...photo, can };
  const { name, added, gps, original, reviewed, archived, ...rest } = {
    ...photo,
    tags: tagsShown(viewer, photo.tags),
    can,
  };
  if (!may(viewer, 'details')) return seesCircumstances(viewer) ? rest : withoutCircumstances(rest);
  return { ...rest, name, added, ...(gps && { gps }), reviewed, archived, original: { here: original.here } };
}

function withoutEdited<P extends Partial<Record<Edited, unknown>>>(photo: P): Omit<P, Edited> {
  const { develop: _develop, developing: _developing, ...rest } = photo;
  return rest;
}

type Circumstance = 'place' | 'camera' | 'lens' | 'exposure';

function withoutCircumstances<P extends Partial<Record<Circumstance, unknown>>>(photo: P): Omit<P, Circumstance> {
  const { place: _place, camera: _camera, lens: _lens, exposure: _exposure, ...rest } = photo;
  return rest;
}
