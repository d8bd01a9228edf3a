/** Files that browsers can't show, from the folder to the viewer: pictures, and a full-size JPEG to download. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import type { PhotoView } from '../../src/document/photo-view.js';
import { colourAt } from '../photo/pictures.js';
import { makeHome } from './run.js';

const kept = (name: string): string => join(import.meta.dirname, '../photo', name);

it('HEIC and JPEG XL are kept unchanged, shown, and served as JPEG, upright', { timeout: 300_000 }, async () => {
  const home = makeHome();
  for (const name of ['heic/turned.heic', 'jxl/turned.jxl'])
    copyFileSync(kept(name), join(home.incoming, name.slice(name.indexOf('/') + 1)));
  const ran = await home.run('process', '--json');
  expect([ran.code, ran.err]).toEqual([0, '']);
  const server = await home.serve();
  const { photos } = (await (await fetch(`${server.url}/api/photos`)).json()) as { photos: PhotoView[] };
  expect(photos.map(({ type }) => type).sort()).toEqual(['image/heic', 'image/jxl']);
  for (const { id, name, original, renditions, width, height } of photos) {
    expect([name, width, height]).toEqual([name, 160, 96]);
    expect(renditions).toMatchObject({ thumb: { type: 'image/jpeg' }, preview: { width: 160, height: 96 } });
    const answer = await fetch(`${server.url}/originals/${id}/jpeg`);
    expect([name, answer.status, answer.headers.get('content-type')]).toEqual([name, 200, 'image/jpeg']);
    expect(answer.headers.get('content-disposition')).toContain(`turned.jpg`);
    const jpeg = Buffer.from(await answer.arrayBuffer());
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 160, height: 96 });
    const [red = 0, green = 255] = await colourAt(jpeg, 0.2, 0.2);
    expect([name, red > 190, green < 60]).toEqual([name, true, true]);
    // The original is the file as imported.
    const file = readFileSync(kept(`${name.endsWith('jxl') ? 'jxl' : 'heic'}/${name}`));
    expect(readFileSync(join(home.archive, original.path!)).equals(file)).toBe(true);
    expect(Buffer.from(await (await fetch(`${server.url}/originals/${id}`)).arrayBuffer()).equals(file)).toBe(true);
  }
  expect(await server.stop()).toBe(0);
});
