/** Exports of iCloud Photos: which photo each row of their tables describes. */
import { expect, it } from 'vitest';
import { openFiles } from '../../src/base/files.js';
import { timeIn } from '../../src/importers/icloud-metadata.js';
import { openExport } from '../../src/importers/open-export.js';
import type { ImportPlan } from '../../src/importers/import-plan.js';
import type { PhotoView } from '../../src/document/photo-view.js';
import { makeHome } from '../cli/run.js';
import { bare, writeTree, writeZip, type Tree } from './make.js';

const head = 'imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate';
const row = (
  name: string,
  { favorite = 'no', hidden = 'no', deleted = 'no', date = 'Saturday June 4,2022 12:11 PM GMT' } = {},
): string => `${name},AfQj57ORF2JIumUCjO+PawZ9nqPg,${favorite},${hidden},${deleted},"${date}",10,"${date}"`;
const table = (...rows: string[]): string => [head, ...rows].join('\r\n');
const taken = Date.UTC(2022, 5, 4, 12, 11);

/** The plan of a folder; the photos here need no valid content, because nothing reads it. */
async function planOf(tree: Tree): Promise<ImportPlan> {
  const { plan, sources } = await openExport([writeTree(tree)], openFiles(), () => undefined);
  sources.close();
  return plan;
}
const saidOf = ({ photos }: ImportPlan): Record<string, unknown> =>
  Object.fromEntries(photos.map(({ entry, brought }) => [entry.path, brought]));

it.each([
  ['Saturday June 4,2022 12:11 PM GMT', taken],
  ['Tuesday December 17,2019 5:31 AM GMT', Date.UTC(2019, 11, 17, 5, 31)],
  ['Monday January 2,2023 12:05 AM GMT', Date.UTC(2023, 0, 2, 0, 5)],
  ['Monday February 30,2023 1:05 AM GMT', undefined],
  ['4.6.2022 12:11', undefined],
  ['', undefined],
])('the time of %s', (text, ms) => {
  expect(timeIn(text)).toBe(ms);
});

it('rows belong to the files of their folder; videos and edited versions to their originals', async () => {
  const plan = await planOf({
    'iCloud Photos Part 1 of 2/Photos/IMG_1.HEIC': 'a',
    'iCloud Photos Part 1 of 2/Photos/IMG_1.MOV': 'b',
    'iCloud Photos Part 1 of 2/Photos/IMG_E1.JPG': 'c',
    'iCloud Photos Part 1 of 2/Photos/IMG_1.AAE': 'd',
    'iCloud Photos Part 1 of 2/Photos/IMG_2.JPG': 'e',
    'iCloud Photos Part 1 of 2/Photos/IMG_3.JPG': 'f',
    'iCloud Photos Part 1 of 2/Photos/Photo Details.csv': table(
      row('IMG_1.HEIC', { favorite: 'yes' }),
      row('IMG_2.JPG', { hidden: 'yes' }),
    ),
    'iCloud Photos Part 1 of 2/Photos/Photo Details-1.csv': table(
      row('IMG_3.JPG', { deleted: 'yes' }),
      row('IMG_9.JPG'),
    ),
    'iCloud Photos Part 1 of 2/Recently Deleted/IMG_4.JPG': 'g',
    'iCloud Photos Part 2 of 2/Photos/IMG_2.JPG': 'h',
  });
  expect(plan.kind).toBe('icloud');
  const one = 'iCloud Photos Part 1 of 2/Photos';
  const favourite = { favourite: true, taken, added: taken };
  expect(saidOf(plan)).toEqual({
    [`${one}/IMG_1.HEIC`]: expect.objectContaining(favourite),
    [`${one}/IMG_1.MOV`]: expect.objectContaining(favourite),
    [`${one}/IMG_E1.JPG`]: expect.objectContaining(favourite),
    [`${one}/IMG_2.JPG`]: expect.objectContaining({ tags: ['hidden'], taken }),
    'iCloud Photos Part 2 of 2/Photos/IMG_2.JPG': undefined,
  });
  expect(plan.aside.map(({ path }) => path.split('/').at(-1)).sort()).toEqual(['IMG_1.AAE', 'IMG_3.JPG', 'IMG_4.JPG']);
  expect(plan.orphans).toEqual([{ path: `${one}/Photo Details-1.csv`, reason: 'lists IMG_9.JPG, which is missing' }]);
});

it('albums list names: an ambiguous one is not assigned, and reported', async () => {
  const plan = await planOf({
    'Part 1/Photos/IMG_1.JPG': 'a',
    'Part 1/Photos/IMG_2.JPG': 'b',
    'Part 2/Photos/IMG_2.JPG': 'c',
    'Part 1/Photos/Photo Details.csv': table(row('IMG_1.JPG')),
    'Part 1/Albums/Summer, and more.csv': 'Images\nIMG_1.JPG\nIMG_2.JPG\nIMG_3.JPG\n',
    'Part 1/Albums/Favorites.csv': 'imgName\nIMG_1.JPG\n',
    'Part 1/Albums/empty.csv': '',
    'Part 1/Memories/Then.csv': 'imageName\nIMG_1.JPG\n',
  });
  expect(saidOf(plan)).toEqual({
    'Part 1/Photos/IMG_1.JPG': expect.objectContaining({ albums: ['Summer, and more'], favourite: true }),
    'Part 1/Photos/IMG_2.JPG': undefined,
    'Part 2/Photos/IMG_2.JPG': undefined,
  });
  expect(plan.orphans.map(({ reason }) => reason)).toEqual([
    'lists IMG_2.JPG, but 2 photos have that name',
    'lists IMG_3.JPG, which is missing',
  ]);
});

it('of two rows with one name only equal values count', async () => {
  const plan = await planOf({
    'Photos/IMG_1.JPG': 'a',
    'Photos/Photo Details.csv': table(
      row('IMG_1.JPG', { favorite: 'yes', deleted: 'yes' }),
      row('IMG_1.JPG', { date: 'Saturday June 4,2022 1:11 PM GMT' }),
    ),
  });
  expect(saidOf(plan)).toEqual({ 'Photos/IMG_1.JPG': { name: 'Photo Details.csv', written: expect.any(Number) } });
});

it('is imported from ZIP parts', async () => {
  const home = makeHome();
  const part = 'iCloud Photos Part 1 of 1';
  const zip = await writeZip(`${part}.zip`, {
    [`${part}/Photos/IMG_1.JPG`]: await bare(1),
    [`${part}/Photos/Photo Details.csv`]: table(row('IMG_1.JPG', { favorite: 'yes', hidden: 'yes' })),
    [`${part}/Albums/Family.csv`]: 'Images\nIMG_1.JPG\n',
    [`${part}/Photos/broken.csv`]: '"',
  });
  const ran = await home.run('import', zip);
  expect(ran.out).toContain('1 album: Family (1)');
  expect(ran.out).toMatch(/broken.csv is not a readable CSV table/);
  expect(ran.code).toBe(1);
  expect(JSON.parse((await home.run('list', '--json')).out) as PhotoView).toMatchObject({
    favourite: true,
    tags: ['hidden'],
    albums: ['Family'],
    taken: '2022-06-04T12:11:00.000',
  });
});
