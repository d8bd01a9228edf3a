/** The peers of a home for commands: the table, also while a server is running, and the connections of that server. */
import type { Config } from '../base/config.js';
import { printable } from '../base/errors.js';
import { openFiles } from '../base/files.js';
import { openLog } from '../base/log.js';
import { openSqlite } from '../base/sqlite.js';
import type { PeopleLibraries } from '../library/people-libraries.js';
import { hostOf } from '../sync/couch/json-client.js';
import type { CopiedHome } from '../sync/connections/detect-copies.js';
import { describeDrift } from '../sync/connections/clock-drift.js';
import type { LinkStatus } from '../sync/connections/connection.js';
import { hasPeers, openPeers, type Peer, type Peers } from '../sync/connections/peers.js';
import { openRecords } from './open-records.js';
import { askServer, type ServerRecord } from './running-server.js';
import { counted, lasting, sized } from '../base/human-format.js';
import { filesOf, libraryPath } from './open-read-only.js';

/** A peer without its secret, and its connection if a server is running. */
export type PeerOverview = Omit<Peer, 'authorization'> & { state: LinkStatus['state'] | 'stopped' } & Partial<
    Omit<LinkStatus, 'state'>
  >;

/** A peer for display: without its secret. */
export const viewPeer = ({ url, publish, originals, added }: Peer): Omit<Peer, 'authorization'> => ({
  url,
  publish,
  originals,
  added,
});

/** Opens the table of peers, also while a server is running. */
export async function withPeers<T>(config: Config, work: (peers: Peers) => T): Promise<T> {
  const { db, library } = await openRecords(
    config,
    filesOf(config),
    openLog({ level: 'error', format: config.format }),
  );
  try {
    return work(openPeers(db));
  } finally {
    library.close();
    db.close();
  }
}

/** Reads the table of peers without creating or writing anything, so also on a full disk. */
function readPeers(config: Config): Peer[] {
  const db = openSqlite(libraryPath(config), { readOnly: true });
  try {
    return hasPeers(db) ? openPeers(db).all() : [];
  } finally {
    db.close();
  }
}

/** All peers, with the state of their connections in the running server, and homes with two copies that it detected. */
export async function meshOf(config: Config, server: ServerRecord | undefined): Promise<MeshOverview> {
  if (!(await openFiles().stat(libraryPath(config)))) return { links: [], copies: [] };
  const told = server && (await askServer<Told>(server, 'GET', '/api/peers'));
  const links = readPeers(config).map((peer): PeerOverview => {
    const link = told?.peers.find(({ url }) => url === peer.url);
    return { ...viewPeer(peer), state: link ? link.state : told ? 'connecting' : 'stopped', ...link };
  });
  const people = told?.people;
  return {
    ...{ links, copies: told?.copies ?? [] },
    ...(told && { elsewhere: elsewhereOf(told) }),
    ...(people && { people }),
  };
}

/**
 * Blobs that documents reference and that are not here: pictures (one photo's count as one), originals, and the bytes
 * of both.
 */
export interface Elsewhere {
  pictures: number;
  originals: number;
  bytes: number;
}

/** The mesh from a home's perspective. */
export interface MeshOverview {
  links: PeerOverview[];
  copies: CopiedHome[];
  /** Absent if no server is running: only the server knows it. */
  elsewhere?: Elsewhere;
  /**
   * Whether people may have their own libraries; absent if no server is running, or its version does not support them.
   */
  people?: PeopleLibraries;
}

/** The response of the running server. */
interface Told {
  peers: LinkStatus[];
  copies: CopiedHome[];
  people?: PeopleLibraries;
  missing: Readonly<Record<string, number>>;
  missingBytes: Readonly<Record<string, number>>;
}

function elsewhereOf({ missing, missingBytes }: Told): Elsewhere {
  const { original = 0, ...pictures } = missing;
  const bytes = Object.values(missingBytes).reduce((sum, one) => sum + one, 0);
  return { pictures: Math.max(0, ...Object.values(pictures)), originals: original, bytes };
}

/** The same as a line of text; undefined if nothing is missing. */
export function describeElsewhere({ pictures, originals, bytes }: Elsewhere): string | undefined {
  const parts = [
    ...(pictures > 0 ? [counted(pictures, 'picture')] : []),
    ...(originals > 0 ? [counted(originals, 'original')] : []),
  ];
  return parts.length > 0 ? `${parts.join(' and ')} (${sized(bytes)})` : undefined;
}

/** The states of a connection in words. */
const states: Record<PeerOverview['state'], string> = {
  stopped: 'no server running',
  connecting: 'connecting',
  'catching-up': 'catching up',
  live: 'up to date',
  waiting: 'waiting',
  refused: 'refused',
};

/** A peer and its connection as a line of text; `now` in ms. */
export function describeLink(link: PeerOverview, now: number): string {
  const { url, publish, originals, state, synced, pull, push, missing, held, refused = [], reason } = link;
  const aside = link.refusedCount ?? refused.length;
  const what = publish ? 'public photos only' : originals === 'all' ? 'everything' : `originals: ${originals}`;
  const pending = (pull?.pending ?? 0) + (push?.pending ?? 0);
  const more = [
    ...(pending > 0 ? [`${counted(pending, 'document')} remaining`] : []),
    ...(missing && missing.count > 0 ? [`${counted(missing.count, 'picture')} to send`] : []),
    ...(held !== undefined && held !== reason ? [`pictures waiting: ${printable(held)}`] : []),
    ...(aside > 0 ? [`${counted(aside, 'document')} set aside (run \`photospool peers refused\` to list them)`] : []),
    ...(reason !== undefined ? [printable(reason)] : []),
    ...(link.drift !== undefined ? [describeDrift(hostOf(url), link.drift)] : []),
  ];
  const lag = state === 'live' || synced === undefined ? '' : `, ${lasting(now - Date.parse(synced))} behind`;
  return `${printable(url)}  ${what}  ${states[state]}${lag}${more.length > 0 ? `: ${more.join('; ')}` : ''}`;
}
