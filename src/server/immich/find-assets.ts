/** Photos by their UUIDs, as far as a viewer sees them. */
import type { Viewer } from '../../access/permissions.js';
import { findPhotos, type FoundPhoto } from '../../album/find-photos.js';
import { yieldToEventLoop } from '../../base/async/yield.js';
import { notFound } from '../../base/errors.js';
import type { Context } from '../context.js';
import { assetUuid, digitsOf } from './uuids.js';

/** A photo with the id by which a client knows it. */
export type Asset = FoundPhoto & { uuid: string };

/** Ids that begin alike: more than one only by an accident of hashes. */
const most = 8;

/** How many photos are read before other requests are served. */
export const batch = 200;

type Parts = Pick<Context, 'library' | 'catalog'>;

/** The photos with these UUIDs that a viewer sees, in the order of the request; text that is no UUID finds none. */
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

/** The photos with these public ids that a viewer sees. */
export const assetsOf = ({ library }: Pick<Context, 'library'>, who: Viewer, ids: readonly string[]): Asset[] =>
  findPhotos(library, who, ids).map((photo) => ({ ...photo, uuid: assetUuid(photo.id) }));

/** A photo by its UUID. @throws PhotospoolError `not-found` if it does not exist for the viewer. */
export function assetWith(parts: Parts, who: Viewer, uuid: string): Asset {
  const [found] = lookUp(parts, who, [uuid]);
  if (found) return found;
  throw notFound('This photo doesn’t exist.');
}
