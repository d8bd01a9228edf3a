/**
 * The same account exported again months later: no photo is duplicated, new ones are imported, and no edit made here is
 * undone.
 */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { PhotoView } from '../../src/document/photo-view.js';
import { makeHome, type TestHome } from '../cli/run.js';
import { albumJson, bare, googleJson, writeZip, type Tree } from './make.js';

/** Photos by name, as `list` prints them. */
async function photosOf(home: TestHome): Promise<Map<string, PhotoView>> {
  const { out } = await home.run('list', '--json');
  const lines = out.trim().split('\n');
  return new Map(lines.map((line) => JSON.parse(line) as PhotoView).map((photo) => [photo.name, photo]));
}

/** Imports one part with that time; returns the summary. */
async function take(home: TestHome, name: string, tree: Tree, written: string): Promise<unknown> {
  const ran = await home.run('import', '--json', await writeZip(name, tree, { written: new Date(written) }));
  expect(ran).toMatchObject({ code: 0, err: '' });
  return JSON.parse(ran.out.trim().split('\n').at(-1)!);
}

const originals = ({ archive }: TestHome): string[] =>
  readdirSync(archive, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.jpg'));

it('imports what is new, and nothing twice', { timeout: 300_000 }, async () => {
  const home = makeHome();
  const [one, two, three] = [await bare(1), await bare(2), await bare(3)] as const;
  const first = 'Takeout/Google Photos';
  const before: Tree = {
    [`${first}/Photos from 2024/1.jpg`]: one,
    [`${first}/Photos from 2024/1.jpg.json`]: googleJson('1.jpg', { description: 'as it was' }),
    [`${first}/Photos from 2024/2.jpg`]: two,
    [`${first}/Photos from 2024/2.jpg.json`]: googleJson('2.jpg', { description: 'over there' }),
    [`${first}/Trip/1.jpg`]: one,
    [`${first}/Trip/metadata.json`]: albumJson('Trip'),
  };
  expect(await take(home, 'takeout-20260101T000000Z-001.zip', before, '2026-01-01T00:00:00Z')).toMatchObject({
    stored: 2,
    duplicates: 1,
  });
  const { id } = (await photosOf(home)).get('2.jpg')!;
  const { id: inTrip } = (await photosOf(home)).get('1.jpg')!;
  const server = await home.serve();
  const edit = async (photo: string, change: object): Promise<void> => {
    const answer = await fetch(`${server.url}/api/photos/${photo}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', origin: server.url.replace(/\/$/, '') },
      body: JSON.stringify(change),
    });
    expect(answer.status, await answer.text()).toBe(200);
  };
  await edit(id, { description: 'said here' });
  await edit(inTrip, { albums: { remove: ['Trip'] } });
  await server.stop();

  // In another language, with Google's newer file names and one more photo; the place of a photo was added meanwhile.
  const second = 'Takeout/Google Fotos';
  const after: Tree = {
    [`${second}/Fotos von 2024/1.jpg`]: one,
    [`${second}/Fotos von 2024/1.jpg.supplemental-metadata.json`]: googleJson('1.jpg', {
      description: 'as it is now',
      favorited: true,
      geoData: { latitude: 47.3, longitude: 8.5, altitude: 408 },
    }),
    [`${second}/Fotos von 2024/2.jpg`]: two,
    [`${second}/Fotos von 2024/2.jpg.supplemental-metadata.json`]: googleJson('2.jpg', {
      description: 'over there, too',
    }),
    [`${second}/Fotos von 2024/3.jpg`]: three,
    [`${second}/Fotos von 2024/3.jpg.supplemental-metadata.json`]: googleJson('3.jpg'),
    [`${second}/Trip/1.jpg`]: one,
    [`${second}/Trip/2.jpg`]: two,
    [`${second}/Trip/Metadaten.json`]: albumJson('Trip'),
  };
  const written = '2026-07-01T00:00:00Z';
  expect(await take(home, 'takeout-20260701T000000Z-001.zip', after, written)).toMatchObject({
    stored: 1,
    duplicates: 4,
  });
  expect(originals(home).filter((path) => !path.startsWith('duplicates'))).toHaveLength(3);
  const photos = await photosOf(home);
  expect([...photos.keys()].sort()).toEqual(['1.jpg', '2.jpg', '3.jpg']);
  expect(photos.get('1.jpg')).toMatchObject({
    description: 'as it is now',
    favourite: true,
    gps: { lat: 47.3, lon: 8.5 },
    albums: [],
  });
  expect(photos.get('2.jpg')).toMatchObject({ description: 'said here', albums: ['Trip'] });

  // The older part again under another name: it contains nothing new.
  const told = await take(home, 'copy of takeout-001.zip', before, '2026-01-01T00:00:00Z');
  expect(told).toMatchObject({ stored: 0, duplicates: 3 });
  expect(await photosOf(home)).toEqual(photos);
  expect(originals(home)).toHaveLength(3);
});
