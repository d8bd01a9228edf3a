import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { holdLock } from '../../src/spool/spool-lock.js';
import { makeHome } from '../cli/run.js';

const none = { stored: 0, duplicates: 0, stuck: 0, ignored: 0, seconds: 0 };

it('process --if-free exits at once if another pass is running, and makes one otherwise', async () => {
  const home = makeHome();
  await home.drop('a.jpg', 1);
  const work = join(home.folder, 'work');
  mkdirSync(work);
  const lock = holdLock(work);
  const busy = await home.run('process', '--if-free', '--json').finally(() => lock.release());
  expect({ ...busy, out: JSON.parse(busy.out) as unknown }).toEqual({ code: 0, out: none, err: '' });
  const free = await home.run('process', '--if-free', '--json');
  expect(JSON.parse(free.out)).toMatchObject({ stored: 1 });
});

it('process --if-free leaves the work to a running server', async () => {
  const home = makeHome();
  await home.serve();
  const { code, out } = await home.run('process', '--if-free', '--json');
  expect({ code, out: JSON.parse(out) as unknown }).toEqual({ code: 0, out: none });
});
