/**
 * `photospool import PATH…`: ingests a tree of photos, or an export of Google Takeout or iCloud Photos, in folders or
 * archives (ZIP, TAR). By default the source stays unchanged; known bytes are counted, not copied again; it can be
 * interrupted and run again.
 */
import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { Config } from '../../base/config.js';
import { PhotospoolError } from '../../base/errors.js';
import type { Files } from '../../base/files.js';
import { openLog } from '../../base/log.js';
import { openExport, type Export } from '../../importers/open-export.js';
import { isPart } from '../../importers/export-files.js';
import { importWork } from '../../spool/work-folder.js';
import { dryRun, importExport, type ImportFlags } from '../run-import.js';
import { openHome } from '../../home/open-home.js';
import { openSpool } from '../../home/open-spool.js';
import { quiet } from '../output.js';
import { openProgress } from '../progress-bar.js';
import { addVerb, configOf, type Verb } from '../command.js';
import { filesOf } from '../../home/open-read-only.js';
import type { Holder } from '../../document/item-id.js';
import { holderCalled } from '../with-access.js';
import { runPass } from './process.js';

/** The verb `import`. */
export const importVerb: Verb = (program, run) => {
  addVerb(program, 'import', 'Import photos from folders, ZIP or TAR files; the sources are not changed')
    .argument('<PATH...>', 'folder, or all parts of an export (Google Takeout, iCloud Photos)')
    .option('--move', 'move files instead of copying them')
    .option('--for <PERSON>', 'person whose library to import into (default: the family library)')
    .option('--dry-run', 'show what would be imported, without importing it')
    .option('--report <FILE>', 'write the result for each photo of an export to a new JSON file')
    .action((paths: string[], flags: ImportFlags) => run(() => importPaths(paths, flags)));
};

async function importPaths(named: readonly string[], flags: ImportFlags): Promise<number> {
  const config = configOf(flags);
  const files = filesOf(config);
  const paths = await Promise.all(
    [...new Set(named)].map((path) => realpath(resolve(path)).catch(() => resolve(path))),
  );
  for (const path of paths) await checkPath(path, config, files, flags.move === true);
  const holder = await holderCalled(config, flags.for);
  const found = await look(paths, files);
  try {
    if (flags.dryRun) return await dryRun(found, paths, config, files, flags, holder);
    if (found.plan.kind !== 'folder' || paths.length > 1 || paths.some(isPart) || flags.report !== undefined)
      return await importExport(found, paths, config, flags, holder);
    return await importTree(paths[0]!, config, flags, holder);
  } finally {
    found.sources.close();
  }
}

/** Opens the import with a progress line: an export has hundreds of thousands of small files. */
async function look(paths: readonly string[], files: Files): Promise<Export> {
  const progress = openProgress();
  try {
    return await openExport(paths, files, (read, of) => progress.show(read, of, 'Reading metadata'));
  } finally {
    progress.end();
  }
}

async function importTree(folder: string, config: Config, flags: ImportFlags, holder?: Holder): Promise<number> {
  const log = openLog(quiet(config));
  const home = await openHome(config, log);
  try {
    const spool = await openSpool(home, log, {
      incoming: folder,
      work: importWork(config.work),
      handOver: config.work,
      mode: flags.move ? 'move' : 'copy',
      settle: 0,
      countSeen: true,
      ...(holder !== undefined && { holder }),
    });
    return await runPass(spool, flags.json === true);
  } finally {
    await home.close();
  }
}

/**
 * @throws PhotospoolError `usage` if a path can't be imported: no folder or archive, or inside a folder of the home.
 */
async function checkPath(path: string, config: Config, files: Files, move: boolean): Promise<void> {
  const found = await files.stat(path);
  if (!found?.isDirectory() && !(found?.isFile() && isPart(path))) {
    throw new PhotospoolError('usage', `${path} is not a folder, ZIP or TAR file.`, {
      path,
      hint: 'Give the folder with the photos, or all parts of an export.',
    });
  }
  if (move && !found.isDirectory())
    throw new PhotospoolError('usage', `${path} is an archive file: photos can't be moved out of it.`, {
      path,
      hint: 'Import it without --move.',
    });
  for (const own of [config.incoming, config.work, config.done, config.data]) {
    const inside = `${own}${sep}`.startsWith(`${path}${sep}`) || `${path}${sep}`.startsWith(`${own}${sep}`);
    if (inside) {
      throw new PhotospoolError('usage', `${path} overlaps with Photospool's own folder ${own}.`, {
        path,
        hint: 'Import from a folder outside the home.',
      });
    }
  }
}
