/**
 * The peers that this server replicates with, in a local table: never replicated, included in backups. The command line
 * writes it and the running server reads it; every change is durable when the call returns.
 */
import { PhotospoolError, printable } from '../../base/errors.js';
import type { Sqlite } from '../../base/sqlite.js';
import { forgetSetAside, isSetAside, listSetAside, retrySetAside, type QuarantinedDocument } from './quarantine.js';
import { forgetThere } from '../blobs/remote-blob-index.js';

/** Which originals are fetched from a peer: all, those that someone requests, or none. */
export const originalsPolicies = ['all', 'on-demand', 'none'] as const;
/** One of the policies. */
export type OriginalsPolicy = (typeof originalsPolicies)[number];

/** A peer. */
export interface Peer {
  /** The address without credentials and without a trailing slash. */
  url: string;
  /** The header `authorization`: a secret. */
  authorization?: string;
  /** Sends only the public projection there, and fetches nothing. */
  publish: boolean;
  originals: OriginalsPolicy;
  /** When it was added, UTC. */
  added: string;
}

/** The table of peers. */
export interface Peers {
  all(): Peer[];
  find(url: string): Peer | undefined;
  /**
   * Adds a peer, or replaces its settings. `unclaimed`: added by someone with access to the page of a home without an
   * owner account.
   */
  put(peer: Peer, unclaimed?: boolean): void;
  /** True if it existed. */
  remove(url: string): boolean;
  /** Removes the peers added as unclaimed; returns their addresses. */
  removeUnclaimed(): string[];
  /** The quarantined documents of the connection to a peer, the newest first, and their number. */
  setAside(url: string): { documents: QuarantinedDocument[]; count: number };
  /** Makes them due at once: all, or one, or one revision of it. Returns their number. */
  retry(url: string, id?: string, rev?: string): number;
  /**
   * Whether a document of this server is in quarantine there: only such a document may be removed as one of another
   * program.
   */
  isSetAside(url: string, id: string): boolean;
}

interface Row {
  url: string;
  authorization: string | null;
  publish: number;
  originals: OriginalsPolicy;
  added: string;
}

/** Whether a database file has the table. */
export const hasPeers = (db: Sqlite): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'peer'").get() !== undefined;

/** Opens the table, creating it if it is missing. */
export function openPeers(db: Sqlite): Peers {
  if (!hasPeers(db))
    db.exec(`CREATE TABLE IF NOT EXISTS peer
    (url TEXT PRIMARY KEY, authorization TEXT, publish INTEGER NOT NULL, originals TEXT NOT NULL, added TEXT NOT NULL) WITHOUT ROWID`);
  const columns = 'url, authorization, publish, originals, added';
  const all = db.prepare<Row>(`SELECT ${columns} FROM peer ORDER BY added, url`);
  const one = db.prepare<Row>(`SELECT ${columns} FROM peer WHERE url = ?`);
  const put = db.prepare(`INSERT OR REPLACE INTO peer (${columns}) VALUES (?, ?, ?, ?, ?)`);
  const remove = db.prepare('DELETE FROM peer WHERE url = ?');
  const peerOf = ({ authorization, publish, ...rest }: Row): Peer => ({
    ...rest,
    ...(authorization !== null && { authorization }),
    publish: publish === 1,
  });
  // The column was added later: it is created by the first write, since read-only users write nothing.
  const isMarked = (): boolean =>
    db.prepare("SELECT 1 FROM pragma_table_info('peer') WHERE name = 'unclaimed'").get() !== undefined;
  const peers: Peers = {
    setAside: (url) => listSetAside(db, url),
    retry: (url, id, rev) => retrySetAside(db, url, id, rev),
    isSetAside: (url, id) => isSetAside(db, url, id),
    all: () => all.all().map(peerOf),
    find(url) {
      const row = one.get(url);
      return row && peerOf(row);
    },
    put: ({ url, authorization, publish, originals, added }, unclaimed = false) =>
      db.transaction(() => {
        put.run(url, authorization ?? null, Number(publish), originals, added);
        if (!unclaimed) return;
        if (!isMarked()) db.exec('ALTER TABLE peer ADD COLUMN unclaimed INTEGER NOT NULL DEFAULT 0');
        db.prepare('UPDATE peer SET unclaimed = 1 WHERE url = ?').run(url);
      }),
    remove(url) {
      forgetThere(db, couchUrls(url).blobs);
      forgetSetAside(db, url);
      return remove.run(url).changes > 0;
    },
    removeUnclaimed() {
      if (!isMarked()) return [];
      const urls = db.prepare<{ url: string }>('SELECT url FROM peer WHERE unclaimed = 1 ORDER BY url').all();
      return urls.map(({ url }) => url).filter((url) => peers.remove(url));
    },
  };
  return peers;
}

/**
 * The address of a peer in its stored form, and the credentials in it (`https://user:password@host/`, for CouchDB).
 * @throws PhotospoolError `usage` if it is not an http or https address.
 */
export function readAddress(text: string): { url: string; authorization?: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new PhotospoolError('usage', `${printable(text)} is not a valid server address.`, {
      hint: 'Use an address like https://home.example:4780.',
    });
  }
  const { username, password } = url;
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  return {
    url: `${url.origin}${url.pathname}`.replace(/\/+$/, ''),
    ...(username !== '' && { authorization: `Basic ${basic}` }),
  };
}

/** A peer as a person enters it. */
export interface GivenPeer {
  address: string;
  /** The token issued by that server; may be in the address instead. */
  token?: string;
  publish: boolean;
  originals: OriginalsPolicy;
}

/** A peer in its stored form, entered at `now`. @throws PhotospoolError `usage`. */
export function makePeer({ address, token, publish, originals }: GivenPeer, now: number): Peer {
  const { url, authorization } = readAddress(address);
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new PhotospoolError('usage', 'This is not a valid token.', {
      hint: 'Copy the complete token that was shown when it was created (`photospool tokens add`).',
    });
  }
  const secret = token === undefined ? authorization : `Bearer ${token}`;
  return {
    ...{ url, publish, originals, added: new Date(now).toISOString() },
    ...(secret !== undefined && { authorization: secret }),
  };
}

/** Adds a peer, or changes its settings: the day it was added stays. `unclaimed` as in `Peers.put`. */
export function addPeer(peers: Peers, peer: Peer, unclaimed = false): void {
  peers.put({ ...peer, added: peers.find(peer.url)?.added ?? peer.added }, unclaimed);
}

/** The database on a CouchDB if the address contains none. */
const usualName = 'photospool';

/** The databases of documents and of blobs on a CouchDB, by the address of the peer. */
export function couchUrls(peer: string): { photos: string; blobs: string } {
  const { origin, pathname } = new URL(peer);
  const photos = origin + (pathname === '/' ? `/${usualName}` : pathname);
  return { photos, blobs: `${photos}-blobs` };
}
