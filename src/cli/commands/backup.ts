/** `photospool backup DIR`: a copy of the library that can be restored, made beside a running server. */
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { checkApart } from '../../backup/disjoint-folders.js';
import { makeBackup, type BackupReport } from '../../backup/create-backup.js';
import type { CopyResult } from '../../backup/copy-blobs.js';
import { remember } from '../../backup/backup-history.js';
import { systemClock as clock } from '../../base/clock.js';
import type { Config } from '../../base/config.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { openFiles } from '../../base/files.js';
import { openSqlite } from '../../base/sqlite.js';
import { takeLock } from '../../spool/spool-lock.js';
import { readStatus } from '../../spool/spool-status.js';
import { print, printJson, say } from '../output.js';
import { exit } from '../exit-codes.js';
import { counted } from '../../base/human-format.js';
import { duration, openProgress } from '../progress-bar.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';
import { version } from '../../home/version.js';
import { libraryPath, noHome } from '../../home/open-read-only.js';

interface BackupFlags extends Flags {
  originals?: boolean;
  renditions?: boolean;
  keep: number;
}

const positive = (text: string): number => {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Use a number from 1 to 9999.');
  return Number(text);
};

/** The verb `backup`. */
export const backup: Verb = (program, run) => {
  addVerb(program, 'backup', 'Back up the library and configuration to a folder; the server can keep running')
    .argument('<DIR>', 'backup folder for this home; only new files are copied')
    .option('--originals', 'include the originals (by default only if the filesystem supports reflinks)')
    .option('--renditions', 'include thumbnails and previews (they can be rendered again from the originals)')
    .option('--keep <N>', 'number of library snapshots to keep', positive, 7)
    .action((folder: string, flags: BackupFlags) => run(() => backupHome(resolve(folder), flags)));
};

async function backupHome(folder: string, flags: BackupFlags): Promise<number> {
  const config = configOf(flags);
  const files = openFiles();
  if (!(await files.stat(libraryPath(config)))) throw noHome(config);
  await checkApart(folder, [config.home, config.incoming, config.work, config.done, config.data]);
  const lock = takeLock(config.data);
  if (!lock) {
    const hint = 'Wait until it is finished.';
    throw new PhotospoolError('locked', `Another backup of ${config.home} is running.`, { path: config.data, hint });
  }
  const began = clock.now();
  const progress = openProgress();
  try {
    const report = await copyHome(folder, config, flags, (done, total) => progress.show(done, total, 'Backing up'));
    progress.end();
    await remember(config.data, { folder, at: new Date(clock.now()).toISOString() }, files);
    return await tell(report, config, flags, (clock.now() - began) / 1000);
  } finally {
    progress.end();
    lock.release();
  }
}

async function copyHome(
  folder: string,
  config: Config,
  flags: BackupFlags,
  progress: (done: number, total: number) => void,
): Promise<BackupReport> {
  const db = openSqlite(libraryPath(config), { readOnly: true });
  try {
    return await makeBackup(
      { db, config, files: openFiles(), clock, version },
      {
        folder,
        originals: flags.originals ? 'copy' : 'reflink',
        renditions: flags.renditions === true,
        keep: flags.keep,
        progress,
      },
    );
  } finally {
    db.close();
  }
}

async function tell(report: BackupReport, config: Config, flags: Flags, seconds: number): Promise<number> {
  const { name, folder, photos, originals, renditions, removed } = report;
  const { incoming, work, stuck } = await readStatus(config.incoming, config.work, openFiles());
  const outside = incoming + work.length + stuck.length;
  const failed = [...originals.failed, ...renditions.failed];
  const numbers = ({ listed, held, copied }: CopyResult): object => ({ listed, held, copied });
  if (flags.json) {
    const counts = { originals: numbers(originals), renditions: numbers(renditions) };
    printJson({ snapshot: name, photos, ...counts, failed: failed.length, removed, outside, seconds });
  } else {
    print(`${folder}: backed up the library with ${counted(photos, 'photo')} in ${duration(seconds)}`);
    for (const line of [describe('original', originals), describe('rendition', renditions)]) print(line);
    if (originals.held < originals.listed) print('Back up the archive separately, or use --originals.');
    if (outside > 0) print(`Not included: ${counted(outside, 'file')} in incoming and work.`);
  }
  for (const { path, reason } of failed) say(`not copied: ${printable(path)}: ${reason}`);
  return failed.length > 0 ? exit.stuck : exit.done;
}

const describe = (what: string, { listed, held, copied }: CopyResult): string =>
  `${held.toLocaleString('en')} of ${counted(listed, what)} included, ${copied.toLocaleString('en')} new`;
