/**
 * The interface of a connection that publishing uses. A connection publishes with a function passed to it
 * (publishing/publish-to-peer.ts), so that replication does not depend on projections.
 */
import { PhotospoolError } from '../../base/errors.js';
import { hostOf, type Address } from '../couch/json-client.js';
import type { Database, RejectedRevision } from '../couch/database.js';
import type { DiscoveredPeer } from './discover-peer.js';
import type { Exchange } from '../blobs/blob-exchange.js';

/** The part of a connection that publishing uses. */
export interface PublishLink {
  /** The public server: its address, and the discovered server. */
  address: Address;
  found: DiscoveredPeer;
  /** The id of this home's library. */
  server: string;
  /** The blobs of this home; absent if it has none. */
  exchange?: Exchange;
  sent(revisions: number): void;
  refuse(documents: readonly RejectedRevision[]): void;
  /** Replicates until the signal aborts. */
  push(source: Database, target: Database, signal: AbortSignal): Promise<unknown>[];
  /** Sends blobs until the signal aborts; `narrow` limits them to those that may be sent. */
  bring(narrow: (exchange: Exchange) => Exchange, signal: AbortSignal): Promise<void>[];
  /** Runs all until one of them ends. */
  together(begin: (signal: AbortSignal) => Promise<unknown>[]): Promise<void>;
}

/** The error for a server that accepts no projection: `config`, with how to start one that does. */
export const notPublic = ({ url }: Pick<Address, 'url'>): PhotospoolError =>
  new PhotospoolError('config', `${hostOf(url)} is not a public server, so photos can't be published there.`, {
    hint: 'Start it with `photospool serve --role public`.',
  });
