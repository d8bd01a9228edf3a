/**
 * A public server, put together: library and catalog, the projections of the homes that publish here, and what makes one
 * album of them; no spool, no archive, no accounts. Opening makes what is missing and goes through all that is there; a
 * crash leaves what the next opening completes.
 */
import { join } from 'node:path';
import { publicAccess } from '../access/public.js';
import { openBlobs } from '../archive/blobs.js';
import { systemClock as clock } from '../base/clock.js';
import { configTemplate, type Config } from '../base/config.js';
import { PhotospoolError } from '../base/errors.js';
import { openFiles, type Files } from '../base/files.js';
import type { Log } from '../base/log.js';
import { openSqlite } from '../base/sqlite.js';
import { catalogIsCurrent } from '../catalog/catalog.js';
import { checkPlace } from '../library/place.js';
import { openCombiner, type Combiner } from '../replication/combine.js';
import { openCopies } from '../replication/copies.js';
import { openExchange, type Exchange } from '../replication/exchange.js';
import { openPublishers } from '../replication/publishers.js';
import type { StoreParts } from '../replication/store.js';
import { openServer, type Server, type ServerParts } from '../server/app.js';
import { idleStatus, type SpoolPort } from '../spool/port.js';
import { openHomeAccess } from './access.js';
import { webRoot } from './home.js';
import { readRecords } from './records.js';
import { reindex } from './reindex.js';
import { version } from './version.js';
import { libraryPath } from './view.js';

/** A running public server. */
export interface PublicServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Opens a public server. @throws PhotospoolError as `openHome` and `openServer`. */
export async function openPublic(config: Config, log: Log, files: Files = openFiles()): Promise<PublicServer> {
  const folder = join(config.data, 'public');
  for (const one of [config.home, config.data, folder]) await files.makeFolder(one);
  await files.setMode(config.data, 0o700);
  await checkPlace(config.data);
  for (const one of [config.home, config.data]) await files.sweep(one);
  await files.write(join(config.home, 'photospool.toml'), configTemplate(config.home));

  const db = openSqlite(libraryPath(config), { secureDelete: true });
  const records = readRecords(config, db, log);
  const { library, catalog, changes } = records;
  if (!catalogIsCurrent(db)) await reindex(library, catalog);
  const blobs = await openBlobs(join(config.data, 'blobs'), files);
  const { access, close: closeAccess } = openHomeAccess(records, config, files, log);
  const madeAt = (name: string): number | undefined => access.tokens.list().find((one) => one.name === name)?.created;
  const publishers = openPublishers({ db, folder, clock, madeAt });
  const onChange = (listener: () => void): (() => void) => changes.on(listener);
  const exchange = openExchange({ db, library, archive: noArchive, blobs, files, clock, onChange });
  const combiner = openCombiner({ db, library, publishers, named: exchange.named, blobs, files });
  const troubled = (err: unknown): void => log.error({ err }, 'What was published could not be taken in.');
  const unlisten = publishers.on(() => void combiner.follow().catch(troubled));
  let server: Server | undefined;
  async function close(): Promise<void> {
    unlisten();
    await server?.close();
    await combiner.follow().catch(troubled);
    publishers.close();
    await closeAccess();
    library.close();
    db.close();
  }
  try {
    await combiner.settle();
    const { host, port, role, names, trustProxy, cert, key } = config;
    server = await openServer({
      library,
      catalog,
      changes,
      clock,
      log,
      publishers,
      access: { ...publicAccess(access), tokens: access.tokens },
      databases: publishers.databases,
      exchange: checked(exchange, combiner),
      // There are no originals here to move.
      blobs: { rendition: blobs.path, original: (path) => join(folder, path), discard: async () => undefined },
      spool: noSpool,
      mesh: noMesh,
      copies: openCopies(clock, log),
      samples: nothing,
      config: {
        ...{ host, port, role, names, trustProxy, webRoot, version, incoming: '' },
        ...(cert !== undefined && key !== undefined && { https: { cert, key } }),
      },
    });
    return { url: server.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What was taken back while its picture was on its way is removed when it is here. */
function checked(exchange: Exchange, combiner: Combiner): Exchange {
  const { take } = exchange.store;
  const takeNamed: typeof take = async (sha256, from, source) => {
    if (exchange.named.find(sha256)?.kind === 'original') throw refused('take originals');
    const have = await take(sha256, from, source);
    await combiner.check(sha256);
    return have;
  };
  return { ...exchange, store: { ...exchange.store, take: takeNamed } };
}

const refused = (what: string): PhotospoolError =>
  new PhotospoolError('not-found', `A public server does not ${what}.`, { op: 'receive' });
const nothing = (): Promise<never> => Promise.reject(refused('take photos'));

/** There are no originals here, and no place for them. */
const noArchive: StoreParts['archive'] = {
  occupied: () => false,
  resolve: (path) => {
    throw refused(`hold ${path}`);
  },
  place: nothing,
};

/** A public server makes no links: homes come to it. */
const noMesh: ServerParts['mesh'] = { status: () => [], on: () => () => undefined };

/** There is no spool here. */
const noSpool: SpoolPort = {
  status: () => Promise.resolve({ ...idleStatus }),
  steps: () => [],
  pass: nothing,
  retry: nothing,
  place: nothing,
  uploads: { begin: nothing, find: nothing, append: nothing, finish: nothing, remove: nothing },
  on: () => () => undefined,
};
