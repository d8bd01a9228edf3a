/**
 * Transfers the blobs of one connection, both ways, with another Photospool over `/blobs`, or with a CouchDB that has a
 * database of blobs. Ends with the signal, or with the error that breaks the connection.
 */
import type { Clock } from '../../base/clock.js';
import { sentence, toPhotospoolError } from '../../base/errors.js';
import { clearPurged } from './purge-couch-blobs.js';
import { openCarrier, type Carrier, type Throttle } from './remote-blobs.js';
import { openCouchBlobs } from './couch-blobs.js';
import { makeDatabase, type DiscoveredPeer } from '../connections/discover-peer.js';
import type { Exchange } from './blob-exchange.js';
import { whileDisksAllow, type HeldParts } from '../connections/retry-on-disk-error.js';
import type { OriginalsPolicy } from '../connections/peers.js';
import { runTaskGroup } from '../../base/async/task-group.js';
import { bringBlobs, fetchBlobs, type TransferParts } from './fetch-and-send-blobs.js';

/** The dependencies of the transfer. */
export interface CarryParts {
  found: DiscoveredPeer;
  exchange: Exchange;
  throttle: Throttle;
  originals: OriginalsPolicy;
  clock: Clock;
  signal: AbortSignal;
  /** As in `TransferParts`. */
  moved: TransferParts['moved'];
  lacking: NonNullable<TransferParts['lacking']>;
  troubled: TransferParts['troubled'];
  held: HeldParts['held'];
}

/** Transfers blobs both ways until the signal aborts. Rejects if the peer can't be reached. */
export async function carryBlobs(parts: CarryParts): Promise<void> {
  const { found, signal } = parts;
  if (found.kind === 'couchdb') return carryThroughCouch(parts, found.blobs);
  const carrier = openCarrier(found.blobs);
  const { lacking, news } = tellNews(parts);
  await runTaskGroup(signal, (signal) => [
    fetching({ ...parts, news }, carrier, signal),
    bringing({ ...parts, lacking }, carrier, signal),
  ]);
}

/** A peer that lacks fewer blobs than before received some: possibly those that it did not have for us. */
function tellNews({ exchange, lacking }: CarryParts): Pick<CarryParts, 'lacking'> & { news(): number } {
  let [before, news] = [0, 0];
  return {
    news: () => news,
    lacking(total) {
      if (total.count < before) news++;
      if (total.count < before) exchange.stir();
      before = total.count;
      lacking(total);
    },
  };
}

const fetching = (
  parts: CarryParts & Pick<TransferParts, 'news'>,
  carrier: Carrier,
  signal: AbortSignal,
): Promise<void> =>
  whileDisksAllow({
    ...{ way: 'fetched', clock: parts.clock, signal, held: parts.held },
    work: (gotOn) => fetchBlobs({ ...parts, carrier, signal, gotOn }),
  });

const bringing = (parts: CarryParts, carrier: Carrier, signal: AbortSignal): Promise<void> =>
  whileDisksAllow({
    ...{ way: 'brought', clock: parts.clock, signal, held: parts.held },
    work: (gotOn) => bringBlobs({ ...parts, carrier, signal, gotOn }),
  });

/** Sends blobs to another Photospool, and fetches none. */
export async function carryThere(parts: CarryParts): Promise<void> {
  const { found, signal } = parts;
  if (found.kind === 'photospool') await bringing(parts, openCarrier(found.blobs), signal);
}

async function carryThroughCouch(
  parts: CarryParts,
  address: Extract<DiscoveredPeer, { kind: 'couchdb' }>['blobs'],
): Promise<void> {
  const { exchange, clock, signal } = parts;
  try {
    await makeDatabase(address);
  } catch (error) {
    const ours = toPhotospoolError(error, 'open', address.url);
    if (ours.code !== 'unauthorized' && ours.code !== 'io') throw error;
    // Documents continue without blobs.
    parts.troubled(`Pictures can't be transferred over this connection: ${sentence(ours)}`);
    return;
  }
  const { carrier, catchUp, follow } = openCouchBlobs(address, exchange, clock);
  await catchUp(signal);
  await runTaskGroup(signal, (signal) => [
    follow(signal),
    clearPurged({ address, exchange, clock, signal, troubled: parts.troubled }),
    fetching(parts, carrier, signal),
    bringing(parts, carrier, signal),
  ]);
}
