/** A public server that is put back from a backup: what is taken back after that is in none of its files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { silent } from '../../src/base/log.js';
import { openSqlite, type SqliteOptions } from '../../src/base/sqlite.js';
import { openHome } from '../../src/home/open-home.js';
import { openPublished } from '../../src/home/published-album.js';
import { restoreHome } from '../../src/home/restore-home.js';
import { temporaryFolder } from '../folder.js';
import { backUp, configFor, filesBelow } from './homes.js';

const secret = 'MARKED-TITLE';

/** A home whose album shows a photo with a marked title, that no home publishes any more. */
async function showing(home: string): Promise<void> {
  const open = await openPublished(configFor(home), silent);
  for (let n = 0; n < 20; n++)
    open.library.update(`photo:${String(n).padStart(64, '0')}`, () => ({
      format: 1,
      kind: 'photo',
      facts: { recipe: 1, type: 'image/jpeg', bytes: 0, width: 1, height: 1, tags: [], title: `${secret} ${n}` },
      renditions: { recipe: 1 },
      sidecars: {},
      sightings: {},
      edits: { audience: [{ value: 'public', at: open.library.stamp(), by: 'publisher' }] },
    }));
  await open.close();
}

const holding = (home: string): string[] => filesBelow(home).filter((path) => readFileSync(path).includes(secret));

it('restored in a new home', async () => {
  const at = temporaryFolder();
  const [home, other, to] = [join(at, 'home'), join(at, 'other'), join(at, 'backup')];
  await showing(home);
  await backUp(home, to);
  await restoreHome({ folder: to, config: () => configFor(other), archiveLost: true });
  expect(holding(other)).not.toEqual([]);
  await (await openPublished(configFor(other), silent)).close();
  expect(holding(other)).toEqual([]);
});

it('is opened the same way by every command, and other homes are not', async () => {
  const [home, other] = [temporaryFolder(), temporaryFolder()];
  await showing(home);
  const asked: (boolean | undefined)[] = [];
  const openDatabase: typeof openSqlite = (path, options: SqliteOptions = {}) => {
    asked.push(options.secureDelete);
    return openSqlite(path, options);
  };
  for (const at of [home, other]) await (await openHome(configFor(at), silent, { openDatabase })).close();
  expect(asked).toEqual([true, false]);
});
