/** `.xmp` files in imports: in ZIP parts, and in folders that are moved. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { isTemporary } from '../../src/base/temporary-names.js';
import type { PhotoView } from '../../src/document/photo-view.js';
import { makeHome, type TestHome } from '../cli/run.js';
import { makePhoto } from '../picture.js';
import { xmp } from '../xmp.js';
import { googleJson, writeTree, writeZip } from './make.js';

const isLeft = (path: string): boolean => isTemporary(basename(path));
const year = 'Takeout/Google Photos/Photos from 2024';
const last = (out: string): Record<string, unknown> =>
  JSON.parse(out.trim().split('\n').at(-1)!) as Record<string, unknown>;

async function photosOf(home: TestHome): Promise<PhotoView[]> {
  const { out } = await home.run('list', '--json');
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PhotoView);
}
const archived = (home: TestHome): string[] =>
  readdirSync(home.archive, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.xmp'))
    .sort();

it('in ZIP parts are imported with their photos, once, whichever part these are in', { timeout: 300_000 }, async () => {
  const home = makeHome();
  const second = await makePhoto(2, { exif: { DateTimeOriginal: '2024:07:02 13:14:15' } });
  const parts = [
    await writeZip('trip-1.zip', {
      'trip/IMG_1.jpg.xmp': xmp({ title: 'Forum', rating: 4, tags: ['rome'] }),
      'trip/b/IMG_2.jpg': second,
      'trip/alone.jpg.xmp': xmp({ title: 'nobody' }),
      'trip/note.xmp': 'just a note',
    }),
    await writeZip('trip-2.zip', {
      'trip/IMG_1.jpg': await makePhoto(1),
      // From another folder it matches only if it states the second, so it has to be read.
      'trip/IMG_2.jpg.xmp': xmp({ title: 'Tiber', taken: '2024-07-02T13:14:15' }),
    }),
  ];
  const ran = await home.run('import', '--json', ...parts);
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(last(ran.out)).toMatchObject({ stored: 2, sidecars: 2, stuck: 0, ignored: 2 });
  const said = (await photosOf(home)).map(({ name, title, rating }) => [name, title, rating]).sort();
  expect(said).toEqual([
    ['IMG_1.jpg', 'Forum', 4],
    ['IMG_2.jpg', 'Tiber', 0],
  ]);
  expect(archived(home)).toEqual(['2024/07/IMG_1.jpg.xmp', '2024/07/IMG_2.jpg.xmp']);
  // No unpacked file is left.
  expect(readdirSync(join(home.folder, 'work'), { recursive: true, encoding: 'utf8' }).filter(isLeft)).toEqual([]);

  // A waiting sidecar is reported, and used once its photo arrives in any way.
  await home.drop('trip/alone.jpg', 3);
  expect((await home.run('process')).code).toBe(0);
  expect(last((await home.run('import', '--json', ...parts)).out)).toMatchObject({
    stored: 0,
    sidecars: 1,
    ignored: 1,
  });
  expect((await photosOf(home)).find(({ name }) => name === 'alone.jpg')!.title).toBe('nobody');
  expect((await home.run('verify')).out).toMatch(/^6 originals checked, 0 missing/);
});

it('in a ZIP apply to the photo beside them even if their bytes are known', { timeout: 300_000 }, async () => {
  const home = makeHome();
  const same = xmp({ title: 'both' });
  const first = await writeZip('a.zip', { 'IMG_1.jpg': await makePhoto(1), 'IMG_1.jpg.xmp': same });
  const other = await writeZip('b.zip', { 'IMG_2.jpg': await makePhoto(2), 'IMG_2.jpg.xmp': same });
  expect((await home.run('import', first)).code).toBe(0);
  expect((await home.run('import', other)).code).toBe(0);
  expect((await photosOf(home)).map(({ title }) => title)).toEqual(['both', 'both']);
  expect(archived(home)).toEqual(['2024/07/IMG_1.jpg.xmp']);
});

it(
  'of two photos with one name and folder, a sidecar belongs to the one in its ZIP',
  { timeout: 300_000 },
  async () => {
    const home = makeHome();
    const first = await writeZip('a.zip', { 'DCIM/IMG_1.jpg': await makePhoto(1) });
    const other = await writeZip('b.zip', {
      'DCIM/IMG_1.jpg': await makePhoto(2),
      'DCIM/IMG_1.jpg.xmp': xmp({ title: 'second' }),
    });
    expect((await home.run('import', first)).code).toBe(0);
    const ran = await home.run('import', '--json', other);
    expect(last(ran.out)).toMatchObject({ stored: 1, sidecars: 1, ignored: 0 });
    const photos = (await photosOf(home)).sort((a, b) => (a.added < b.added ? -1 : 1));
    expect(photos.map(({ title }) => title)).toEqual(['', 'second']);
  },
);

it('a damaged one is reported, and the others are imported', async () => {
  const home = makeHome();
  const zip = await writeZip('a.zip', {
    'IMG_1.jpg': await makePhoto(1),
    'IMG_1.jpg.xmp': xmp({ title: 'x'.repeat(40) }),
  });
  // The checksum in the central directory differs from that of the bytes.
  const bytes = readFileSync(zip);
  const entry = bytes.lastIndexOf('PK\x01\x02');
  bytes.writeUInt32LE(bytes.readUInt32LE(entry + 16) ^ 1, entry + 16);
  writeFileSync(zip, bytes);
  const ran = await home.run('import', zip);
  expect(ran.code).toBe(1);
  expect(ran.err).toMatch(/stuck: IMG_1\.jpg\.xmp: .*damaged/);
  expect(await photosOf(home)).toHaveLength(1);
});

it('an export imported by moving keeps unimported files, and no empty folder', { timeout: 300_000 }, async () => {
  const home = makeHome();
  const folder = writeTree({
    [`${year}/IMG_1.jpg`]: await makePhoto(1),
    [`${year}/IMG_1.jpg.json`]: googleJson('IMG_1.jpg', { description: 'said by Google' }),
    [`${year}/IMG_1.jpg.xmp`]: xmp({ rating: 4 }),
    [`${year}/gone.jpg`]: await makePhoto(2),
    [`${year}/gone.jpg.json`]: googleJson('gone.jpg', { trashed: true }),
    'Takeout/Google Photos/Trip/IMG_3.jpg': await makePhoto(3),
  });
  const ran = await home.run('import', '--move', '--json', folder);
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(last(ran.out)).toMatchObject({ stored: 2, sidecars: 1, export: { kind: 'takeout', aside: 1 } });
  const photos = await photosOf(home);
  expect(photos.find(({ name }) => name === 'IMG_1.jpg')).toMatchObject({ description: 'said by Google', rating: 4 });
  expect(readdirSync(join(folder, year)).sort()).toEqual(['IMG_1.jpg.json', 'gone.jpg', 'gone.jpg.json']);
  expect(existsSync(join(folder, 'Takeout/Google Photos/Trip'))).toBe(false);
});
