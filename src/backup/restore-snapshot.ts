/**
 * Restores a snapshot in place of a library. Everything is checked before anything is changed; the previous library is
 * kept beside the new one under a dated name, and the new one takes its place with one rename: a crash leaves the old
 * one or the new one. Every opening of a library draws an epoch (library/sequences.ts), so that peers who have read
 * beyond the snapshot miss nothing.
 */
import { join } from 'node:path';
import type { Config } from '../base/config.js';
import { PhotospoolError, printable, toPhotospoolError } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { openSqlite } from '../base/sqlite.js';
import { checkPlace } from '../library/library-location.js';
import { libraryFormat } from '../library/library-format.js';
import { listSnapshots, readMark, type Snapshot } from './backup-folder.js';
import { configName, libraryName, type Manifest } from './snapshot-manifest.js';
import { checkSound } from './integrity-check.js';

/** A complete snapshot. */
export type Complete = Snapshot & { manifest: Manifest };

/**
 * Finds the snapshot to restore, the newest or the one of that name, and verifies every file in it by its hash.
 * @throws PhotospoolError `usage` if there is none, `corrupt` if it is damaged, `newer-version`.
 */
export async function openSnapshot(folder: string, name: string | undefined, files: Files): Promise<Complete> {
  if ((await readMark(folder, files)) === undefined) throw noBackup(folder);
  const all = (await listSnapshots(folder, files)).filter((one): one is Complete => one.manifest !== undefined);
  const chosen = name === undefined ? all[0] : all.find((one) => one.name === name);
  if (!chosen) throw noSnapshot(folder, name, all);
  if (chosen.manifest.libraryFormat > libraryFormat) {
    const message = `${printable(chosen.folder)} was created by the newer version ${printable(chosen.manifest.version)}.`;
    throw new PhotospoolError('newer-version', message, { hint: 'Install that version to restore it.' });
  }
  try {
    await checkFiles(chosen, files);
  } catch (error) {
    throw damaged(chosen, all, error);
  }
  return chosen;
}

async function checkFiles({ folder, manifest }: Complete, files: Files): Promise<void> {
  for (const [name, { sha256 }] of Object.entries(manifest.files)) {
    const path = join(folder, name);
    if ((await files.hash(path)).sha256 === sha256) continue;
    throw new PhotospoolError('corrupt', `${printable(path)} has changed since it was written.`, { path });
  }
  const db = openSqlite(join(folder, libraryName), { readOnly: true });
  try {
    checkSound(db);
  } finally {
    db.close();
  }
}

function damaged({ name, folder }: Complete, all: readonly Complete[], error: unknown): PhotospoolError {
  const cause = toPhotospoolError(error, 'read', folder);
  const older = all.find((one) => one.name < name);
  const hint = older ? `Restore an older one: --snapshot ${older.name}` : 'There is no older one.';
  return new PhotospoolError('corrupt', `The snapshot ${name} is damaged: ${cause.message}`, {
    path: folder,
    hint,
    cause,
  });
}

function noBackup(folder: string): PhotospoolError {
  return new PhotospoolError('usage', `${printable(folder)} is not a backup.`, {
    path: folder,
    hint: 'Choose a folder created by `photospool backup`.',
  });
}

function noSnapshot(folder: string, name: string | undefined, all: readonly Complete[]): PhotospoolError {
  const what = name === undefined ? 'no complete snapshot' : `no snapshot ${printable(name)}`;
  const hint =
    all.length === 0
      ? 'No backup to this folder has been completed yet.'
      : `Available snapshots: ${all.map((one) => one.name).join(', ')}.`;
  return new PhotospoolError('usage', `${printable(folder)} contains ${what}.`, { path: folder, hint });
}

/**
 * Checks whether the library in a home may be replaced. @throws PhotospoolError `usage` if it is a different one with
 * documents. An unreadable library may be replaced: it is kept under another name.
 */
export async function checkReplaceable(config: Config, server: string, files: Files): Promise<void> {
  const path = join(config.data, libraryName);
  if (!(await files.stat(path))) return;
  const found = readServer(path);
  if (!found || found.server === server || found.documents === 0) return;
  throw new PhotospoolError(
    'usage',
    `${printable(config.home)} contains a different library from the one in the backup.`,
    {
      path: config.home,
      hint: 'Restore to another home with --home.',
    },
  );
}

function readServer(path: string): { server: string; documents: number } | undefined {
  try {
    const db = openSqlite(path, { readOnly: true });
    try {
      return db
        .prepare<{ server: string; documents: number }>(
          'SELECT server, (SELECT count(*) FROM change) AS documents FROM library',
        )
        .get();
    } finally {
      db.close();
    }
  } catch {
    // A damaged library, or none: the reason to replace it.
    return undefined;
  }
}

/**
 * Puts the library of a snapshot into a home that is not in use. Returns where the previous one is kept, absent if
 * there was none. @throws PhotospoolError `corrupt`, `unusable` if a library can't be stored there, and disk errors.
 */
export async function placeLibrary(
  snapshot: Complete,
  data: string,
  now: number,
  files: Files,
): Promise<string | undefined> {
  await files.makeFolder(data);
  await files.setMode(data, 0o700);
  await checkPlace(data);
  await files.sweep(data);
  const path = join(data, libraryName);
  const fresh = join(data, `${libraryName}.restoring`);
  await files.remove(fresh);
  const copy = await files.copy(join(snapshot.folder, libraryName), fresh);
  if (copy.sha256 !== snapshot.manifest.files[libraryName]?.sha256) {
    await files.remove(fresh);
    throw new PhotospoolError(
      'corrupt',
      `${printable(snapshot.folder)} returned different data when it was read again.`,
      {
        path: snapshot.folder,
        hint: 'Check its disk.',
      },
    );
  }
  const stamp = new Date(now).toISOString().replaceAll(':', '-');
  const kept = (await files.stat(path)) ? await keepOld(path, `${path}.before-restore-${stamp}`, files) : undefined;
  await files.rename(fresh, path);
  return kept;
}

/** Keeps a copy of a library under another name; the original stays in its place. */
async function keepOld(path: string, kept: string, files: Files): Promise<string> {
  try {
    // Opening it checkpoints its write-ahead log.
    const db = openSqlite(path);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
  } catch {
    // Damaged: kept unchanged.
  }
  // SQLite would apply the write-ahead log of another library to the new one.
  const log = await files.stat(`${path}-wal`);
  for (const part of ['-wal', '-shm']) {
    if (log?.size === 0) await files.remove(path + part);
    else if (await files.stat(path + part)) await files.rename(path + part, kept + part);
  }
  await files.copy(path, kept);
  return kept;
}

/** What happened to the configuration. */
export type ConfigOutcome = 'restored' | 'kept' | 'same' | 'none';

/** Puts the configuration of a snapshot into a home without one; an existing one stays. */
export async function placeConfig(snapshot: Complete, home: string, files: Files): Promise<ConfigOutcome> {
  const text = await files.readText(join(snapshot.folder, configName));
  if (text === undefined) return 'none';
  const path = join(home, configName);
  const there = await files.readText(path);
  if (there !== undefined) return there === text ? 'same' : 'kept';
  await files.makeFolder(home);
  await files.write(path, text);
  return 'restored';
}
