/**
 * Documents over replication, all pairs in the same run: ours to ours over HTTP, compared with CouchDB's replicator
 * between two databases of its own and PouchDB's replicator with PouchDB Server. Our sides have a library file and the
 * catalog, like a server, and the time until everything is in the catalog is measured, too; the other side is a
 * separate process. CouchDB takes part if
 * `$COUCHDB_URL` names one, and replicates to the one of `$COUCHDB_OTHER_URL` if that is set. Medians of rounds in
 * turn. `npm run bench replication [documents] [way] [rounds]`
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/base/clock.js';
import type { Address } from '../src/sync/couch/json-client.js';
import type { Database } from '../src/sync/couch/database.js';
import { openHttpDatabase } from '../src/sync/couch/remote-database.js';
import { replicate } from '../src/sync/couch/replicate.js';
import { openCouchSide } from '../test/sync/peers.js';
import { openFilled, startPeer, type Peer } from './peer.js';
import { median, table } from './run.js';

/** The question of this bench. */
export const title = 'Replication: documents a second, ours, CouchDB and PouchDB, each with each';

const couch = process.env['COUCHDB_URL'];
const other = process.env['COUCHDB_OTHER_URL'] ?? couch;

/**
 * The result of a pair: documents that arrived, in seconds; and the seconds until all were in the receiver's catalog.
 */
type Way = () => Promise<{ arrived: number; seconds: number; followed?: number }>;

/** Runs it. Arguments: documents (20,000), the only way to run (all), rounds (3). */
export async function run([documents = '20000', only = '', rounds = '3']: string[]): Promise<void> {
  const count = Number(documents);
  const ways: [string, Way][] = [
    ['CouchDB to CouchDB, by its replicator', () => couchToCouch(count)],
    ['PouchDB to PouchDB Server, by its replicator', () => pouchToPouch(count)],
    ['PouchDB to PouchDB Server, on disk (LevelDB)', () => pouchToPouch(count, true)],
    ['ours to ours, sent', () => oursTo('ours', count)],
    ['ours to ours, fetched', () => oursFrom('ours', count)],
    ['the same, sent, without the catalog', () => oursTo('bare', count)],
    ['ours to CouchDB', () => oursTo('couch', count)],
    ['CouchDB to ours', () => oursFrom('couch', count)],
  ];
  const chosen = ways.filter(([name]) => name.includes(only) && (couch !== undefined || !name.includes('CouchDB')));
  const times = new Map<string, { seconds: number; followed?: number }[]>(chosen.map(([name]) => [name, []]));
  console.log(
    `\n${count.toLocaleString('en')} photo documents of 2 KB, medians of ${rounds} rounds, load ${loadavg()[0]!.toFixed(2)} at the start\n`,
  );
  for (let round = 0; round < Number(rounds); round++) {
    for (const [name, way] of chosen) {
      const { arrived, ...time } = await way();
      if (arrived !== count) throw new Error(`${name}: ${arrived} of ${count} documents arrived.`);
      times.get(name)!.push(time);
    }
  }
  const speedOf = (seconds: number[]): number => count / median(seconds);
  const found = new Map([...times].map(([name, all]) => [name, speedOf(all.map(({ seconds }) => seconds))]));
  const inCatalog = (name: string): string => {
    const followed = times.get(name)!.flatMap(({ followed }) => followed ?? []);
    return followed.length === 0 ? '' : Math.round(speedOf(followed)).toLocaleString('en');
  };
  const floors = [ways[0]![0], ways[1]![0]];
  const cell = (speed: number, name: string): string => {
    const floor = found.get(name);
    return floor === undefined ? '' : (speed / floor).toFixed(2);
  };
  const rows = [...found].map(([name, speed]) => [
    name,
    Math.round(speed).toLocaleString('en'),
    ...floors.map((floor) => cell(speed, floor)),
    inCatalog(name),
  ]);
  console.log(
    table(['way', 'documents a second', 'times CouchDB', 'times PouchDB', 'a second, until in the catalog'], rows),
  );
  if (couch === undefined) console.log('\nWithout CouchDB: $COUCHDB_URL is not set.');
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** One direction with our replicator, to its end. */
const over = (source: Database, target: Database): Promise<unknown> =>
  replicate({
    source,
    target,
    clock: systemClock,
    session: randomUUID(),
    live: false,
    signal: new AbortController().signal,
    refused(documents) {
      throw new Error(`${documents[0]!.id} was refused: ${documents[0]!.reason}`);
    },
  });

/** The other side: a database on a separate server. */
const openOther = async (
  kind: 'ours' | 'bare' | 'couch',
  count: number,
): Promise<Omit<Peer, 'followed'> & { followed?: Peer['followed'] }> =>
  kind !== 'couch'
    ? startPeer(kind, count)
    : ((await openCouchSide(couch!)) as { address: Address; close(): Promise<void> });

async function oursTo(kind: 'ours' | 'bare' | 'couch', count: number): ReturnType<Way> {
  const ours = openFilled(count);
  const other = await openOther(kind, 0);
  try {
    const began = performance.now();
    const seconds = await timed(() => over(ours.database, openHttpDatabase(other.address)));
    await other.followed?.();
    const followed = kind === 'ours' ? { followed: (performance.now() - began) / 1000 } : {};
    return { arrived: await countOf(other.address), seconds, ...followed };
  } finally {
    await other.close();
    ours.close();
  }
}

async function oursFrom(kind: 'ours' | 'couch', count: number): ReturnType<Way> {
  const ours = openFilled(0);
  const other = await openOther(kind, count);
  try {
    if (kind === 'couch') await fill(other.address, count);
    const began = performance.now();
    const seconds = await timed(() => over(openHttpDatabase(other.address), ours.database));
    await ours.followed();
    return { arrived: ours.count(), seconds, followed: (performance.now() - began) / 1000 };
  } finally {
    await other.close();
    ours.close();
  }
}

/** Fills a remote database from our library. */
async function fill(address: Address, count: number): Promise<void> {
  const from = openFilled(count);
  await over(from.database, openHttpDatabase(address));
  from.close();
}

async function countOf({ url, authorization }: Address): Promise<number> {
  const answer = await fetch(url, { headers: authorization === undefined ? {} : { authorization } });
  return ((await answer.json()) as { doc_count: number }).doc_count;
}

async function couchToCouch(count: number): ReturnType<Way> {
  const [source, target] = [await openCouchSide(couch!), await openCouchSide(other!)];
  const { authorization } = source.address!;
  const headers = { authorization: authorization ?? '', 'content-type': 'application/json' };
  const side = ({ url, authorization }: Address): object => ({ url, headers: { authorization } });
  try {
    await fill(source.address!, count);
    const body = JSON.stringify({ source: side(source.address!), target: side(target.address!) });
    const seconds = await timed(async () => {
      const answer = await fetch(new URL('/_replicate', couch).origin + '/_replicate', {
        method: 'POST',
        headers,
        body,
      });
      if (answer.status !== 200) throw new Error(`CouchDB's replicator answered ${await answer.text()}`);
    });
    return { arrived: await countOf(target.address!), seconds };
  } finally {
    await source.close();
    await target.close();
  }
}

interface PouchClient {
  bulkDocs(docs: object[], options: object): Promise<unknown>;
  replicate: { to(url: string, options: object): Promise<unknown> };
  destroy(): Promise<void>;
}

/** From a PouchDB in memory, or on disk, with its best batch sizes. It flushes nothing in either. */
async function pouchToPouch(count: number, onDisk = false): ReturnType<Way> {
  const require = createRequire(import.meta.url);
  const Pouch = (
    require('pouchdb') as { plugin(plugin: unknown): new (name: string, options: object) => PouchClient }
  ).plugin(require('pouchdb-adapter-memory'));
  const folder = mkdtempSync(join(tmpdir(), 'photospool-bench-'));
  const kept = onDisk ? { prefix: `${folder}/` } : { adapter: 'memory' };
  const client = new Pouch(randomBytes(6).toString('hex'), kept);
  const server = await startPeer(onDisk ? 'pouch on disk' : 'pouch', 0);
  try {
    const from = openFilled(count);
    const docs = [...from.library.scan('')].map(({ id, rev, body }) => ({ ...body, _id: id, _rev: rev }));
    from.close();
    for (let at = 0; at < count; at += 1000) await client.bulkDocs(docs.slice(at, at + 1000), { new_edits: false });
    const seconds = await timed(() => client.replicate.to(server.address.url, { batch_size: 1000 }));
    return { arrived: await countOf(server.address), seconds };
  } finally {
    await client.destroy();
    await server.close();
    rmSync(folder, { recursive: true });
  }
}
