/**
 * `import` of Google Takeouts from the command line: the photos, and which of the export's descriptions are imported.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { PhotoView } from '../../src/document/photo-view.js';
import { makeHome, type TestHome } from '../cli/run.js';
import { makePhoto } from '../picture.js';
import { albumJson, bare, googleJson, writeTree, writeZip } from './make.js';

const year = 'Takeout/Google Photos/Photos from 2024';
const trip = 'Takeout/Google Photos/Trip';
const last = (out: string): Record<string, unknown> =>
  JSON.parse(out.trim().split('\n').at(-1)!) as Record<string, unknown>;
const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

async function photosOf(home: TestHome): Promise<Map<string, PhotoView>> {
  const { out } = await home.run('list', '--json');
  const lines = out.trim() === '' ? [] : out.trim().split('\n');
  return new Map(lines.map((line) => JSON.parse(line) as PhotoView).map((photo) => [photo.name, photo]));
}

/** Names, sizes and times of all files in a tree, which an import must not change. */
const stateOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => `${path} ${statSync(join(folder, path)).mtimeMs} ${statSync(join(folder, path)).size}`);

it('imports ZIP parts with all metadata, the JSON in another part than its photo', { timeout: 300_000 }, async () => {
  const home = makeHome();
  const shared = await makePhoto(1);
  const said = {
    description: 'At the lake &amp; beyond',
    favorited: true,
    people: [{ name: 'Ada' }, { name: '' }],
    geoData: { latitude: 47.3, longitude: 8.5, altitude: 408 },
  };
  const parts = [
    await writeZip('takeout-20260101T000000Z-001.zip', {
      [`${year}/IMG_1.jpg`]: shared,
      [`${year}/IMG_2.jpg`]: await bare(2),
      [`${year}/gone.jpg`]: await bare(3),
      [`${year}/gone.jpg.json`]: googleJson('gone.jpg', { trashed: true }),
      [`${trip}/IMG_1.jpg`]: shared,
      'Takeout/archive_browser.html': '<html></html>',
    }),
    await writeZip(
      'takeout-20260101T000000Z-002.zip',
      {
        [`${year}/IMG_1.jpg.supplemental-metadata.json`]: googleJson('IMG_1.jpg', said),
        [`${year}/IMG_2.jpg.supplemental-me.json`]: googleJson('IMG_2.jpg', { archived: true }),
        [`${year}/lonely.jpg.json`]: googleJson('lonely.jpg'),
        [`${trip}/Metadaten.json`]: albumJson('Trip &amp; more'),
        [`${trip}/IMG_1.jpg.supplemental-metadata.json`]: googleJson('IMG_1.jpg', said),
      },
      { zip64: true },
    ),
  ];
  const before = parts.map(hashOf);

  const dry = await home.run('import', '--dry-run', '--json', ...parts);
  expect(last(dry.out)).toMatchObject({ dryRun: true, stored: 2, duplicates: 1 });
  expect(readdirSync(home.folder)).toEqual(['incoming']);

  const report = join(home.folder, '..', 'report.json');
  const ran = await home.run('import', '--json', '--report', report, ...parts);
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(last(ran.out)).toMatchObject({
    stored: 2,
    duplicates: 1,
    stuck: 0,
    export: {
      kind: 'takeout',
      photos: 3,
      matched: 3,
      unmatched: 0,
      orphans: 1,
      metadata: 6,
      albums: [{ title: 'Trip & more', photos: 1 }],
      aside: 2,
    },
  });
  const photos = await photosOf(home);
  expect([...photos.keys()].sort()).toEqual(['IMG_1.jpg', 'IMG_2.jpg']);
  expect(photos.get('IMG_1.jpg')).toMatchObject({
    description: 'At the lake & beyond',
    favourite: true,
    tags: ['people/Ada'],
    albums: ['Trip & more'],
    gps: { lat: 47.3, lon: 8.5, alt: 408 },
    taken: '2024-07-01T12:00:00.000',
    takenSource: 'exif',
    audience: 'private',
  });
  expect(photos.get('IMG_2.jpg')).toMatchObject({
    tags: ['archived'],
    albums: [],
    taken: '2024-07-01T10:00:00.000',
    takenSource: 'sidecar',
  });
  const written = JSON.parse(readFileSync(report, 'utf8')) as { photos: { path: string; sha256?: string }[] };
  expect(written.photos.filter(({ sha256 }) => sha256 !== undefined)).toHaveLength(3);
  expect(written).toMatchObject({ orphans: [{ path: `${year}/lonely.jpg.json` }] });

  // Again: nothing new, no duplicate.
  const again = await home.run('import', '--json', ...parts);
  expect(last(again.out)).toMatchObject({ stored: 0, duplicates: 3 });
  expect(await photosOf(home)).toEqual(photos);
  expect(parts.map(hashOf)).toEqual(before);
});

it('reports a broken part, and imports the others', async () => {
  const home = makeHome();
  const good = await writeZip('takeout-x-001.zip', { [`${year}/a.jpg`]: await bare(1) });
  const cut = await writeZip('takeout-x-003.zip', { [`${year}/b.jpg`]: await bare(2) });
  truncateSync(cut, 200);
  const ran = await home.run('import', good, cut);
  expect(ran.code).toBe(1);
  expect(ran.out).toContain('Missing part: takeout-x-002.zip');
  expect(ran.out).toMatch(/is not a complete ZIP file/);
  expect((await photosOf(home)).size).toBe(1);
  expect(await home.run('import', cut)).toMatchObject({ code: 3 });
  expect(await home.run('import', '--move', good)).toMatchObject({ code: 2 });
});

it('imports a folder the same way, and leaves it unchanged', async () => {
  const home = makeHome();
  const tree = writeTree({
    [`${year}/IMG_1.jpg`]: await bare(1),
    [`${year}/IMG_1.jpg.json`]: googleJson('IMG_1.jpg', { description: 'one' }),
    [`${year}/IMG_1-bearbeitet.jpg`]: await bare(2),
    [`${trip}/metadata.json`]: albumJson('Trip'),
    // The JSON in the album names a photo that exists only in the folder of its year.
    [`${trip}/IMG_1.jpg.json`]: googleJson('IMG_1.jpg', { description: 'one' }),
    [`${trip}/20240701_120000.jpg`]: await bare(3),
    [`${trip}/20240701_120000.jpg.json`]: googleJson('20240701_120000.jpg'),
  });
  const before = stateOf(tree);
  const ran = await home.run('import', tree, '--json');
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(last(ran.out)).toMatchObject({ stored: 3, export: { matched: 3, orphans: 0 } });
  const photos = await photosOf(home);
  expect(photos.get('IMG_1.jpg')).toMatchObject({ description: 'one', albums: ['Trip'] });
  expect(photos.get('IMG_1-bearbeitet.jpg')).toMatchObject({ description: 'one' });
  expect(photos.get('20240701_120000.jpg')).toMatchObject({
    taken: '2024-07-01T12:00:00.000',
    offset: '+02:00',
    takenSource: 'sidecar',
    albums: ['Trip'],
  });
  expect(stateOf(tree)).toEqual(before);
});
