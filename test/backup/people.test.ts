/** A restored home in which people hold photos: what came after the backup is made nobody's, for nobody knows whose it is. */
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openHome } from '../../src/home/open-home.js';
import { openSpool } from '../../src/home/open-spool.js';
import { silent } from '../../src/base/log.js';
import { house, itemId, type Holder } from '../../src/document/item-id.js';
import { restoreHome } from '../../src/home/restore-home.js';
import { temporaryFolder } from '../folder.js';
import { backUp, configFor, filesBelow, hashOf, takeIn } from './homes.js';

const anna = '1'.padStart(26, '0');

it.each(['an item of a person', 'only the folder of a person'] as const)(
  'photos newer than a backup with %s have no holder until they are put into a folder',
  async (what) => {
    const folder = temporaryFolder();
    const [at, backup] = [join(folder, 'home'), join(folder, 'backup')];
    await takeIn(at, { 'a.jpg': 1 });
    const config = configFor(at, { workers: '1' });
    const before = await openHome(config);
    const a = hashOf(filesBelow(join(at, 'archive')).find((path) => path.endsWith('a.jpg'))!);
    const by = 'owner';
    before.library.update<object>(`person:${anna}`, (body) => ({
      ...{ format: 1, kind: 'person', name: { value: 'Anna', at: before.library.stampAfter(body), by } },
      role: { value: 'family', at: before.library.stampAfter(body), by },
    }));
    if (what === 'an item of a person')
      before.library.update(
        itemId({ holder: anna, sha256: a }),
        () => before.library.get(itemId({ holder: house, sha256: a }))!.body,
      );
    else before.library.local.personFolders.set('@anna', anna);
    await before.close();
    await backUp(at, backup);
    await takeIn(at, { 'later.jpg': 9 });
    const later = filesBelow(join(at, 'archive')).find((path) => path.endsWith('later.jpg'))!;
    const sha256 = hashOf(later);

    const restored = await restoreHome({ folder: backup, config: () => config });
    expect(restored.later).toEqual({ stored: 0, stuck: [], unassigned: 1 });
    expect(restored.findings).toMatchObject([{ kind: 'unknown', path: '2024/07/later.jpg', sha256 }]);

    const home = await openHome(config);
    const spool = await openSpool(home, silent);
    const has = (holder: Holder): boolean => home.library.get(itemId({ holder, sha256 })) !== undefined;
    try {
      expect([has(house), has(anna)]).toEqual([false, false]);
      // An owner says whose it is.
      home.library.local.personFolders.set('@anna', anna);
      mkdirSync(join(config.incoming, '@anna'));
      renameSync(later, join(config.incoming, '@anna', 'later.jpg'));
      const outcomes: string[] = [];
      spool.on(({ type }) => void outcomes.push(type));
      // A pass counts what came in for the house.
      expect(await spool.pass()).toMatchObject({ stored: 0, stuck: 0 });
      expect(outcomes.filter((type) => type !== 'incoming' && type !== 'item')).toEqual(['stored', 'summary']);
      expect([has(house), has(anna)]).toEqual([false, true]);
    } finally {
      await spool.close();
      await home.close();
    }
  },
);
