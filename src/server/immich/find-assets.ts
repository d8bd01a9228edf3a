/** Photos by their UUIDs, if they are visible to a viewer. */
import type { Viewer } from '../../access/permissions.js';
import { findPhotos, type FoundPhoto } from '../../album/find-photos.js';
import { yieldToEventLoop } from '../../base/async/yield.js';
import { notFound } from '../../base/errors.js';
import type { Context } from '../context.js';
import { assetUuid, digitsOf } from './uuids.js';

/** A photo with the id that a client uses for it. */
export type Asset = FoundPhoto & { uuid: string };

/** The number of ids compared that begin alike: more than one only by an accidental hash collision. */
const most = 8;

/** The number of photos read before other requests are served. */
export const batch = 200;

type Parts = Pick<Context, 'library' | 'catalog'>;

/**
 * The photos with these UUIDs that a viewer sees, in the order of the request; text that is not a UUID matches none.
 */
export async function findAssets(parts: Parts, who: Viewer, uuids: readonly string[]): Promise<Asset[]> {
  const once = [...new Set(uuids)];
  const found: Asset[] = [];
  for (let at = 0; at < once.length; at += batch) {
    if (at > 0) await yieldToEventLoop();
    found.push(...lookUp(parts, who, once.slice(at, at + batch)));
  }
  return found;
}

function lookUp({ library, catalog }: Parts, who: Viewer, uuids: readonly string[]): Asset[] {
  const ids = uuids.flatMap((uuid) => {
    const digits = digitsOf(uuid);
    return digits === undefined ? [] : catalog.idsBeginning(digits, most).filter((id) => assetUuid(id) === uuid);
  });
  return assetsOf({ library }, who, ids);
}

/** The photos with these public ids that are visible to a viewer. */
export const assetsOf = ({ library }: Pick<Context, 'library'>, who: Viewer, ids: readonly string[]): Asset[] =>
  findPhotos(library, who, ids).map((photo) => ({ ...photo, uuid: assetUuid(photo.id) }));

/** A photo by its UUID. @throws PhotospoolError `not-found` if it does not exist for the viewer. */
export function assetWith(parts: Parts, who: Viewer, uuid: string): Asset {
  const [found] = lookUp(parts, who, [uuid]);
  if (found) return found;
  throw notFound('This photo doesn’t exist.');
}
