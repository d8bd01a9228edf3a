/**
 * `photospool import DIR`: ingests a tree of photos. By default the tree is left as it is; known bytes are counted, not
 * copied again; it can be interrupted and run again.
 */
import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { PhotospoolError } from '../../base/errors.js';
import { openLog } from '../../base/log.js';
import { openHome, type Home } from '../home.js';
import { importWork } from '../../spool/work.js';
import { openSpool } from '../spool.js';
import { quiet } from '../output.js';
import { addVerb, configOf, type Flags, type Verb } from '../verb.js';
import { runPass } from './process.js';

/** The verb `import`. */
export const importVerb: Verb = (program, run) => {
  addVerb(program, 'import', 'ingests a tree of photos, which is left as it is')
    .argument('<DIR>', 'the tree')
    .option('--move', 'move the files out of the tree instead of copying them')
    .action((folder: string, flags: Flags & { move?: boolean }) => run(() => importTree(resolve(folder), flags)));
};

async function importTree(named: string, flags: Flags & { move?: boolean }): Promise<number> {
  const folder = await realpath(named).catch(() => named);
  const config = configOf(flags);
  const log = openLog(quiet(config));
  const home = await openHome(config, log);
  try {
    await checkTree(folder, home);
    const spool = await openSpool(home, log, {
      incoming: folder,
      work: importWork(config.work),
      handOver: config.work,
      mode: flags.move ? 'move' : 'copy',
      settle: 0,
      countSeen: true,
    });
    return await runPass(spool, flags.json === true);
  } finally {
    await home.close();
  }
}

/** @throws PhotospoolError `usage` where the tree is no folder, or holds or lies in a folder of the home. */
async function checkTree(folder: string, { config, files }: Home): Promise<void> {
  if (!(await files.look(folder))?.isDirectory()) {
    throw new PhotospoolError('usage', `${folder} is no folder.`, {
      path: folder,
      hint: 'Name the folder that holds the photos.',
    });
  }
  for (const own of [config.incoming, config.work, config.done, config.data]) {
    const inside = `${own}${sep}`.startsWith(`${folder}${sep}`) || `${folder}${sep}`.startsWith(`${own}${sep}`);
    if (inside) {
      throw new PhotospoolError('usage', `${folder} and Photospool's own ${own} lie in one another.`, {
        path: folder,
        hint: 'Name a folder outside of the home.',
      });
    }
  }
}
