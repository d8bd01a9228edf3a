/** The peers of a home as the commands see them: the table beside a running server, and the links of that server. */
import type { Config } from '../base/config.js';
import { printable } from '../base/errors.js';
import { openFiles } from '../base/files.js';
import { openLog } from '../base/log.js';
import { openSqlite } from '../base/sqlite.js';
import type { Copied } from '../replication/copies.js';
import type { LinkStatus } from '../replication/link.js';
import { hasPeers, openPeers, type Peer, type Peers } from '../replication/peers.js';
import { counted } from './output.js';
import { openRecords } from './records.js';
import { askServer, type ServerRecord } from './running.js';
import { libraryPath } from './view.js';

/** A peer without its secret, and its link where a server runs. */
export type Link = Omit<Peer, 'authorization'> & { state: LinkStatus['state'] | 'stopped' } & Partial<
    Omit<LinkStatus, 'state'>
  >;

/** A peer as it is shown: without its secret. */
export const viewPeer = ({ url, publish, originals, added }: Peer): Omit<Peer, 'authorization'> => ({
  url,
  publish,
  originals,
  added,
});

/** Opens the table of peers beside a server that may be running. */
export async function withPeers<T>(config: Config, work: (peers: Peers) => T): Promise<T> {
  const { db, library } = await openRecords(config, openFiles(), openLog({ level: 'error', format: config.format }));
  try {
    return work(openPeers(db));
  } finally {
    library.close();
    db.close();
  }
}

/** The table of peers as those see it who only look: nothing is made or written, also on a full disk. */
function readPeers(config: Config): Peer[] {
  const db = openSqlite(libraryPath(config), { readOnly: true });
  try {
    return hasPeers(db) ? openPeers(db).all() : [];
  } finally {
    db.close();
  }
}

/** All peers, with what their links do in the server that runs on the home, and homes of which that saw two copies. */
export async function meshOf(
  config: Config,
  server: ServerRecord | undefined,
): Promise<{ links: Link[]; copies: Copied[] }> {
  if (!(await openFiles().look(libraryPath(config)))) return { links: [], copies: [] };
  const told = server && (await askServer<{ peers: LinkStatus[]; copies: Copied[] }>(server, 'GET', '/api/peers'));
  const links = readPeers(config).map((peer): Link => {
    const link = told?.peers.find(({ url }) => url === peer.url);
    return { ...viewPeer(peer), state: link ? link.state : told ? 'connecting' : 'stopped', ...link };
  });
  return { links, copies: told?.copies ?? [] };
}

/** What a link is doing, in words. */
const states: Record<Link['state'], string> = {
  stopped: 'no server running',
  connecting: 'is being connected',
  'catching-up': 'is catching up',
  live: 'is up to date',
  waiting: 'waits',
  refused: 'is refused',
};

/** A peer and its link in a line for a person. */
export function describeLink(link: Link): string {
  const { url, publish, originals, pull, push, missing, held, refused = [], reason } = link;
  const what = publish ? 'gets what is public' : originals === 'all' ? 'everything' : `originals: ${originals}`;
  const pending = (pull?.pending ?? 0) + (push?.pending ?? 0);
  const more = [
    ...(pending > 0 ? [`${counted(pending, 'document')} to go`] : []),
    ...(missing && missing.count > 0 ? [`${counted(missing.count, 'picture')} on the way to it`] : []),
    ...(held !== undefined ? [`pictures wait: ${printable(held)}`] : []),
    ...(refused.length > 0 ? [`${counted(refused.length, 'document')} refused`] : []),
    ...(reason !== undefined ? [printable(reason)] : []),
  ];
  return `${printable(url)}  ${what}  ${states[link.state]}${more.length > 0 ? `: ${more.join('; ')}` : ''}`;
}
