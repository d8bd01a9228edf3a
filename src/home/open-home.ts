/**
 * Assembles a home: configuration, library with catalog, archive, blobs, ingest. Opening creates what is missing and
 * changes nothing that exists; the next opening completes one that a crash interrupted.
 */
import { join } from 'node:path';
import { readItem } from '../access/item-access.js';
import { itemAccess } from '../access/library-access.js';
import { may, mayDescribe, mayDescribeOwn, maySee, type Viewer } from '../access/permissions.js';
import { systemClock } from '../base/clock.js';
import { openGuestCheck } from '../access/guest-uploads.js';
import { openNoteKnown } from '../access/known-from-guests.js';
import { sendersOf, type Senders } from '../access/sender-permissions.js';
import { openArchive, type Archive } from '../archive/archive.js';
import { openBlobs, type Blobs } from '../archive/blob-store.js';
import type { Config } from '../base/config.js';
import type { Files } from '../base/files.js';
import { silent, type Log } from '../base/log.js';
import { programFile } from '../base/program-files.js';
import { openSqlite, type Sqlite } from '../base/sqlite.js';
import { catalogIsCurrent } from '../catalog/catalog.js';
import { bringersOf } from '../document/photo-senders.js';
import { house, itemId } from '../document/item-id.js';
import type { Body } from '../document/photo-document.js';
import type { Library } from '../library/library.js';
import { openIngest, type Ingest } from '../ingest/ingest.js';
import type { Describing } from '../ingest/sidecars/match-sidecars.js';
import { openSidecars, type Sidecars } from '../ingest/sidecars/ingest-sidecars.js';
import { openDecoders, type Decoders } from '../photo/decode/decoder-pool.js';
import { openMetadata, type Metadata } from '../photo/facts/read-metadata.js';
import { openFilms, type Films } from '../video/transcode.js';
import { findTools, type FfmpegTools } from '../video/find-ffmpeg.js';
import { isClaimed } from '../spool/work-folder.js';
import { isPublic, makeHome, readRecords, type Records } from './open-records.js';
import { reindex } from './rebuild-catalog.js';
import { filesOf, libraryPath } from './open-read-only.js';

/** An open home. */
export interface Home extends Records {
  config: Config;
  files: Files;
  archive: Archive;
  blobs: Blobs;
  ingest: Ingest;
  decoders: Decoders;
  films: Films;
  /** The ffmpeg tools, for videos. */
  tools: FfmpegTools;
  metadata: Metadata;
  sidecars: Sidecars;
  /** The current viewers of senders (`authorOf`). */
  senders: Senders;
  /** Whether a sender may upload now. */
  mayUpload(by: string): boolean;
  close(): Promise<void>;
}

/**
 * Replacements for parts of a home in tests (to inject failures, to count calls, or to save time), and options of
 * opening.
 */
export interface HomeParts {
  /**
   * `later`: the catalog catches up with pending changes while the home is in use; by default, before the home is open.
   */
  follow?: 'later';
  /** Overwrites deleted data in the file, as on a public server: for a library that may become one. */
  secureDelete?: boolean;
  files?: Files;
  openDatabase?: typeof openSqlite;
  metadata?: Metadata;
  decoders?: Decoders;
}

/** The folder of the built album page. */
export const webRoot = programFile('dist/web');

/**
 * Opens a home for writing; creates it if it is missing.
 * @throws PhotospoolError `unusable` if the library may not be stored there, `newer-version`, `corrupt`, `locked`.
 */
export async function openHome(config: Config, log: Log = silent, parts: HomeParts = {}): Promise<Home> {
  const { files = filesOf(config), openDatabase = openSqlite } = parts;
  await makeHome(config, files);
  const secureDelete = parts.secureDelete ?? (await isPublic(config, files));
  const db = openDatabase(libraryPath(config), { secureDelete });
  try {
    return await assemble(config, files, db, log, parts);
  } catch (error) {
    db.close();
    throw error;
  }
}

async function assemble(config: Config, files: Files, db: Sqlite, log: Log, parts: HomeParts): Promise<Home> {
  const records = readRecords(config, db, log);
  const { library, catalog, follower } = records;
  if (!catalogIsCurrent(db)) {
    if (library.count('photo:') > 0) log.info({}, 'Rebuilding the catalog from the library.');
    await reindex(library, catalog);
  }
  if (parts.follow === undefined) await follower.catchUp();
  else if (catalog.behind() !== undefined) follower.ask();
  const { here } = library.local.originals.counts();
  const archive = await openArchive(config.done, files, { server: library.server, hasOriginals: here > 0 });
  const blobs = await openBlobs(join(config.data, 'blobs'), files);
  const metadata = parts.metadata ?? openMetadata({ processes: Math.min(config.workers, 4) });
  const decoders = parts.decoders ?? openDecoders({ workers: config.workers });
  const tools = findTools(config.ffmpeg);
  const films = openFilms(tools);
  const senders = sendersOf(db, library);
  const isGuest = openGuestCheck(db, senders, systemClock);
  const mayHold = (person: string): boolean => itemAccess(library).isMember(person);
  const sidecars = openSidecars(db, library, metadata, openDescribing(senders, library), mayHold);
  const ingest = await openIngest({
    library,
    archive,
    blobs,
    metadata,
    films,
    files,
    sidecars,
    mayHold,
    noteKnown: openNoteKnown(db, library, systemClock),
    claimed: (claim) => isClaimed(claim, files),
    render: (path, format, asIs, develop) => decoders.render(path, format, asIs, develop),
  });
  return {
    ...records,
    config,
    files,
    archive,
    blobs,
    ingest,
    decoders,
    films,
    tools,
    metadata,
    sidecars,
    senders,
    mayUpload: (by) => may(senders(by), 'upload') || isGuest(by),
    async close() {
      films.close();
      await Promise.all([metadata.close(), decoders.close(), follower.close()]);
      library.close();
      db.close();
    },
  };
}

/** Whose sidecars apply to which photos. The sender's rights are evaluated at the time of each call. */
const openDescribing = (senders: Senders, library: Library): Describing => {
  const senderOf = (by: string) => ({ by, viewer: senders(by) });
  return (by, item, photo) => {
    const bringers = bringersOf(photo, library.server);
    if (item.holder !== house) return mayDescribeOwn(senderOf(by), item.holder, bringers);
    const claims = readItem(item, photo as unknown as Body, library.controls.endsOf(itemId(item)));
    const sees = (viewer: Viewer | undefined): boolean =>
      claims !== undefined && maySee(viewer, itemAccess(library), claims);
    return mayDescribe(senderOf(by), sees, bringers.map(senderOf));
  };
};
