/**
 * Restores a home from a backup: the library is replaced (src/backup/restore-snapshot.ts), then the archive is scanned
 * by hash: moved originals are found, missing ones restored from the backup, photos newer than the backup imported
 * again, renditions made. Nothing existing is removed or replaced. A crash leaves a home that can be restored again;
 * photos being imported are in `work`, as after any other crash.
 */
import { randomUUID } from 'node:crypto';
import { join, relative, sep } from 'node:path';
import { markArchive, readOwner } from '../archive/archive.js';
import { checkApart } from '../backup/disjoint-folders.js';
import { blobPath } from '../backup/backup-folder.js';
import { checkReplaceable, openSnapshot, placeConfig, placeLibrary } from '../backup/restore-snapshot.js';
import type { Complete, ConfigOutcome } from '../backup/restore-snapshot.js';
import { systemClock as clock } from '../base/clock.js';
import type { Config } from '../base/config.js';
import { PhotospoolError, printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { silent } from '../base/log.js';
import { renew } from '../sync/renew-identity.js';
import { repair } from '../ingest/repair-home.js';
import { verifyHome, type VerifyFinding } from '../ingest/verify-home.js';
import { takeLock, type Lock } from '../spool/spool-lock.js';
import { openHome, type Home, type HomeParts } from './open-home.js';
import { ingestLater, takeLater, type ReadoptedOriginals } from './readopt-originals.js';
import { reindex } from './rebuild-catalog.js';
import { importWork } from '../spool/work-folder.js';
import { findServer } from './running-server.js';
import { filesOf } from './open-read-only.js';

/** Options of a restore. */
export interface RestoreOptions {
  /** The backup's folder, absolute. */
  folder: string;
  /** The name of a snapshot; default: the newest. */
  snapshot?: string;
  /** The archive is lost: starts with an empty one. */
  archiveLost?: boolean;
  /** The configuration of the home, read again: the backup may restore its file. */
  config: () => Config;
  progress?: (what: string, done: number, total: number) => void;
  /** For tests. */
  parts?: HomeParts;
}

/** The result of a restore. */
export interface Restored {
  config: Config;
  snapshot: Complete;
  /** The path of the previous library. */
  kept?: string;
  configFile: ConfigOutcome;
  /** Folders in the configuration that do not exist on this machine. */
  absent: string[];
  photos: number;
  /** The number of known originals now in the archive. */
  here: number;
  findings: VerifyFinding[];
  /** Photos in the archive that are newer than the backup. */
  later: ReadoptedOriginals;
}

/** Restores a home. @throws PhotospoolError before anything is changed if it can't be done. */
export async function restoreHome(options: RestoreOptions): Promise<Restored> {
  const { folder, progress = () => undefined } = options;
  const first = options.config();
  let files = filesOf(first);
  await checkApart(folder, [first.home, first.incoming, first.work, first.done, first.data]);
  const snapshot = await openSnapshot(folder, options.snapshot, files);
  const { server } = snapshot.manifest;
  await checkReplaceable(first, server, files);
  await checkIdle(first, files);
  const configFile = await placeConfig(snapshot, first.home, files);
  const config = options.config();
  files = filesOf(config);
  const absent = await missingFolders(config, files);
  const owner = await checkArchive(config, snapshot, options, files);
  const locks = await holdWork(config, files);
  let kept: string | undefined;
  try {
    kept = await placeLibrary(snapshot, config.data, clock.now(), files);
    if (owner === undefined) await markArchive(config.done, server, files);
  } catch (error) {
    locks.forEach((lock) => lock.release());
    throw error;
  }
  const home = await openHome(config, silent, { ...options.parts, secureDelete: true }).catch((error: unknown) => {
    locks.forEach((lock) => lock.release());
    throw error;
  });
  try {
    renew(home.db, randomUUID());
    home.library.local.trashDays.startAnew();
    const photos = home.library.count('photo:');
    await reindex(home.library, home.catalog, (done) => progress('Indexing', done, photos));
    const found = await look(home, options);
    const claims = await takeLater(found.findings, home, locks).finally(() => locks.forEach((lock) => lock.release()));
    const later = await ingestLater(claims, home);
    const findings = found.findings.filter((finding) => !claims.taken.has(finding));
    const lost = new Set(findings.filter((one) => !one.repaired && /^(missing|changed|unreadable)$/.test(one.kind)));
    const here = home.library.local.originals.counts().here - lost.size - later.stored;
    const told = { config, snapshot, configFile, absent, photos, here, findings, later };
    return { ...told, ...(kept !== undefined && { kept }) };
  } finally {
    await home.close();
  }
}

/** @throws PhotospoolError `locked` if a server runs on the home. */
async function checkIdle(config: Config, files: Files): Promise<void> {
  const server = await findServer(config);
  if (server) throw inUse(config, `the server at ${server.url} is using it.`);
  for (const work of [config.work, importWork(config.work)]) {
    if (!(await files.stat(work))) continue;
    const lock = takeLock(work);
    if (!lock) throw inUse(config, `another Photospool process is using ${work}.`);
    lock.release();
  }
}

function inUse(config: Config, message: string): PhotospoolError {
  return new PhotospoolError('locked', `${printable(config.home)} is in use: ${message}`, {
    path: config.home,
    hint: 'Stop it, then run the command again.',
  });
}

/** Locks the work folders, so that no other process starts working meanwhile. */
async function holdWork(config: Config, files: Files): Promise<Lock[]> {
  await checkIdle(config, files);
  await files.makeFolder(config.work);
  const lock = takeLock(config.work);
  if (!lock) throw inUse(config, `another Photospool process is using ${config.work}.`);
  return [lock];
}

const isIn = (folder: string, inner: string): boolean => `${inner}${sep}`.startsWith(`${folder}${sep}`);

/** The missing folders outside the home. */
async function missingFolders({ home, incoming, work, done }: Config, files: Files): Promise<string[]> {
  const outside = [incoming, work, done].filter((folder) => !isIn(home, folder));
  const found = await Promise.all(outside.map((folder) => files.stat(folder)));
  return outside.filter((_, n) => !found[n]);
}

/**
 * The id in the archive's mark; undefined if it has none and may get one: a folder in the home, one with originals of
 * the snapshot, or any if the archive is lost. An empty mount point is not taken for an empty archive.
 * @throws PhotospoolError `config` if it belongs to another library, `unusable` if it does not exist.
 */
async function checkArchive(
  config: Config,
  snapshot: Complete,
  options: RestoreOptions,
  files: Files,
): Promise<string | undefined> {
  const { server, originals } = snapshot.manifest;
  const { done, home } = config;
  const owner = await readOwner(done, files);
  if (owner !== undefined && owner !== server) {
    throw new PhotospoolError('config', `${printable(done)} is the archive of a different library.`, {
      path: done,
      hint: 'Set spool.done to the archive of this library, or to a new folder.',
    });
  }
  const unproven = owner === undefined && originals.listed > 0 && !isIn(home, done) && options.archiveLost !== true;
  if (!unproven || (await holdsListed(done, snapshot, files))) return owner;
  throw new PhotospoolError('unusable', `The archive ${printable(done)} is missing or empty.`, {
    path: done,
    hint: 'Mount its disk, choose another folder with --done, or use --archive-lost if the archive is permanently lost.',
  });
}

/** Whether a folder contains some of the originals in a snapshot's list. */
async function holdsListed(done: string, snapshot: Complete, files: Files): Promise<boolean> {
  const list = (await files.readText(join(snapshot.folder, 'originals.txt'))) ?? '';
  for (const line of list.split('\n').filter(Boolean).slice(0, 1000)) {
    if (await files.stat(join(done, ...line.slice(66).split('/')))) return true;
  }
  return false;
}

async function look(
  home: Home,
  { folder, progress = () => undefined }: RestoreOptions,
): Promise<{ findings: VerifyFinding[] }> {
  const { library, config, files } = home;
  const verified = await verifyHome({
    library,
    archive: config.done,
    blobs: join(config.data, 'blobs'),
    files,
    progress: (done, total) => progress('Verifying', done, total),
  });
  const total = verified.findings.length;
  await repair(verified.findings, {
    ...home,
    render: (path, format, asIs, develop) => home.decoders.render(path, format, asIs, develop),
    elsewhere: async (kind, sha256) => {
      const path = blobPath(folder, kind, sha256);
      return (await files.stat(path)) ? path : undefined;
    },
    progress: (done) => progress('Repairing', done, total),
  });
  return verified;
}

/** The path of a kept library, relative to the home if possible. */
export const shortPath = (path: string, { home }: Config): string => (isIn(home, path) ? relative(home, path) : path);
