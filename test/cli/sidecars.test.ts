/** Sidecars from the command line: in a running server they wait, are matched, and come back from a backup. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { PhotoView } from '../../src/document/photo-view.js';
import { filesBelow } from '../spool/sidecars.js';
import { xmp } from '../xmp.js';
import { makeHome } from './run.js';

const soon = { timeout: 120_000, interval: 200 };

it('wait in a server for their photo, and find one that arrived earlier', { timeout: 300_000 }, async () => {
  const home = makeHome();
  writeFileSync(join(home.incoming, 'IMG_1.jpg.xmp'), xmp({ title: 'early', rating: 2 }));
  const server = await home.serve();
  const ask = async <T>(path: string): Promise<T> => (await (await fetch(`${server.url}${path}`)).json()) as T;
  const ignored = async (): Promise<object[]> => (await ask<{ ignored: object[] }>('/api/spool')).ignored;
  await expect
    .poll(ignored, soon)
    .toEqual([{ name: 'IMG_1.jpg.xmp', reason: 'this XMP sidecar is waiting for its photo' }]);
  await home.drop('other.jpg', 2);
  const photos = async (): Promise<PhotoView[]> => (await ask<{ photos: PhotoView[] }>('/api/photos')).photos;
  const titles = async (): Promise<unknown> =>
    (await photos()).map(({ name, title, rating }) => [name, title, rating]).sort();
  await expect.poll(titles, soon).toEqual([['other.jpg', '', 0]]);
  await home.drop('IMG_1.jpg', 1);
  await expect.poll(titles, soon).toEqual([
    ['IMG_1.jpg', 'early', 2],
    ['other.jpg', '', 0],
  ]);
  await expect.poll(ignored, soon).toEqual([]);
  writeFileSync(join(home.incoming, 'other.xmp'), xmp({ title: 'late' }));
  await expect.poll(titles, soon).toEqual([
    ['IMG_1.jpg', 'early', 2],
    ['other.jpg', 'late', 0],
  ]);
  expect(filesBelow(home.incoming)).toEqual([]);
  expect(await server.stop()).toBe(0);
});

it('are included in a backup, and restored from it', { timeout: 300_000 }, async () => {
  const home = makeHome();
  await home.drop('IMG_1.jpg', 1);
  writeFileSync(join(home.incoming, 'IMG_1.jpg.xmp'), xmp({ title: 'kept', tags: ['rome'] }));
  expect((await home.run('process')).code).toBe(0);
  const before = [(await home.run('list', '--json')).out, filesBelow(home.archive)];
  const to = join(home.folder, '../backup');
  const made = await home.run('backup', to, '--originals', '--renditions', '--json');
  expect([made.code, made.err]).toEqual([0, '']);
  rmSync(home.folder, { recursive: true });
  expect((await home.run('restore', to)).code).toBe(0);
  expect([(await home.run('list', '--json')).out, filesBelow(home.archive)]).toEqual(before);
  expect(before[0]).toContain('kept');
  expect((await home.run('verify')).out).toMatch(/^2 originals checked, 0 missing/);
});
