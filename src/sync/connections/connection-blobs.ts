/** The blobs of a link, and what its status tells of them: how many went over, how many the peer lacks, why they wait. */
import type { Clock } from '../../base/clock.js';
import type { Throttle } from '../blobs/blob-transport.js';
import { carryBlobs, carryThere } from '../blobs/blob-sync.js';
import type { DiscoveredPeer } from './discover-peer.js';
import type { Exchange } from '../blobs/blob-exchange.js';
import { sentence } from '../../base/errors.js';
import type { DiskErrorHold, Way } from './retry-on-disk-error.js';
import type { OriginalsPolicy } from './peers.js';
import type { ConnectionStatus } from './connection-status.js';
import type { LogOnce } from '../../base/async/log-once.js';

/** What carries the blobs of a link. */
export interface LinkBlobsParts {
  exchange: Exchange;
  throttle: Throttle;
  originals: OriginalsPolicy;
  clock: Clock;
  /** Is changed in place. */
  status: ConnectionStatus;
  /** Told when the status is another. */
  changed(): void;
  /** Told what went wrong, as sentences. */
  telling: LogOnce;
}

/** Carries the blobs of one connection until the signal: both ways, or only those there that `narrow` leaves. */
export type CarryLinkBlobs = (
  found: DiscoveredPeer,
  signal: AbortSignal,
  narrow?: (exchange: Exchange) => Exchange,
) => Promise<void>;

/** Opens what carries the blobs of a link. */
export function openLinkBlobs({ exchange, status, changed, telling, ...rest }: LinkBlobsParts): CarryLinkBlobs {
  /** Why each way waits. */
  const waits = new Map<Way, string>();

  const sentenceOf = (why: string): string => `Pictures wait: ${why}`;

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
    // A new connection is no sign that a disk has room again: what was said is not said again.
    waits.clear();
    show();
    return narrow ? carryThere(how) : carryBlobs(how);
  };
}
