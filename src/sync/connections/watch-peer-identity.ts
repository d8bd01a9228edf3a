/**
 * Looks now and then whether the other end of a connection is still who it was, for the list of copies: a Photospool says
 * its epoch; at a CouchDB each home keeps a note of its own epoch, which only a copy of it writes over.
 */
import type { Clock } from '../../base/clock.js';
import { isObject, own, textOf } from '../../document/json-values.js';
import { requestJson, type Address } from '../couch/json-client.js';
import type { Copies } from './detect-copies.js';
import { reopened } from '../couch/database.js';
import type { DiscoveredPeer } from './discover-peer.js';

/** What is watched. */
export interface WatchParts {
  found: DiscoveredPeer;
  /** Asks anew what is there. */
  discover(): Promise<DiscoveredPeer>;
  /** This home. */
  server: string;
  epoch: string;
  copies: Copies;
  clock: Clock;
  signal: AbortSignal;
}

/** Ms between looks: a CouchDB tells of a copy in no other way, of a Photospool every request does. */
const between = { couchdb: 300_000, photospool: 600_000 };

/** Watches until the signal. @throws PhotospoolError where another opening answers than at the beginning. */
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
