/** The photos that clients sent and that may still be in the spool, by their UUIDs. */
import { authorOf, type Viewer } from '../../access/permissions.js';
import type { AwaitedPhoto } from '../../library/awaited-photos.js';
import type { Library } from '../../library/library.js';
import { assetUuid, digitsOf } from './uuids.js';

/** A photo, if the viewer sent it in the last 30 days. */
export function findAwaited({ local }: Library, who: Viewer, uuid: string): AwaitedPhoto | undefined {
  const digits = digitsOf(uuid);
  if (digits === undefined) return undefined;
  return local.awaited.beginning(authorOf(who), digits).find(({ id }) => assetUuid(id) === uuid);
}
