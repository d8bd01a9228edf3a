/** Homes with photos, for tests of backups: created once with the real parts, then copied for each case. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBackup, type BackupOptions, type BackupReport } from '../../src/backup/create-backup.js';
import { systemClock } from '../../src/base/clock.js';
import { readConfig, type Config } from '../../src/base/config.js';
import { openFiles, type Files } from '../../src/base/files.js';
import { silent } from '../../src/base/log.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { openHome } from '../../src/home/open-home.js';
import { openSpool } from '../../src/home/open-spool.js';
import { libraryPath } from '../../src/home/open-read-only.js';
import { hashOf as hashOfBytes } from '../../torture/world.js';
import { makePhoto } from '../picture.js';
import { sharedReaders } from '../readers.js';

export { filesBelow } from '../../torture/world.js';

/** A folder that exists until `remove` is called. */
export function keptFolder(): { folder: string; remove: () => void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'photospool-backup-')));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** The configuration of a home with these command line flags. */
export const configFor = (home: string, flags: Record<string, unknown> = {}): Config =>
  readConfig(home, { settle: '0', workers: '2', ...flags }, {});

/** Imports photos into a home, by name and seed; `during` runs meanwhile. */
export async function takeIn(
  home: string,
  photos: Record<string, number>,
  during?: () => Promise<unknown>,
): Promise<void> {
  const config = configFor(home);
  mkdirSync(config.incoming, { recursive: true });
  for (const [name, seed] of Object.entries(photos)) writeFileSync(join(config.incoming, name), await makePhoto(seed));
  const open = await openHome(config, silent, sharedReaders());
  const spool = await openSpool(open, silent);
  await Promise.all([spool.pass(), during?.()]);
  await spool.close();
  await open.close();
}

/** Backs a home up. */
export async function backUp(
  home: string,
  folder: string,
  options: Partial<BackupOptions> = {},
  files: Files = openFiles(),
): Promise<BackupReport> {
  const config = configFor(home);
  const db = openSqlite(libraryPath(config), { readOnly: true });
  try {
    return await makeBackup(
      { db, config, files, clock: systemClock, version: '1.2.3' },
      { folder, originals: 'reflink', renditions: false, keep: 7, ...options },
    );
  } finally {
    db.close();
  }
}

/** The SHA-256 of a file as hex. */
export const hashOf = (path: string): string => hashOfBytes(readFileSync(path));

/** Copies a folder, including times. */
export const copyFolder = (from: string, to: string): void =>
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
