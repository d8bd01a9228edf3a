/**
 * What publishing needs of the link that it goes over. A link publishes by a function that it is given (publishing/publish-to-peer.ts), so that
 * replication knows nothing of projections.
 */
import { PhotospoolError } from '../../base/errors.js';
import { hostOf, type Address } from '../couch/json-client.js';
import type { Database, RejectedRevision } from '../couch/database.js';
import type { DiscoveredPeer } from './discover-peer.js';
import type { Exchange } from '../blobs/blob-exchange.js';

/** What publishing needs of the link that it goes over. */
export interface PublishLink {
  /** The public server, as the peer's address names it, and what was found there. */
  address: Address;
  found: DiscoveredPeer;
  /** The id of this home's library. */
  server: string;
  /** The blobs of this home; absent where it keeps none. */
  exchange?: Exchange;
  sent(revisions: number): void;
  refuse(documents: readonly RejectedRevision[]): void;
  /** Replicates until the signal. */
  push(source: Database, target: Database, signal: AbortSignal): Promise<unknown>[];
  /** Brings blobs until the signal; `narrow` leaves those that may be brought. */
  bring(narrow: (exchange: Exchange) => Exchange, signal: AbortSignal): Promise<void>[];
  /** Runs all until one of them ends. */
  together(begin: (signal: AbortSignal) => Promise<unknown>[]): Promise<void>;
}

/** The error of a server that takes no projection: `config`, with how to start one that does. */
export const notPublic = ({ url }: Pick<Address, 'url'>): PhotospoolError =>
  new PhotospoolError('config', `${hostOf(url)} is no public server: nothing can be published there.`, {
    hint: 'Start it with `photospool serve --role public`.',
  });
