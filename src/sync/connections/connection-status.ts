/** How a link to a peer is: what is told of it to people, programs and figures. Types only; no secret is in them. */
import type { ErrorCode } from '../../base/errors.js';
import type { RejectedRevision } from '../couch/database.js';
import type { DiscoveredPeer } from './discover-peer.js';
import type { Amount } from '../blobs/blob-counts.js';
import type { OriginalsPolicy } from './peers.js';
import type { QuarantinedDocument } from './quarantine.js';

/** What a link is doing. `waiting` until `next`; `refused` is waiting where only a person can help. */
export type ConnectionState = 'connecting' | 'catching-up' | 'live' | 'waiting' | 'refused';

/** How one direction is. */
export interface DirectionStatus {
  /** Revisions that went over since the server started. */
  sent: number;
  /** Documents that are still to be looked at; absent while that is not known. */
  pending?: number;
}

/** How a link is. Times are UTC, `2026-11-24T10:00:00.000Z`. */
export interface ConnectionStatus {
  /** Without credentials. */
  url: string;
  kind?: DiscoveredPeer['kind'];
  publish: boolean;
  originals: OriginalsPolicy;
  state: ConnectionState;
  /** When it became so, and when the link was begun at all. */
  since: string;
  opened: string;
  /** Why it waits, as a sentence and as the code of the error, and when it tries again. */
  reason?: string;
  code?: ErrorCode;
  next?: string;
  /** When both sides last had the same, as far as is known since the start of the server. */
  synced?: string;
  /** From the peer to here, and from here to the peer. */
  pull: DirectionStatus;
  push: DirectionStatus;
  /** Blobs that went over since the server started. */
  blobs: Record<'fetched' | 'brought', { count: number; bytes: number }>;
  /** Blobs that the peer lacks, as it last said; absent while that is not known. Of a public server at most 2,000. */
  missing?: Amount;
  /** Why pictures wait while documents go on, as a sentence: a disk has no room for them, here or there. */
  held?: string;
  /** Documents that a side rejects, and that are set aside: the newest 100. Those of former versions have `Refused` only. */
  refused: (RejectedRevision & Partial<QuarantinedDocument>)[];
  /** How many there are; absent where all are named. */
  refusedCount?: number;
  /** Seconds that the peer's clock is ahead of this one, less than 0 where it is behind; absent below two minutes. */
  drift?: number;
  /** The same as a sentence with its remedy. */
  driftText?: string;
  /** The peer's library, and its version of Photospool or CouchDB. */
  server?: string;
  version?: string;
}
