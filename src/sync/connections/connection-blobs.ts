/**
 * The blob transfers of a connection, and their part of its status: transferred and missing blobs, and why they wait.
 */
import type { Clock } from '../../base/clock.js';
import type { Throttle } from '../blobs/remote-blobs.js';
import { carryBlobs, carryThere } from '../blobs/blob-sync.js';
import type { DiscoveredPeer } from './discover-peer.js';
import type { Exchange } from '../blobs/blob-exchange.js';
import { sentence } from '../../base/errors.js';
import type { DiskErrorHold, Way } from './retry-on-disk-error.js';
import type { OriginalsPolicy } from './peers.js';
import type { ConnectionStatus } from './connection-status.js';
import type { LogOnce } from '../../base/async/log-once.js';

/** The dependencies of the blob transfers. */
export interface LinkBlobsParts {
  exchange: Exchange;
  throttle: Throttle;
  originals: OriginalsPolicy;
  clock: Clock;
  /** Updated in place. */
  status: ConnectionStatus;
  /** Called when the status has changed. */
  changed(): void;
  /** Logs errors, as sentences. */
  telling: LogOnce;
}

/** Transfers the blobs of a connection until the signal aborts: both ways, or only sends those allowed by `narrow`. */
export type CarryLinkBlobs = (
  found: DiscoveredPeer,
  signal: AbortSignal,
  narrow?: (exchange: Exchange) => Exchange,
) => Promise<void>;

/** Opens the blob transfers of a connection. */
export function openLinkBlobs({ exchange, status, changed, telling, ...rest }: LinkBlobsParts): CarryLinkBlobs {
  /** Why each direction waits. */
  const waits = new Map<Way, string>();

  const sentenceOf = (why: string): string => `Pictures are waiting: ${why}`;

  function held(way: Way, hold?: DiskErrorHold): void {
    const why = hold && sentence(hold.error);
    const before = waits.get(way);
    if (why === before) return;
    if (why === undefined) waits.delete(way);
    else waits.set(way, why);
    if (why === undefined) telling.over(sentenceOf(before!));
    else telling.tell(sentenceOf(why));
    show();
  }

  function show(): void {
    const told = waits.get('fetched') ?? waits.get('brought');
    if (told === undefined) delete status.held;
    else status.held = told;
    changed();
  }

  function moved(way: Way, bytes: number): void {
    const { count, bytes: before } = status.blobs[way];
    status.blobs[way] = { count: count + 1, bytes: before + bytes };
    if (way === 'brought' && status.missing) {
      const { count, bytes: lacking } = status.missing;
      status.missing = { count: Math.max(0, count - 1), bytes: Math.max(0, lacking - bytes) };
    }
    changed();
  }

  return (found, signal, narrow) => {
    const how = {
      ...rest,
      found,
      exchange: narrow ? narrow(exchange) : exchange,
      signal,
      moved,
      held,
      troubled: telling.tell,
      lacking(total: NonNullable<ConnectionStatus['missing']>) {
        status.missing = total;
        changed();
      },
    };
    // Reconnecting does not mean that a disk has space again: the same error is not logged twice.
    waits.clear();
    show();
    return narrow ? carryThere(how) : carryBlobs(how);
  };
}
