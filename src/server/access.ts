/**
 * Who asks, and what they may see. The one place where access is decided. This version knows one person, the owner, who
 * is whoever sits at this machine; therefore it listens on loopback addresses only.
 */
import type { FastifyRequest } from 'fastify';
import { PhotospoolError, printable } from '../base/errors.js';
import { owner, type Viewer } from '../catalog/catalog.js';
import type { PhotoView } from '../document/view.js';
import { isLoopbackAddress, isLoopbackName } from './hosts.js';

/** Who an edit is by, as `edits[…].by` keeps it. */
export const ownerId = 'owner';

/** The viewer behind a request; undefined where nobody is known by it. */
export function viewerOf(request: Pick<FastifyRequest, 'ip'>): Viewer | undefined {
  return isLoopbackAddress(request.ip) ? owner : undefined;
}

/** Whether a viewer may see a photo. */
export const maySee = (viewer: Viewer, photo: Pick<PhotoView, 'audience'>): boolean =>
  viewer.audiences.includes(photo.audience);

/** @throws PhotospoolError `config` where other machines could reach the host. */
export function checkHost(host: string): void {
  if (isLoopbackName(host)) return;
  throw new PhotospoolError(
    'config',
    `The album can't be served on ${printable(host)}: that needs accounts, which this version does not have.`,
    {
      op: 'serve',
      hint: 'Use 127.0.0.1; from another machine, an SSH tunnel reaches it.',
    },
  );
}

/** The viewer behind a request that has passed the guard, which refuses those without one. */
export function viewer(request: Pick<FastifyRequest, 'ip'>): Viewer {
  const found = viewerOf(request);
  if (!found) throw new PhotospoolError('internal', 'A request came past the guard.');
  return found;
}
