/**
 * Which servers support libraries of people, and whether all servers do with which this one exchanges documents, in
 * either direction: an older one would store the documents without showing them to anyone. A local table has a row for
 * each server and the way it is known; announcements to an older version of this server are not in it, so that every
 * server has to announce itself again after the upgrade. Never replicated; after a crash a row may be missing, which
 * the next request writes.
 */
import type { Clock } from '../../base/clock.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import type { Sqlite } from '../../base/sqlite.js';
import { peopleFeature, peopleLibrariesReady, type PeopleLibraries } from '../../library/people-libraries.js';
import { hostOf } from '../couch/json-client.js';
import { hasPeers, openPeers, type Peer } from './peers.js';

/** The announcement of a server. */
export interface Announcement {
  /** The id of its library; the empty text for a program without one, or a CouchDB that does not list its users. */
  server: string;
  features: readonly string[];
}

/** The gate of the libraries of people. */
export interface PeopleGate {
  /** The features that this server announces. */
  readonly announced: readonly string[];
  /** Records a request by a server; `token` is the name of the token in it. */
  heardGuest(token: string, said: Announcement): void;
  /** Replaces all servers known by the link to a peer. */
  heardPeer(url: string, all: readonly Announcement[]): void;
  state(): PeopleLibraries;
}

/** The dependencies of the gate. */
export interface GateParts {
  db: Sqlite;
  library: { readonly controls: { isUsed(): boolean } };
  clock: Pick<Clock, 'now'>;
  /** The tokens that servers use here. */
  tokens(): readonly GuestToken[];
  /** Whether the version is complete; tests set it. */
  ready?: boolean;
}

/** The required properties of a token. */
export interface GuestToken {
  name: string;
  may: readonly string[];
  /** Ms since 1970; absent if it was never used. */
  used?: number;
}

const tables = `CREATE TABLE IF NOT EXISTS server_feature (via TEXT NOT NULL, server TEXT NOT NULL, features TEXT NOT NULL, heard INTEGER NOT NULL,
  PRIMARY KEY (via, server)) WITHOUT ROWID`;

/** Ms after which an unchanged row is written again, and a day. */
const [every, day] = [3_600_000, 86_400_000];

interface Row {
  via: string;
  server: string;
  features: string;
  heard: number;
}

const viaToken = (name: string): string => `token ${name}`;
const textOf = (features: readonly string[]): string => [...features].sort().join(',');
const isId = (server: string): boolean => server === '' || /^[0-9a-f]{1,64}$/.test(server);

/** Opens the gate; the table is created when the first server announces itself. */
export function openPeopleGate({ db, library, clock, tokens, ready = peopleLibrariesReady }: GateParts): PeopleGate {
  const isMade = (): boolean =>
    db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'server_feature'").get() !== undefined;
  const rows = (): Row[] =>
    isMade()
      ? db.prepare<Row>('SELECT via, server, features, heard FROM server_feature ORDER BY via, server').all()
      : [];
  const written = new Map<string, { features: string; heard: number }>();

  /** Whether there is nothing to write: the same was written within the hour, or it is not a server. */
  function isNoted(via: string, { server, features }: Announcement): boolean {
    const known = written.get(`${via} ${server}`);
    if (!isId(server)) return true;
    return known?.features === textOf(features) && Math.abs(clock.now() - known.heard) < every;
  }

  function put(via: string, said: Announcement): void {
    if (isNoted(via, said)) return;
    const [server, text, now] = [said.server, textOf(said.features), clock.now()];
    db.exec(tables);
    db.prepare('INSERT OR REPLACE INTO server_feature (via, server, features, heard) VALUES (?, ?, ?, ?)').run(
      ...([via, server, text, now] as const),
    );
    if (written.size >= 1_000) written.clear();
    written.set(`${via} ${server}`, { features: text, heard: now });
  }

  /** A full disk must not prevent reads: what was not recorded now is recorded at the next request. */
  function noted(work: () => void): void {
    try {
      db.transaction(work);
    } catch (error) {
      if (!(error instanceof PhotospoolError)) throw error;
      written.clear();
    }
  }

  return {
    announced: ready ? [peopleFeature] : [],
    heardGuest(token, said) {
      // Called at every request of a peer: no transaction if nothing has changed.
      if (!isNoted(viaToken(token), said)) noted(() => put(viaToken(token), said));
    },
    heardPeer: (url, all) =>
      noted(() => {
        for (const { server } of rows().filter(({ via }) => via === url)) {
          if (all.some((one) => one.server === server)) continue;
          db.prepare('DELETE FROM server_feature WHERE via = ? AND server = ?').run(url, server);
          written.delete(`${url} ${server}`);
        }
        for (const one of all) put(url, one);
      }),
    state() {
      if (!ready) return { on: false, reason: 'This version of Photospool does not support personal libraries yet.' };
      if (library.controls.isUsed()) return { on: true };
      const peers = hasPeers(db) ? openPeers(db).all() : [];
      const found = firstOff(peers, tokens(), rows());
      return found ? { on: false, ...found } : { on: true };
    },
  };
}

type Off = { server: string; reason: string };

/** The first server that prevents libraries of people; undefined if there is none. */
function firstOff(peers: readonly Peer[], tokens: readonly GuestToken[], rows: readonly Row[]): Off | undefined {
  // A public server gets public photos as before, and never a document of a person.
  const both = peers.filter(({ publish }) => !publish).map((peer) => peerOff(peer.url, rowsOf(rows, peer.url)));
  const guests = tokens
    .filter(({ may, used }) => may.includes('replicate') && used !== undefined)
    .map(({ name }) => guestOff(name, rowsOf(rows, viaToken(name))));
  return [...both, ...guests].find((one) => one !== undefined);
}

const rowsOf = (rows: readonly Row[], via: string): Row[] => rows.filter((row) => row.via === via);
const supports = ({ features }: Row): boolean => features.split(',').includes(peopleFeature);

function peerOff(url: string, rows: readonly Row[]): Off | undefined {
  const server = hostOf(url);
  if (rows.length === 0)
    return {
      server,
      reason: `${server} has not connected since this server was upgraded. Start it, or remove its connection.`,
    };
  const old = rows.find((row) => !supports(row));
  if (!old) return undefined;
  if (old.server === '') {
    const reason = `${server} does not list the servers that exchange photos through it. Connect the servers directly, and remove this connection.`;
    return { server, reason };
  }
  if (rows.length === 1) return { server, reason: `${server} runs an older version of Photospool. Upgrade it.` };
  const reason =
    `A server that exchanges photos through ${server} (${old.server}) runs an older version of Photospool. Upgrade it; ` +
    `if it no longer exists, delete the document _local/photospool-${old.server} at ${server}.`;
  return { server: `${old.server} at ${server}`, reason };
}

function guestOff(name: string, rows: readonly Row[]): Off | undefined {
  const [server, token] = [printable(name), `the token “${printable(name)}”`];
  if (rows.length === 0) {
    const reason = `The server that connects with ${token} has not connected since this one was upgraded. Start it, or revoke the token.`;
    return { server, reason };
  }
  // A server that did not state its id before it was upgraded is the one that states it now.
  const named = Math.max(...rows.filter((row) => row.server !== '').map(({ heard }) => heard));
  const old = rows.find((row) => !supports(row) && (row.server !== '' || row.heard > named - day));
  if (!old) return undefined;
  const reason =
    old.server === ''
      ? `A program that copies all documents with ${token} does not announce support for personal libraries. If it is a Photospool server, upgrade it; otherwise, revoke the token.`
      : `The server that connects with ${token} runs an older version of Photospool. Upgrade it, or revoke the token.`;
  return { server, reason };
}
