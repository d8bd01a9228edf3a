/**
 * The published data of a public server: library and catalog, the projections of the homes that publish here, and the
 * combiner that merges them into one album. One process at a time. Opening creates what is missing, completes pending
 * removals, and processes all projections; the next opening completes one that a crash interrupted.
 */
import { join } from 'node:path';
import type { Access } from '../access/access.js';
import { openBlobs, type Blobs } from '../archive/blob-store.js';
import { systemClock as clock } from '../base/clock.js';
import { configTemplate, type Config } from '../base/config.js';
import { PhotospoolError } from '../base/errors.js';
import type { Files } from '../base/files.js';
import type { Log } from '../base/log.js';
import { openSqlite } from '../base/sqlite.js';
import { catalogIsCurrent } from '../catalog/catalog.js';
import { keepFollowing } from '../library/follow.js';
import { checkPlace } from '../library/library-location.js';
import { openCombiner, type Combiner } from '../publishing/combine-publishers.js';
import { openExchange, type Exchange } from '../sync/blobs/blob-exchange.js';
import { openPublishers, type Publishers } from '../publishing/publisher-registry.js';
import type { StoreParts } from '../sync/blobs/store-received-blobs.js';
import { holdLock } from '../spool/spool-lock.js';
import { openHomeAccess } from './open-access.js';
import { publishedFolder, readRecords, type Records } from './open-records.js';
import { reindex } from './rebuild-catalog.js';
import { filesOf, libraryPath } from './open-read-only.js';

/** The open data of a public server. */
export interface Published extends Records {
  access: Access;
  publishers: Publishers;
  exchange: Exchange;
  combiner: Combiner;
  blobs: Blobs;
  /** The folder of the projections. */
  folder: string;
  /** Removes the data of homes that are marked for removal. */
  remove(): Promise<void>;
  close(): Promise<void>;
}

/** ms between checks for unprocessed changes: no other process writes here, so only a failure leaves any. */
const look = 60_000;

/** Opens the published data. @throws PhotospoolError as `openHome`; `locked` if another process has it open. */
export async function openPublished(config: Config, log: Log, files: Files = filesOf(config)): Promise<Published> {
  const folder = publishedFolder(config);
  for (const one of [config.home, config.data, folder]) await files.makeFolder(one);
  await files.setMode(config.data, 0o700);
  await checkPlace(config.data);
  const lock = holdLock(folder);
  for (const one of [config.home, config.data]) await files.sweep(one);
  await files.write(join(config.home, 'photospool.toml'), configTemplate(config.home));

  const db = openSqlite(libraryPath(config), { secureDelete: true });
  const records = readRecords(config, db, log);
  const { library, catalog, changes } = records;
  if (!catalogIsCurrent(db)) await reindex(library, catalog);
  const blobs = await openBlobs(join(config.data, 'blobs'), files);
  const { access, close: closeAccess } = openHomeAccess(records, config, files, log);
  const madeAt = (name: string): number | undefined =>
    access.tokens.list().find((one) => one.person === undefined && one.name === name)?.created;
  const publishers = openPublishers({ db, folder, files, clock, madeAt });
  const onChange = changes.on;
  const exchange = openExchange({ db, library, archive: noArchive, blobs, files, clock, onChange });
  const combiner = openCombiner({ db, library, publishers, named: exchange.named, blobs, files });
  const troubled = (err: unknown): void => log.error({ err }, 'Published photos could not be processed.');
  const ended = new AbortController();
  let following = Promise.resolve();

  async function settle(): Promise<void> {
    let gone: string[] = [];
    await combiner.settle(async () => {
      gone = await publishers.drop();
    });
    for (const id of gone) {
      publishers.removed(id);
      log.info({ publisher: id }, 'The published photos of this home were removed.');
    }
  }

  async function close(): Promise<void> {
    ended.abort();
    await following;
    await combiner.follow().catch(troubled);
    publishers.close();
    await closeAccess();
    await records.follower.close();
    library.close();
    db.close();
    lock.release();
  }

  try {
    await settle();
  } catch (error) {
    await close();
    throw error;
  }
  const when = { events: [publishers.on], clock, look, signal: ended.signal, failed: troubled };
  following = keepFollowing(when, () => combiner.follow());
  return {
    ...records,
    ...{ access, publishers, exchange, combiner, blobs, folder, close },
    remove: async () => {
      if (publishers.leaving()) await settle();
    },
  };
}

/** The error for requests that a public server does not support. */
export const refused = (what: string): PhotospoolError =>
  new PhotospoolError('not-found', `A public server does not ${what}.`, { op: 'receive' });

/** A public server stores no originals. */
const noArchive: StoreParts['archive'] = {
  occupied: () => false,
  resolve: (path) => {
    throw refused(`hold ${path}`);
  },
  place: () => Promise.reject(refused('take photos')),
};
