/** A WebDAV request from a known sender, and the folders that the sender may use. */
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasListing, may, type Viewer } from '../../access/permissions.js';

/** A request of WebDAV. */
export interface DavRequest {
  request: FastifyRequest;
  reply: FastifyReply;
  who: Viewer;
  /** The path below `/dav`. */
  names: readonly string[];
  body: Readable;
}

/** The folders below `/dav` that a viewer may use. */
export const rootsOf = (who: Viewer): string[] => [
  ...(may(who, 'upload') && hasListing(who) ? ['incoming'] : []),
  ...(may(who, 'see') ? ['photos'] : []),
];
