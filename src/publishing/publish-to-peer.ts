/**
 * Publishing to one public server over a connection: compares its list of documents with the projection, even if one
 * side was restored from a backup, sends the difference, then every change. Reads only this home's projection from it;
 * sends no blobs except renditions that the projection names.
 */
import type { Subscribe } from '../base/async/listeners.js';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ItemAccess } from '../access/item-access.js';
import type { Clock } from '../base/clock.js';
import type { Files } from '../base/files.js';
import { openSqlite } from '../base/sqlite.js';
import { makeChanges } from '../library/change-signal.js';
import { keepFollowing } from '../library/follow.js';
import { openLibrary, type Library } from '../library/library.js';
import { requestJson, type Address } from '../sync/couch/json-client.js';
import type { Database, RevisionId, RejectedRevision } from '../sync/couch/database.js';
import type { Exchange } from '../sync/blobs/blob-exchange.js';
import { feedBatches } from '../sync/couch/feed-batches.js';
import { openHttpDatabase } from '../sync/couch/remote-database.js';
import { openLibraryDatabase } from '../sync/couch/library-database.js';
import type { ProjectionOptions } from './projection.js';
import { openProjector } from './projection-writer.js';
import { opaqueOf } from './public-fields.js';
import { notPublic, type PublishLink } from '../sync/connections/publish-link.js';

/** The dependencies of projections. */
export interface PublishingParts {
  /** The folder of the projections, absolute. */
  folder: string;
  files: Files;
  library: Library;
  options: ProjectionOptions;
  /** The current decision who sees which item of the home. */
  access(): ItemAccess;
  clock: Clock;
  random(length: number): Uint8Array;
  /** Subscribes to changes of the home's library in this process; returns the function that unsubscribes. */
  onChange: Subscribe;
}

/** The projections of a home, one for each public server: data from one server cannot affect another. */
export interface Publishing {
  open(url: string): Promise<Projection>;
}

/** A projection that is kept up to date. */
export interface Projection {
  database: Database;
  /** Updates the projection, and makes the public server's content match it. Resolves to the rejected revisions. */
  compare(theirs: Database, sent: (revisions: number) => void): Promise<RejectedRevision[]>;
  /** Keeps it up to date until the signal aborts, and the home's blob index with it. */
  keepUp(signal: AbortSignal, exchange?: Exchange): Promise<void>;
  /** The blobs of the home, limited to those that the projection names. */
  narrow(exchange: Exchange): Exchange;
  close(): void;
}

/** Ms between checks for writes by other processes. */
const look = 1_000;
const batch = 500;

/** Opens the projections. No file is created before the first is opened. */
export function openPublishing(parts: PublishingParts): Publishing {
  return {
    async open(url) {
      await parts.files.makeFolder(parts.folder);
      await parts.files.setMode(parts.folder, 0o700);
      const name = createHash('sha256').update(url).digest('hex').slice(0, 16);
      return openProjection(join(parts.folder, `${name}.sqlite`), parts);
    },
  };
}

function openProjection(path: string, parts: PublishingParts): Projection {
  const { library, clock, options, access, random, onChange } = parts;
  const db = openSqlite(path);
  const changes = makeChanges();
  const projection = openLibrary(db, { clock, index: () => changes.notify() });
  const projector = openProjector({ library, db, projection, options, random, access });
  const database = openLibraryDatabase({
    library: projection,
    db,
    clock,
    onChange: changes.on,
  });
  return {
    database,
    async compare(theirs, sent) {
      await projector.follow();
      const held = await listOf(theirs);
      await projector.learn(await readUnknown(theirs, await database.missing(held)));
      return send(database, theirs, held, sent);
    },
    keepUp: (signal, exchange) =>
      keepFollowing({ events: [onChange], clock, look, signal }, async () => {
        // The blobs of a document must be indexed before it is sent.
        await exchange?.named.follow();
        await projector.follow();
      }),
    narrow(exchange) {
      const { find } = exchange.store;
      const findNamed: typeof find = (sha256) => {
        const found = projector.names(sha256) ? find(sha256) : undefined;
        return found?.blob.kind === 'original' ? undefined : found;
      };
      return { ...exchange, store: { ...exchange.store, find: findNamed } };
    },
    close: () => (projection.close(), db.close()),
  };
}

/** All documents on the public server that may belong to a projection, with their leaves. */
async function listOf(theirs: Database): Promise<Map<string, string[]>> {
  const list = new Map<string, string[]>();
  for await (const { rows } of feedBatches(theirs, '0', { limit: batch }))
    for (const { id, revs } of rows) if (opaqueOf(id) !== undefined) list.set(id, revs);
  return list;
}

/** Revisions that can't be read there are still replaced or withdrawn. */
function readUnknown(theirs: Database, unknown: ReadonlyMap<string, readonly string[]>): ReturnType<Database['read']> {
  const named = [...unknown].flatMap(([id, revs]) => revs.map((rev): RevisionId => ({ id, rev })));
  return named.length === 0 ? Promise.resolve([]) : theirs.read(named, () => undefined);
}

/** Sends the documents missing on the public server. The connection's replication continues from there. */
async function send(
  ours: Database,
  theirs: Database,
  held: ReadonlyMap<string, string[]>,
  sent: (revisions: number) => void,
): Promise<RejectedRevision[]> {
  const refused: RejectedRevision[] = [];
  for await (const { rows } of feedBatches(ours, '0', { limit: batch })) {
    const lacking = rows.flatMap(({ id, revs }) => {
      const there = held.get(id) ?? [];
      return revs.filter((rev) => !there.includes(rev)).map((rev): RevisionId => ({ id, rev }));
    });
    if (lacking.length > 0) refused.push(...(await theirs.write(await ours.read(lacking))));
    sent(lacking.length);
  }
  return refused;
}

/**
 * Publishes until the connection breaks or is closed. @throws PhotospoolError `unauthorized`; `config` if the server
 * accepts no projection.
 */
export async function publishTo(publishing: Publishing, link: PublishLink): Promise<void> {
  const { address, found } = link;
  if (found.kind !== 'photospool') throw notPublic(address);
  const theirs = openHttpDatabase(await findProjection(address, link.server));
  const projection = await publishing.open(address.url);
  try {
    link.refuse(await projection.compare(theirs, link.sent));
    await link.together((signal) => [
      projection.keepUp(signal, link.exchange),
      ...link.push(projection.database, theirs, signal),
      ...link.bring(projection.narrow, signal),
    ]);
  } finally {
    projection.close();
  }
}

/** The database of a home's projection on a public server, created if it is missing. */
async function findProjection(address: Address, server: string): Promise<Address> {
  const database = { ...address, url: `${address.url}/db/public-${server}` };
  const { status } = await requestJson(database, '', { method: 'PUT' });
  if (status === 201 || status === 412) return database;
  throw notPublic(address);
}
