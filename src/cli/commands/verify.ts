/**
 * `photospool verify`: checks library, archive and renditions. Changes nothing, unless `--repair` adopts moved
 * originals and renders missing renditions; it never removes or replaces anything.
 */
import { join } from 'node:path';
import { checkSound, cure } from '../../backup/integrity-check.js';
import type { Config } from '../../base/config.js';
import { PhotospoolError, toPhotospoolError } from '../../base/errors.js';
import { openFiles } from '../../base/files.js';
import { openSqlite } from '../../base/sqlite.js';
import { repair } from '../../ingest/repair-home.js';
import { verifyHome, type Verified } from '../../ingest/verify-home.js';
import type { Library } from '../../library/library.js';
import { openHome } from '../../home/open-home.js';
import { print, printJson } from '../output.js';
import { exit } from '../exit-codes.js';
import { counted } from '../../base/human-format.js';
import { openProgress, type ProgressBar } from '../progress-bar.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';
import { backupsOf, count, isTrouble, tellFindings, type VerifyTally } from '../verify-and-repair.js';
import { filesOf, libraryPath, noHome, viewHome } from '../../home/open-read-only.js';

/** The verb `verify`. */
export const verify: Verb = (program, run) => {
  addVerb(program, 'verify', 'Check for missing, changed, moved or unknown originals and renditions')
    .option('--repair', 'adopt moved originals and render missing renditions; nothing is removed')
    .action((flags: Flags & { repair?: boolean }) => run(() => checkHome(flags)));
};

async function checkHome(flags: Flags & { repair?: boolean }): Promise<number> {
  const config = configOf(flags);
  await checkLibrary(config);
  const progress = openProgress();
  try {
    const verified = flags.repair ? await mend(config, progress) : await look(config, progress);
    progress.end();
    tellFindings(verified.findings, flags.json === true);
    const { checked, findings } = verified;
    if (flags.json) printJson(asJson(checked, count(findings)));
    else print(describe(checked, count(findings)));
    return findings.some(isTrouble) ? exit.stuck : exit.done;
  } finally {
    progress.end();
  }
}

/** @throws PhotospoolError `config` if there is no library, `corrupt` if it is damaged. */
async function checkLibrary(config: Config): Promise<void> {
  if (!(await openFiles().stat(libraryPath(config)))) throw noHome(config);
  try {
    const db = openSqlite(libraryPath(config), { readOnly: true });
    try {
      checkSound(db);
    } finally {
      db.close();
    }
  } catch (error) {
    const { code, message, path } = toPhotospoolError(error, 'check', libraryPath(config));
    if (code !== 'corrupt') throw error;
    throw new PhotospoolError('corrupt', message, { hint: cure, cause: error, ...(path !== undefined && { path }) });
  }
}

async function look(config: Config, progress: ProgressBar): Promise<Verified> {
  const view = await viewHome(config);
  if (!view) throw noHome(config);
  try {
    return await check(view.library, config, progress);
  } finally {
    view.close();
  }
}

async function check(library: Library, config: Config, progress: ProgressBar): Promise<Verified> {
  const files = filesOf(config);
  return verifyHome({
    library,
    archive: config.done,
    blobs: join(config.data, 'blobs'),
    files,
    backups: await backupsOf(config, files),
    progress: (done, total) => progress.show(done, total, 'Verifying'),
  });
}

async function mend(config: Config, progress: ProgressBar): Promise<Verified> {
  const home = await openHome(config);
  try {
    const verified = await check(home.library, config, progress);
    const total = verified.findings.length;
    const tell = (done: number): void => progress.show(done, total, 'Repairing');
    await repair(verified.findings, {
      ...home,
      render: (path, format, asIs, develop) => home.decoders.render(path, format, asIs, develop),
      progress: tell,
    });
    return verified;
  } finally {
    await home.close();
  }
}

/** The counts in the original form, with newer ones only if there are any. */
function asJson(checked: number, { moved, renditions, repaired, ...counts }: VerifyTally): object {
  const more = Object.entries({ moved, renditions, repaired }).filter(([, n]) => n > 0);
  return { checked, ...counts, ...Object.fromEntries(more) };
}

function describe(checked: number, tally: VerifyTally): string {
  const { missing, changed, unknown, unreadable, moved, renditions, repaired } = tally;
  const parts = [`${missing} missing`, `${changed} changed`, `${unknown} unknown`, `${unreadable} unreadable`];
  if (moved > 0) parts.push(`${moved} moved`);
  if (renditions > 0) parts.push(`${counted(renditions, 'photo')} with missing or damaged renditions`);
  if (repaired > 0) parts.push(`${repaired} repaired`);
  if (moved + renditions > 0) parts.push('run again with --repair');
  return `${counted(checked, 'original')} checked, ${parts.join(', ')}`;
}
