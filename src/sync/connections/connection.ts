/**
 * The connection to one peer: connects, replicates both ways until an error, backs off, and resumes. A crash loses
 * nothing: progress is in the checkpoints. One side opens the connection, also from behind a router that blocks
 * incoming connections; it carries both directions.
 */
import type { Clock } from '../../base/clock.js';
import { httpClient, type HttpClient } from '../../base/http-client.js';
import { openSqlite } from '../../base/sqlite.js';
import { sentence, toPhotospoolError, type PhotospoolError } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { openConnectionRequests, type ConnectionRequests } from './connection-requests.js';
import { waitAfter } from './reconnect-backoff.js';
import { hostOf, type Address } from '../couch/json-client.js';
import type { Throttle } from '../blobs/remote-blobs.js';
import type { Copies } from './detect-copies.js';
import type { Database, RejectedRevision } from '../couch/database.js';
import { checkOther, discover, makeDatabase, type DiscoveredPeer } from './discover-peer.js';
import { describeDrift, openDrift } from './clock-drift.js';
import type { Exchange } from '../blobs/blob-exchange.js';
import { whileDisksAllow, type DiskErrorHold } from './retry-on-disk-error.js';
import { openHttpDatabase } from '../couch/remote-database.js';
import { openLinkBlobs } from './connection-blobs.js';
import { openLinkQuarantine } from './connection-quarantine.js';
import type { Peer } from './peers.js';
import { notPublic, type PublishLink } from './publish-link.js';
import type { PeopleGate } from './people-gate.js';
import { openQuarantine, type Direction, type Quarantine } from './quarantine.js';
import { replicate, type ReplicationProgress } from '../couch/replicate.js';
import type { ConnectionState, ConnectionStatus } from './connection-status.js';
import { openLogOnce } from '../../base/async/log-once.js';
import { runTaskGroup } from '../../base/async/task-group.js';
import { watchOther, type WatchParts } from './watch-peer-identity.js';

export type {
  DirectionStatus as Direction,
  ConnectionState as LinkState,
  ConnectionStatus as LinkStatus,
} from './connection-status.js';

/** The dependencies of connections. */
export interface LinkParts {
  /** This server's side. */
  database: Database;
  /** The id of this server's library, and its epoch. */
  server: string;
  epoch: string;
  clock: Clock;
  log: Log;
  /** 0 to 1. */
  random(): number;
  /** A unique name for a run. */
  session(): string;
  /** Sends the requests; default: `httpClient`. */
  fetch?: HttpClient;
  /** Called with the library and epoch that were seen; absent on a side that does not detect copies. */
  copies?: Copies;
  /**
   * Records the features announced by servers, and contains those of this one; absent on a side without libraries of
   * people.
   */
  gate?: PeopleGate;
  /** Blobs and their bandwidth limit; absent on a side without blobs. */
  blobs?: { exchange: Exchange; throttle: Throttle };
  /** Publishes over a connection until it breaks or is closed; absent on a side that publishes nothing. */
  publishTo?(link: PublishLink): Promise<void>;
  /** The quarantine of the connection to an address; in memory if absent. */
  quarantine?(url: string): Quarantine;
  /** Called when the status has changed. */
  changed(): void;
}

/** An open connection. */
export interface Connection {
  status(): ConnectionStatus;
  /** Closes it; resolves when all its work has ended. */
  close(): Promise<void>;
}

/** Opens the connection to a peer and keeps it up until `close`. */
export function openConnection(peer: Peer, parts: LinkParts): Connection {
  const { clock } = parts;
  const stop = new AbortController();
  const state = openState(peer, parts);
  const { now, status, holds, telling, drift, become } = state;
  const connect = openConnecting(peer, parts, state, openDirections(peer, parts, state), stop.signal);
  const ended = (): boolean => stop.signal.aborted;

  async function keepUp(): Promise<void> {
    for (let failures = 0; !ended();) {
      const began = status.push.sent + status.pull.sent;
      const asking = openConnectionRequests(clock, drift.watch(parts.fetch ?? httpClient));
      asking.endWith(stop.signal);
      holds.clear();
      try {
        become('connecting');
        await connect(asking);
      } catch (error) {
        if (ended()) return;
        const ours = toPhotospoolError(error, 'replicate with', hostOf(peer.url));
        // After progress, it is the first failure in a row.
        failures = status.push.sent + status.pull.sent > began ? 1 : failures + 1;
        const wait = waitAfter(failures, ours.code, parts.random);
        const next = new Date(clock.now() + wait).toISOString();
        become(ours.code === 'unauthorized' ? 'refused' : 'waiting', { ...told(ours), next });
        telling.tell(sentence(ours));
        await clock.sleep(wait, stop.signal);
      } finally {
        asking.close();
      }
    }
  }

  const running = keepUp();
  return {
    status: () => structuredClone(status.state === 'live' ? { ...status, synced: now() } : status),
    async close() {
      stop.abort();
      await running;
    },
  };
}

/** The status of a connection, and its log. */
type State = ReturnType<typeof openState>;

function openState(peer: Peer, parts: LinkParts) {
  const { clock, log } = parts;

  const now = (): string => new Date(clock.now()).toISOString();

  const status: ConnectionStatus = {
    url: peer.url,
    publish: peer.publish,
    originals: peer.originals,
    state: 'connecting',
    since: now(),
    opened: now(),
    pull: { sent: 0 },
    push: { sent: 0 },
    blobs: { fetched: { count: 0, bytes: 0 }, brought: { count: 0, bytes: 0 } },
    refused: [],
  };

  /** Directions whose documents wait for a disk while the rest continues. */
  const holds = new Map<Direction, DiskErrorHold>();

  const telling = openLogOnce((text) => log.warn({ peer: peer.url }, text));

  const drift = openDrift(clock, (seconds) => {
    if (status.driftText !== undefined) telling.over(status.driftText);
    delete status.drift;
    delete status.driftText;
    if (seconds !== undefined) {
      status.drift = seconds;
      status.driftText = describeDrift(hostOf(peer.url), seconds);
      telling.tell(status.driftText);
    }
    parts.changed();
  });

  function become(state: ConnectionState, more: Partial<ConnectionStatus> = {}): void {
    if (status.state === 'live') status.synced = now();
    if (state !== status.state) status.since = now();
    delete status.reason;
    delete status.code;
    delete status.next;
    Object.assign(status, { state }, more);
    parts.changed();
  }

  /** The state of an established connection: waiting if documents in one direction do. */
  function stand(): void {
    const behind = (status.pull.pending ?? 0) + (status.push.pending ?? 0);
    const [hold] = holds.values();
    if (hold) become('waiting', { ...told(hold.error), next: new Date(hold.until).toISOString() });
    else become(behind > 0 ? 'catching-up' : 'live');
  }

  function hold(direction: Direction, hold?: DiskErrorHold): void {
    const before = holds.get(direction);
    if (hold) holds.set(direction, hold);
    else holds.delete(direction);
    if (hold) telling.tell(sentence(hold.error));
    else if (before) telling.over(sentence(before.error));
    if (hold ?? before) stand();
  }
  return { now, status, holds, telling, drift, become, stand, hold };
}

/** The two directions of documents. */
type Directions = ReturnType<typeof openDirections>;

function openDirections(peer: Peer, parts: LinkParts, { status, stand, hold }: State) {
  const { clock, log } = parts;

  const { quarantine = () => openQuarantine(openSqlite(':memory:'), clock, peer.url) } = parts;

  const aside = openLinkQuarantine({
    ...{ quarantine: quarantine(peer.url), url: peer.url, clock, log, status },
    ...{ random: parts.random, changed: parts.changed },
  });

  /** Runs one direction while a connection lasts, and counts. */
  function run(direction: Direction, source: Database, target: Database, signal: AbortSignal): Promise<unknown>[] {
    const settled = (ids: readonly string[], refused: readonly RejectedRevision[]): void =>
      aside.settle(direction, ids, refused);
    const replication = { source, target, clock, signal, settled, refused: () => undefined };
    const work = async (gotOn: () => void): Promise<void> => {
      const before = status[direction].sent;
      const progress = ({ sent, pending }: ReplicationProgress): void => {
        status[direction] = { sent: before + sent, ...(pending !== undefined && { pending }) };
        if (sent > 0 || (pending ?? 0) === 0) gotOn();
        stand();
      };
      await replicate({ ...replication, session: parts.session(), live: true, progress });
    };
    const anew = (): Promise<unknown> =>
      replicate({ ...replication, session: parts.session(), live: false, anew: true });
    return [
      whileDisksAllow({ clock, signal, random: parts.random, held: hold, way: direction, work }),
      aside.retry(direction, { source, target, signal }, anew),
    ];
  }
  return { aside, run };
}

/** Connects once; resolves or rejects when the connection has ended. */
function openConnecting(
  peer: Peer,
  parts: LinkParts,
  { status, telling, become }: State,
  { aside, run }: Directions,
  stop: AbortSignal,
): (asking: ConnectionRequests) => Promise<void> {
  const { clock } = parts;

  const carry =
    parts.blobs &&
    openLinkBlobs({
      ...parts.blobs,
      originals: peer.originals,
      clock,
      status,
      changed: parts.changed,
      telling,
    });

  const from = identityOf(parts);
  /** Discovers the peer, and reports its identity for the detection of copies, and its features to the gate. */
  async function look({ fetch }: ConnectionRequests): Promise<DiscoveredPeer> {
    const found = await discover(peer, { from, fetch });
    if (found.kind === 'photospool') {
      parts.copies?.saw(found.server, found.epoch, peer.url);
      if (!peer.publish) parts.gate?.heardPeer(peer.url, [found]);
    }
    return found;
  }

  async function connect(asking: ConnectionRequests): Promise<void> {
    const found = await look(asking);
    checkOther(found, peer.url, parts);
    if (found.kind === 'couchdb' && !peer.publish) await makeDatabase(found.photos);
    become('catching-up', {
      kind: found.kind,
      version: found.version,
      ...(found.kind === 'photospool' && { server: found.server }),
    });
    const together = (begin: (signal: AbortSignal) => Promise<unknown>[]): Promise<void> =>
      runTaskGroup(stop, (signal) => {
        asking.endWith(signal);
        return begin(signal);
      });
    if (peer.publish) return publish(found, asking.fetch, together);
    const theirs = openHttpDatabase(found.photos);
    return together((signal) => [
      ...run('pull', theirs, parts.database, signal),
      ...run('push', parts.database, theirs, signal),
      ...(carry ? [carry(found, signal)] : []),
      ...watching(peer, parts, { found, discover: () => look(asking), signal }),
    ]);
  }

  function publish(found: DiscoveredPeer, fetch: HttpClient, together: PublishLink['together']): Promise<void> {
    const { url, authorization } = peer;
    if (!parts.publishTo) return Promise.reject(notPublic(peer));
    return parts.publishTo({
      ...(parts.blobs && { exchange: parts.blobs.exchange }),
      address: { url, fetch, from, ...(authorization !== undefined && { authorization }) },
      found,
      server: parts.server,
      sent: (revisions) => void (status.push.sent += revisions),
      refuse: (documents) => aside.settle('push', [], documents),
      push: (source, target, signal) => run('push', source, target, signal),
      bring: (narrow, signal) => (carry ? [carry(found, signal, narrow)] : []),
      together,
    });
  }
  return connect;
}

/** How this server identifies itself in each request. */
const identityOf = ({ server, epoch, gate }: LinkParts): NonNullable<Address['from']> => ({
  server,
  epoch,
  ...(gate && { features: gate.announced }),
});

/** Keeps checking the other end of a connection, on a side that detects copies. */
function watching(
  { url }: Peer,
  { copies, gate, server, epoch, clock }: LinkParts,
  found: Pick<WatchParts, 'found' | 'discover' | 'signal'>,
): Promise<void>[] {
  return copies ? [watchOther({ url, server, epoch, copies, clock, ...found, ...(gate && { gate }) })] : [];
}

/** The fields of a status for an error. */
const told = (error: PhotospoolError): Pick<ConnectionStatus, 'reason' | 'code'> => ({
  reason: sentence(error),
  code: error.code,
});
