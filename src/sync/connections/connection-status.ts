/** The status of a connection to a peer, for people, programs and metrics. Types only; contains no secrets. */
import type { ErrorCode } from '../../base/errors.js';
import type { RejectedRevision } from '../couch/database.js';
import type { DiscoveredPeer } from './discover-peer.js';
import type { Amount } from '../blobs/blob-counts.js';
import type { OriginalsPolicy } from './peers.js';
import type { QuarantinedDocument } from './quarantine.js';

/** The state of a connection. `waiting` until `next`; `refused` also waits, but only a person can fix it. */
export type ConnectionState = 'connecting' | 'catching-up' | 'live' | 'waiting' | 'refused';

/** The status of one direction. */
export interface DirectionStatus {
  /** Revisions replicated since the server started. */
  sent: number;
  /** Documents still to be processed; absent if unknown. */
  pending?: number;
}

/** The status of a connection. Times are UTC, `2026-11-24T10:00:00.000Z`. */
export interface ConnectionStatus {
  /** Without credentials. */
  url: string;
  kind?: DiscoveredPeer['kind'];
  publish: boolean;
  originals: OriginalsPolicy;
  state: ConnectionState;
  /** When it entered this state, and when the connection was first opened. */
  since: string;
  opened: string;
  /** Why it waits, as a sentence and as an error code, and when it reconnects. */
  reason?: string;
  code?: ErrorCode;
  next?: string;
  /** The last time when both sides were in sync, as far as is known since the start of the server. */
  synced?: string;
  /** From the peer to here, and from here to the peer. */
  pull: DirectionStatus;
  push: DirectionStatus;
  /** Blobs transferred since the server started. */
  blobs: Record<'fetched' | 'brought', { count: number; bytes: number }>;
  /** Blobs that the peer lacks, by its last report; absent if unknown. At most 2,000 for a public server. */
  missing?: Amount;
  /** Why blobs wait while documents continue, as a sentence: a disk here or there has no space for them. */
  held?: string;
  /**
   * Quarantined documents that a side rejects: the newest 100. Those of earlier versions have the fields of
   * `RejectedRevision` only.
   */
  refused: (RejectedRevision & Partial<QuarantinedDocument>)[];
  /** The number of quarantined documents; absent if all are listed. */
  refusedCount?: number;
  /** Seconds that the peer's clock is ahead of this one, negative if it is behind; absent below two minutes. */
  drift?: number;
  /** The same as a sentence with its remedy. */
  driftText?: string;
  /** The id of the peer's library, and its version of Photospool or CouchDB. */
  server?: string;
  version?: string;
}
