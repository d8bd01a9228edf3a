/** Developed pictures: what is inside the frame is shown upright, and nothing outside of it. */
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { developedSize, type Develop } from '../../src/document/develop.js';
import { convert, render } from '../../src/photo/decode/render.js';
import { previewEdge } from '../../src/photo/decode/renditions.js';
import { temporaryFolder } from '../folder.js';
import { quarters, shown, writeTags } from './pictures.js';

const jpeg = { type: 'image/jpeg', family: 'jpeg', name: 'JPEG' } as const;

/** A folder with a picture in it. */
async function painted(): Promise<{ folder: string; path: string }> {
  const folder = temporaryFolder();
  const path = join(folder, 'a.jpg');
  await quarters(400, 240).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toFile(path);
  return { folder, path };
}

/** The colour in the middle of each quarter of a picture: red, green, blue, white. */
async function colours(bytes: Uint8Array | string): Promise<string[]> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): string => {
    const from = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 3;
    const [red, green, blue] = [...data.subarray(from, from + 3)].map((value) => value > 128);
    return red && green && blue ? 'white' : red ? 'red' : green ? 'green' : blue ? 'blue' : 'black';
  };
  return [at(0.2, 0.2), at(0.8, 0.2), at(0.2, 0.8), at(0.8, 0.8)];
}

const left = { left: 0, top: 0, width: 0.5, height: 1 };
test.each<[Develop, string[]]>([
  [{ rotate: 1 }, ['blue', 'red', 'white', 'green']],
  [{ rotate: 2 }, ['white', 'blue', 'green', 'red']],
  [{ rotate: 3 }, ['green', 'white', 'red', 'blue']],
  [{ crop: left }, ['red', 'red', 'blue', 'blue']],
  [{ crop: left, rotate: 1 }, ['blue', 'red', 'blue', 'red']],
  [{ crop: { left: 0.5, top: 0.5, width: 0.5, height: 0.5 } }, ['white', 'white', 'white', 'white']],
  [{ straighten: 5 }, ['red', 'green', 'blue', 'white']],
  [{ crop: { left: 0, top: 0, width: 0.3, height: 1 }, straighten: -20 }, ['red', 'red', 'blue', 'blue']],
])('%j', async (develop, expected) => {
  const { folder, path } = await painted();
  const made = shown(await render(path, jpeg, false, develop));
  expect([made.width, made.height]).toEqual([400, 240]);
  expect(await colours(made.preview.bytes)).toEqual(expected);
  expect(await colours(made.thumb.bytes)).toEqual(expected);
  expect(made.preview).toMatchObject(developedSize(develop, made));
  const full = join(folder, 'full.jpg');
  expect(await convert(path, jpeg, full, develop)).toBe(true);
  expect(await sharp(full).metadata()).toMatchObject(developedSize(develop, made));
  expect(await colours(full)).toEqual(expected);
});

test('is upright whatever the orientation in the file says', async () => {
  const folder = temporaryFolder();
  const sideways = join(folder, 'b.jpg');
  await quarters(400, 240).rotate(270).jpeg().toFile(sideways);
  await writeTags(sideways, '-n', '-Orientation=6');
  const made = shown(await render(sideways, jpeg, false, { crop: left, rotate: 1 }));
  expect(await colours(made.preview.bytes)).toEqual(['blue', 'red', 'blue', 'red']);
});

test('turned the other way, it is level again, and no edge of the picture shows', async () => {
  const folder = temporaryFolder();
  const tilted = join(folder, 'c.png');
  await quarters(400, 240).rotate(10, { background: '#000' }).png().toFile(tilted);
  const png = { type: 'image/png', family: 'png', name: 'PNG' } as const;
  const crop = { left: 0.25, top: 0.25, width: 0.5, height: 0.5 };
  const made = shown(await render(tilted, png, false, { crop, straighten: -10 }));
  const { data, info } = await sharp(made.preview.bytes).raw().toBuffer({ resolveWithObject: true });
  const rows = [0, info.height - 1].map((y) => [...data.subarray(y * info.width * 3, (y + 1) * info.width * 3)]);
  // Level: each edge of the picture has two colours, whose border is in the middle.
  for (const row of rows) {
    const reds = row.filter((_, n) => n % 3 === 0).map((value) => value > 128);
    const changes = reds.flatMap((red, n) => (n > 0 && red !== reds[n - 1] ? [n / reds.length] : []));
    expect(changes).toHaveLength(1);
    expect(changes[0]).toBeCloseTo(0.5, 1);
  }
});

test('a small part of a large picture keeps its own pixels', async () => {
  const folder = temporaryFolder();
  const large = join(folder, 'd.jpg');
  await quarters(3000, 1800).jpeg().toFile(large);
  const develop = { crop: { left: 0.4, top: 0.4, width: 0.3, height: 0.3 } };
  const made = shown(await render(large, jpeg, false, develop));
  expect([made.preview.width, made.preview.height]).toEqual([900, 540]);
  const wide = shown(await render(large, jpeg, false, { rotate: 1 }));
  expect(wide.preview).toMatchObject({ width: expect.closeTo(1229, 0) as number, height: previewEdge });
});
