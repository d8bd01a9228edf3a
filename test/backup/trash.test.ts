/** A backup from before the trash was emptied: the originals come back from where they were laid aside. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { restoreHome } from '../../src/home/restore-home.js';
import { temporaryFolder } from '../folder.js';
import { backUp, configFor, hashOf, takeIn } from './homes.js';

it('restores an original that is in the trash of the archive', async () => {
  const at = temporaryFolder();
  const [home, to] = [join(at, 'home'), join(at, 'backup')];
  await takeIn(home, { 'a.jpg': 1, 'b.jpg': 2 });
  await backUp(home, to);
  const [place, laid] = [join(home, 'archive/2024/07/a.jpg'), join(home, 'archive/trash/a.jpg')];
  const hash = hashOf(place);
  mkdirSync(join(home, 'archive/trash'));
  renameSync(place, laid);
  const { findings } = await restoreHome({ folder: to, config: () => configFor(home) });
  expect(findings).toMatchObject([{ kind: 'missing', path: '2024/07/a.jpg', sha256: hash, repaired: true }]);
  expect(findings[0]!.copies).toContain('trash/a.jpg');
  expect([hashOf(place), existsSync(laid)]).toEqual([hash, true]);
});
