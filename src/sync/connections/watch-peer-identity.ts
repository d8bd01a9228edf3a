/**
 * Checks periodically whether the other end of a connection is still the same, for the detection of copies: a
 * Photospool reports its epoch; at a CouchDB each home keeps a note with its own epoch, which only a copy of that home
 * overwrites.
 */
import type { Clock } from '../../base/clock.js';
import { isObject, own, textOf } from '../../document/json-values.js';
import { requestJson, type Address } from '../couch/json-client.js';
import type { Copies } from './detect-copies.js';
import { reopened } from '../couch/database.js';
import type { DiscoveredPeer } from './discover-peer.js';

/** The dependencies of the check. */
export interface WatchParts {
  found: DiscoveredPeer;
  /** Discovers the peer again. */
  discover(): Promise<DiscoveredPeer>;
  /** The id of this home's library. */
  server: string;
  epoch: string;
  copies: Copies;
  clock: Clock;
  signal: AbortSignal;
}

/** Ms between checks: the only way to notice a copy at a CouchDB; with a Photospool every request reports it. */
const between = { couchdb: 300_000, photospool: 600_000 };

/** Runs until the signal aborts. @throws PhotospoolError if another library or epoch answers than at the beginning. */
export async function watchOther(parts: WatchParts): Promise<void> {
  const { found, clock, signal } = parts;
  for (;;) {
    if (found.kind === 'couchdb') await compareNote(parts, found.photos);
    await clock.sleep(between[found.kind], signal);
    if (signal.aborted) return;
    if (found.kind === 'couchdb') continue;
    const now = await parts.discover();
    if (now.kind !== 'photospool' || now.server !== found.server || now.epoch !== found.epoch)
      throw reopened('The other server');
  }
}

async function compareNote({ server, epoch, copies, signal }: WatchParts, photos: Address): Promise<void> {
  const path = `/_local/photospool-${server}`;
  const { json } = await requestJson(photos, path, { signal });
  const there = textOf(own(json, 'epoch'));
  copies.saw(server, there, hostName(photos));
  copies.saw(server, epoch, hostName(photos));
  if (there === epoch || !isObject(json)) return;
  const rev = own(json, '_rev');
  const body = { _id: `_local/photospool-${server}`, ...(typeof rev === 'string' && { _rev: rev }), epoch };
  await requestJson(photos, path, { method: 'PUT', body, signal });
}

const hostName = ({ url }: Address): string => new URL(url).host;
