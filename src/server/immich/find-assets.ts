/** Photos by their UUIDs, as far as a viewer sees them. */
import type { Viewer } from '../../access/permissions.js';
import { findPhotos, type FoundPhoto } from '../../album/find-photos.js';
import { notFound } from '../../base/errors.js';
import type { Context } from '../context.js';
import { assetUuid, digitsOf } from './uuids.js';

/** A photo with the id by which a client knows it. */
export type Asset = FoundPhoto & { uuid: string };

/** Ids that begin alike: more than one only by an accident of hashes. */
const most = 8;

/** The photos with these UUIDs that a viewer sees, in the order of the request; text that is no UUID finds none. */
export function findAssets(
  { library, catalog }: Pick<Context, 'library' | 'catalog'>,
  who: Viewer,
  uuids: readonly string[],
): Asset[] {
  const ids = [...new Set(uuids)].flatMap((uuid) => {
    const digits = digitsOf(uuid);
    return digits === undefined ? [] : catalog.idsBeginning(digits, most).filter((id) => assetUuid(id) === uuid);
  });
  return assetsOf({ library }, who, ids);
}

/** The photos with these public ids that a viewer sees. */
export const assetsOf = ({ library }: Pick<Context, 'library'>, who: Viewer, ids: readonly string[]): Asset[] =>
  findPhotos(library, who, ids).map((photo) => ({ ...photo, uuid: assetUuid(photo.id) }));

/** A photo by its UUID. @throws PhotospoolError `not-found` if it does not exist for the viewer. */
export function assetWith(context: Pick<Context, 'library' | 'catalog'>, who: Viewer, uuid: string): Asset {
  const [found] = findAssets(context, who, [uuid]);
  if (found) return found;
  throw notFound('This photo doesn’t exist.');
}
