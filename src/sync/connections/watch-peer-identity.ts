/**
 * Checks periodically whether the other end of a connection is still the same, for the detection of copies: a
 * Photospool reports its epoch; at a CouchDB each home keeps a note with its own epoch, which only a copy of that home
 * overwrites. The notes also announce the features of the servers that exchange photos through that CouchDB.
 */
import type { Clock } from '../../base/clock.js';
import { isObject, own, textOf } from '../../document/json-values.js';
import { PhotospoolError } from '../../base/errors.js';
import { requestJson, type Address } from '../couch/json-client.js';
import type { Copies } from './detect-copies.js';
import { reopened } from '../couch/database.js';
import { featuresIn, type DiscoveredPeer } from './discover-peer.js';
import type { Announcement, PeopleGate } from './people-gate.js';

/** The dependencies of the check. */
export interface WatchParts {
  /** The address of the peer. */
  url: string;
  found: DiscoveredPeer;
  /** Discovers the peer again. */
  discover(): Promise<DiscoveredPeer>;
  /** The id of this home's library. */
  server: string;
  epoch: string;
  copies: Copies;
  /** Called with the announcements of the servers with notes at a CouchDB. */
  gate?: PeopleGate;
  clock: Clock;
  signal: AbortSignal;
}

/** Ms between checks: the only way to notice a copy at a CouchDB; with a Photospool every request reports it. */
const between = { couchdb: 300_000, photospool: 600_000 };

/**
 * Runs until the signal aborts. @throws PhotospoolError if the library or epoch that answers has changed since the
 * beginning.
 */
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

async function compareNote(parts: WatchParts, photos: Address): Promise<void> {
  const { server, epoch, copies, gate, signal } = parts;
  const path = notePath(server);
  const { json } = await requestJson(photos, path, { signal });
  const there = textOf(own(json, 'epoch'));
  copies.saw(server, there, hostName(photos));
  copies.saw(server, epoch, hostName(photos));
  const features = gate?.announced ?? [];
  const isSaid = there === epoch && featuresIn(own(json, 'features')).join() === features.join();
  if (!isSaid && isObject(json)) {
    const rev = own(json, '_rev');
    const said = { epoch, ...(features.length > 0 && { features }) };
    const body = { _id: path.slice(1), ...(typeof rev === 'string' && { _rev: rev }), ...said };
    await requestJson(photos, path, { method: 'PUT', body, signal });
  }
  // A server that announces nothing does not read the others' notes.
  if (gate && features.length > 0) gate.heardPeer(parts.url, await readNotes(parts, photos, features));
}

const notePrefix = '_local/photospool-';
const notePath = (server: string): string => `/${notePrefix}${server}`;

/** The announcements of all servers with a note at a CouchDB; one without a name if it does not list them. */
async function readNotes(
  { server, signal }: WatchParts,
  photos: Address,
  features: readonly string[],
): Promise<Announcement[]> {
  const all = [{ server, features }];
  const listed = await requestJson(photos, '/_local_docs', { signal }).catch((error: unknown) => {
    // The account may lack access to the list, and a proxy may answer with a page.
    if (error instanceof PhotospoolError && ['unauthorized', 'unsupported'].includes(error.code)) return undefined;
    throw error;
  });
  const rows = own(listed?.json, 'rows');
  if (listed?.status !== 200 || !Array.isArray(rows)) return [...all, { server: '', features: [] }];
  const ids = rows.map((row) => textOf(own(row, 'id'))).filter((id) => id.startsWith(notePrefix));
  for (const id of ids) {
    const other = id.slice(notePrefix.length);
    if (other === server) continue;
    const { status, json } = await requestJson(photos, notePath(encodeURIComponent(other)), { signal });
    if (status === 200) all.push({ server: other, features: featuresIn(own(json, 'features')) });
  }
  return all;
}

const hostName = ({ url }: Address): string => new URL(url).host;
