/**
 * Creates a backup while the home is in use. The library is copied as of one instant, then the files that it names, and
 * the manifest is written last. A crash, a full disk or an abort leaves earlier snapshots unchanged, and blobs that the
 * next backup need not copy again. Damage is not propagated: if the copy fails the integrity check, the backup ends,
 * and nothing older is removed.
 */
import { join } from 'node:path';
import { originalPath } from '../archive/archive.js';
import type { Clock } from '../base/clock.js';
import type { Config } from '../base/config.js';
import { PhotospoolError, printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { openSqlite, type Sqlite } from '../base/sqlite.js';
import { openLibrary, type Library } from '../library/library.js';
import { libraryFormat } from '../library/library-format.js';
import { copyBlobs, type CopyResult } from './copy-blobs.js';
import { listSnapshots, makeSnapshot, markFolder, removeSnapshot, type Snapshot } from './backup-folder.js';
import { configName, libraryName, listName, manifestName, type Manifest } from './snapshot-manifest.js';
import { checkSound } from './integrity-check.js';
import { originalsOf, renditionsOf } from './backup-contents.js';

/** The dependencies of a backup. */
export interface BackupParts {
  /** The library's database, open for reading. */
  db: Sqlite;
  config: Config;
  files: Files;
  clock: Clock;
  version: string;
}

/** Options of a backup. */
export interface BackupOptions {
  folder: string;
  /** Whether originals are copied: always, or only if the disk can share their blocks (reflink). */
  originals: 'copy' | 'reflink';
  renditions: boolean;
  /** How many snapshots are kept, including this one. */
  keep: number;
  progress?: (done: number, total: number) => void;
}

/** The result of a backup. */
export interface BackupReport {
  /** The name and folder of the snapshot. */
  name: string;
  folder: string;
  photos: number;
  originals: CopyResult;
  renditions: CopyResult;
  /** The number of older snapshots removed. */
  removed: number;
}

/**
 * Creates a snapshot. One at a time for each home. @throws PhotospoolError `usage` if the folder can't be the backup of
 * this library, `corrupt` if the library is damaged, and disk errors.
 */
export async function makeBackup(parts: BackupParts, options: BackupOptions): Promise<BackupReport> {
  const { db, config, files, clock } = parts;
  const { folder } = options;
  await markFolder(folder, openLibrary(db, { readOnly: true }).server, files);
  await clean(folder, files);
  const snapshot = await makeSnapshot(folder, clock.now(), files);
  const copy = join(snapshot.folder, libraryName);
  // Leaves no temporary content between the pages of the copy: a public server restored from it must be able to erase
  // withdrawn photos completely.
  const { secure_delete: before } = db.prepare<{ secure_delete: number }>('PRAGMA secure_delete').get()!;
  db.exec('PRAGMA secure_delete = ON');
  db.prepare('VACUUM INTO ?').run(copy);
  db.exec(`PRAGMA secure_delete = ${before}`);
  await files.flush(copy);
  const report = await readCopy(copy, async (library) => {
    const toml = await files.readText(join(config.home, configName));
    if (toml !== undefined) await files.write(join(snapshot.folder, configName), toml);
    await files.write(join(snapshot.folder, listName), listOf(library));
    return copyNamed(library, parts, options);
  });
  await writeManifest(snapshot, report, parts);
  const removed = await prune(options, files);
  return { name: snapshot.name, folder: snapshot.folder, ...report, removed };
}

/** Removes leftovers of interrupted backups: snapshots without a manifest, temporary files. */
async function clean(folder: string, files: Files): Promise<void> {
  await files.sweep(folder);
  for (const old of await listSnapshots(folder, files)) if (!old.manifest) await removeSnapshot(old, files);
  for (const kind of ['originals', 'renditions']) {
    for (const { path } of (await files.list(join(folder, kind))) ?? []) await files.sweep(path);
  }
}

type Content = Pick<BackupReport, 'photos' | 'originals' | 'renditions'> &
  Pick<Manifest, 'server' | 'epoch' | 'change'>;

/** Opens the copy, which no other process writes to, checks its integrity, runs `work` and closes it. */
async function readCopy<T>(path: string, work: (library: Library) => Promise<T>): Promise<T> {
  const db = openSqlite(path, { readOnly: true });
  try {
    checkSound(db);
    return await work(openLibrary(db, { readOnly: true }));
  } finally {
    db.close();
  }
}

function listOf(library: Library): string {
  const lines = [...originalsOf(library)].map(({ sha256, path }) => `${sha256}  ${path}\n`);
  return lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('');
}

async function copyNamed(library: Library, parts: BackupParts, options: BackupOptions): Promise<Content> {
  const { config, files } = parts;
  const { folder, progress = () => undefined } = options;
  const originals = [...originalsOf(library)].map((row) => ({ ...row, from: originalPath(config.done, row.path) }));
  const renditions = [...renditionsOf(library)].map((one) => ({
    ...one,
    from: join(config.data, 'blobs', one.sha256.slice(0, 2), one.sha256),
  }));
  const total = originals.length + renditions.length;
  const copied = {
    renditions: await copyBlobs(
      { folder, kind: 'renditions', files },
      renditions,
      options.renditions ? 'copy' : 'none',
      {
        done: (n) => progress(n, total),
      },
    ),
    originals: await copyBlobs({ folder, kind: 'originals', files }, originals, options.originals, {
      done: (n) => progress(renditions.length + n, total),
    }),
  };
  const { server, epoch } = library;
  return { ...copied, photos: library.count('photo:'), server, epoch, change: library.lastChange() };
}

async function writeManifest({ folder }: Snapshot, content: Content, parts: BackupParts): Promise<void> {
  const { files, clock, version } = parts;
  const { home, incoming, work, done } = parts.config;
  const { server, epoch, change, photos } = content;
  const held = ({ listed, held }: CopyResult): Manifest['originals'] => ({ listed, held });
  const manifest: Manifest = {
    format: 1,
    at: new Date(clock.now()).toISOString(),
    version,
    server,
    libraryFormat,
    epoch,
    change,
    photos,
    originals: held(content.originals),
    renditions: held(content.renditions),
    folders: { home, incoming, work, done },
    files: {},
  };
  for (const name of [libraryName, configName, listName]) {
    const path = join(folder, name);
    if (await files.stat(path)) manifest.files[name] = await files.hash(path);
  }
  const written = await files.write(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
  if (written === 'moved') return;
  throw new PhotospoolError('conflict', `Another program wrote into ${printable(folder)}.`, { path: folder });
}

/**
 * Removes the oldest snapshots beyond the number to keep. Originals and renditions stay, even if no snapshot names
 * them.
 */
async function prune({ folder, keep }: BackupOptions, files: Files): Promise<number> {
  const old = (await listSnapshots(folder, files)).filter(({ manifest }) => manifest).slice(keep);
  for (const snapshot of old) await removeSnapshot(snapshot, files);
  return old.length;
}
