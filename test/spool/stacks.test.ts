/** The sidecar of a shot with RAW and JPEG: one for both, in whichever order the three arrive (docs/sidecars.md). */
import sharp from 'sharp';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { raws } from '../photo/raws.js';
import { xmp } from '../xmp.js';
import { begin, title } from './sidecars.js';

const model = 'Model';
let jpeg: Buffer;
let raw: Buffer;
beforeAll(async () => {
  const picture = sharp({ create: { width: 60, height: 40, channels: 3, background: '#a63' } });
  const tags = { IFD0: { Make: 'NIKON CORPORATION', Model: model }, IFD2: { DateTimeOriginal: '2024:07:01 12:00:00' } };
  jpeg = await picture.clone().withExif(tags).jpeg().toBuffer();
  // Its date is that of the JPEG; its embedded picture differs.
  raw = raws['Nikon RAW (NEF)']!({ preview: await picture.jpeg({ quality: 70 }).toBuffer() });
});

type Bench = Awaited<ReturnType<typeof begin>>;
const titles = (bench: Bench): string[] => ['IMG_1.JPG', 'IMG_1.NEF'].map((name) => bench.shown(name).title);
const files = (): Record<string, Buffer | string> => ({
  'IMG_1.JPG': jpeg,
  'IMG_1.NEF': raw,
  'IMG_1.xmp': title('the shot'),
});

describe('IMG_1.xmp beside IMG_1.NEF and IMG_1.JPG', () => {
  test.each([
    ['together', [['IMG_1.JPG', 'IMG_1.NEF', 'IMG_1.xmp']]],
    ['last', [['IMG_1.JPG', 'IMG_1.NEF'], ['IMG_1.xmp']]],
    ['last, the JPEG before the RAW', [['IMG_1.JPG'], ['IMG_1.NEF'], ['IMG_1.xmp']]],
    ['first', [['IMG_1.xmp'], ['IMG_1.JPG', 'IMG_1.NEF']]],
  ])('applies to both, and is stored beside the RAW, if it arrives %s', async (_, passes) => {
    const bench = await begin();
    for (const names of passes) {
      for (const name of names) bench.drop(`day/${name}`, files()[name]!);
      expect(await bench.pass()).toMatchObject({ stuck: 0, stuckItems: [] });
    }
    expect(titles(bench)).toEqual(['the shot', 'the shot']);
    expect(bench.archive()).toEqual(['2024/07/IMG_1.JPG', '2024/07/IMG_1.NEF', '2024/07/IMG_1.xmp']);
    expect(bench.incoming()).toEqual([]);
    expect((await bench.verify()).findings).toEqual([]);
  });

  it('is one photo in the album, which the sidecar names', async () => {
    const bench = await begin();
    for (const [name, bytes] of Object.entries(files())) bench.drop(name, bytes);
    await bench.pass();
    const { ids } = bench.home.catalog.page(parseQuery(''));
    expect(ids).toEqual([bench.shown('IMG_1.JPG').id]);
  });
});

it('a sidecar with the full name belongs to that file alone', async () => {
  const bench = await begin();
  bench.drop('IMG_1.JPG', jpeg);
  bench.drop('IMG_1.NEF', raw);
  bench.drop('IMG_1.NEF.xmp', title('of the RAW'));
  bench.drop('IMG_1.JPG.xmp', title('of the JPEG'));
  expect(await bench.pass()).toMatchObject({ stored: 2, sidecars: 2 });
  expect(titles(bench)).toEqual(['of the JPEG', 'of the RAW']);
});

it('a RAW and a JPEG with one name from two shots are two photos: the sidecar identifies one, or waits', async () => {
  const bench = await begin();
  const other = await sharp({ create: { width: 60, height: 40, channels: 3, background: '#36a' } })
    .withExif({ IFD0: { Model: model }, IFD2: { DateTimeOriginal: '2024:07:02 08:00:00' } })
    .jpeg()
    .toBuffer();
  bench.drop('IMG_1.JPG', other);
  bench.drop('IMG_1.NEF', raw);
  await bench.pass();
  bench.drop('IMG_1.xmp', title('whose'));
  expect(await bench.pass()).toMatchObject({ ignored: 1 });
  expect((await bench.ignored())[0]!.reason).toMatch(/matches 2 photos/);
  bench.drop('IMG_1.xmp', xmp({ title: 'of the RAW', taken: '2024-07-01T12:00:00' }));
  expect(await bench.pass()).toMatchObject({ sidecars: 1, ignored: 0 });
  expect(titles(bench)).toEqual(['', 'of the RAW']);
});
