/**
 * The folder of a backup: a mark with the id of its library, dated snapshots of the library, and originals and
 * renditions as files named by their SHA-256, shared by all snapshots (docs/guide/backup.md). A snapshot is complete if
 * it has its manifest, which is written last: an interrupted backup does not affect earlier ones. Nothing here is ever
 * replaced.
 */
import { join } from 'node:path';
import { errnoOf, PhotospoolError, printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { manifestName, parseManifest, type Manifest } from './snapshot-manifest.js';

/** The name of the file that marks the library of a backup folder. */
const markName = 'photospool-backup.json';
const snapshotsName = 'snapshots';

/** The files beside the snapshots. */
export type BackupBlobKind = 'originals' | 'renditions';

/** A snapshot in a backup. */
export interface Snapshot {
  /** The time it was made, UTC with dashes for colons: `2026-11-24T10-00-00.000Z`. */
  name: string;
  /** Its folder, absolute. */
  folder: string;
  /** Absent if the backup was interrupted: then the snapshot is unusable. */
  manifest?: Manifest;
}

/** The path of an original or a rendition in a backup, whether or not it exists. */
export const blobPath = (folder: string, kind: BackupBlobKind, sha256: string): string =>
  join(folder, kind, sha256.slice(0, 2), sha256);

/**
 * The id of the library of a backup folder; undefined if it is not one. @throws PhotospoolError `unusable`,
 * `newer-version`.
 */
export async function readMark(folder: string, files: Files): Promise<string | undefined> {
  const text = await files.readText(join(folder, markName));
  if (text === undefined) return undefined;
  const mark = parse(text) as { format?: unknown; server?: unknown } | undefined;
  if (typeof mark?.format === 'number' && mark.format > 1) throw newer(folder);
  if (typeof mark?.server === 'string') return mark.server;
  throw new PhotospoolError('unusable', `${printable(join(folder, markName))} is damaged.`, {
    path: folder,
    hint: 'The snapshots beside it may be intact. Write {"format":1,"server":"…"} into the file, with `server` from a manifest.json.',
  });
}

/**
 * Marks a folder as the backup of a library, unless it is marked already.
 * @throws PhotospoolError `usage` if it contains something else, or is the backup of another library.
 */
export async function markFolder(folder: string, server: string, files: Files): Promise<void> {
  const found = await readMark(folder, files);
  if (found === server) return;
  if (found !== undefined) {
    throw new PhotospoolError('usage', `${printable(folder)} is the backup of a different library.`, {
      path: folder,
      hint: 'Use a separate folder for each home.',
    });
  }
  const others = ((await files.list(folder)) ?? []).filter(({ name }) => !name.startsWith('.'));
  if (others.length > 0) {
    throw new PhotospoolError('usage', `${printable(folder)} contains files that don’t belong to a backup.`, {
      path: folder,
      hint: 'Choose an empty or new folder.',
    });
  }
  await files.makeFolder(folder);
  await files.sweep(folder);
  await files.write(join(folder, markName), `${JSON.stringify({ format: 1, server })}\n`);
}

/** All snapshots of a backup, the newest first. */
export async function listSnapshots(folder: string, files: Files): Promise<Snapshot[]> {
  const entries = (await files.list(join(folder, snapshotsName))) ?? [];
  const names = entries.filter(({ kind }) => kind === 'folder').map(({ name }) => name);
  const found: Snapshot[] = [];
  for (const name of names.sort().reverse()) {
    const path = join(folder, snapshotsName, name);
    const text = await files.readText(join(path, manifestName));
    const manifest = text === undefined ? undefined : parseManifest(text);
    found.push({ name, folder: path, ...(manifest && { manifest }) });
  }
  return found;
}

/** Creates the folder of a new snapshot. `now` in ms. */
export async function makeSnapshot(folder: string, now: number, files: Files): Promise<Snapshot> {
  const snapshots = join(folder, snapshotsName);
  await files.makeFolder(snapshots);
  for (let time = now; ; time++) {
    const name = new Date(time).toISOString().replaceAll(':', '-');
    const path = join(snapshots, name);
    try {
      await files.makeNewFolder(path);
      // The library contains private data.
      await files.setMode(path, 0o700);
      return { name, folder: path };
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }
}

/** Removes a snapshot; its manifest first, so that the leftovers of a crash do not count as a snapshot. */
export async function removeSnapshot({ folder }: Snapshot, files: Files): Promise<void> {
  await files.remove(join(folder, manifestName));
  for (const { path, kind } of (await files.list(folder)) ?? []) if (kind === 'file') await files.remove(path);
  await files.removeFolder(folder);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Invalid JSON is reported as damage.
    return undefined;
  }
}

function newer(folder: string): PhotospoolError {
  return new PhotospoolError('newer-version', `${printable(folder)} was written by a newer version of Photospool.`, {
    path: folder,
    hint: 'Install that version to restore it.',
  });
}
