/** `photospool reindex`: drops the catalog and rebuilds it from the library. */
import { join } from 'node:path';
import { PhotospoolError } from '../../base/errors.js';
import { takeLock } from '../../spool/spool-lock.js';
import { openHome } from '../../home/open-home.js';
import { noHome, viewHome } from '../../home/open-read-only.js';
import { print, printJson } from '../output.js';
import { exit } from '../exit-codes.js';
import { counted } from '../../base/human-format.js';
import { openProgress } from '../progress-bar.js';
import { reindex as rebuild } from '../../home/rebuild-catalog.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';

/** The verb `reindex`. */
export const reindex: Verb = (program, run) => {
  addVerb(program, 'reindex', 'Rebuild the catalog from the library').action((flags: Flags) =>
    run(() => reindexHome(flags)),
  );
};

async function reindexHome(flags: Flags): Promise<number> {
  const config = configOf(flags);
  const view = await viewHome(config);
  if (!view) throw noHome(config);
  view.close();
  const home = await openHome(config);
  const lock = takeLock(config.work);
  const progress = openProgress();
  try {
    if (!lock) {
      throw new PhotospoolError('locked', `A server is using ${config.home}.`, {
        path: join(config.work, '.lock'),
        hint: 'Stop it, then run the command again.',
      });
    }
    const total = home.library.count('photo:');
    const began = Date.now();
    const photos = await rebuild(home.library, home.catalog, (done) => progress.show(done, total, 'Indexing'));
    progress.end();
    const seconds = (Date.now() - began) / 1000;
    if (flags.json) printJson({ photos, seconds });
    else print(`${counted(photos, 'photo')} indexed in ${seconds.toFixed(1)} s`);
    return exit.done;
  } finally {
    progress.end();
    lock?.release();
    await home.close();
  }
}
