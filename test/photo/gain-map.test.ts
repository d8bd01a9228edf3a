/** Previews keep the gain map of their originals, so that HDR screens show them as bright as they were taken. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { render } from '../../src/photo/decode/render.js';
import { previewEdge, type Pictures } from '../../src/photo/decode/renditions.js';
import { temporaryFolder } from '../folder.js';
import { writeTags } from './pictures.js';
import { ultraHdr } from './ultra-hdr.js';

const format = { type: 'image/jpeg', family: 'jpeg', name: 'JPEG' };

async function file(bytes: Buffer, ...tags: string[]): Promise<string> {
  const path = join(temporaryFolder(), 'a.jpg');
  writeFileSync(path, bytes);
  if (tags.length > 0) await writeTags(path, ...tags);
  return path;
}
const pictures = async (path: string, ...rest: [boolean?, object?]): Promise<Pictures> =>
  (await render(path, format, ...rest)) as Pictures;
/** The gain map of a picture, and the gains in its corners, by rows. */
async function mapOf({ bytes }: { bytes: Uint8Array }) {
  const { gainMap, ...about } = await sharp(bytes).metadata();
  if (!gainMap) return undefined;
  // A map of one channel stays one.
  expect((await sharp(gainMap.image).metadata()).channels).toBe(1);
  const { data, info } = await sharp(gainMap.image).greyscale().raw().toBuffer({ resolveWithObject: true });
  const last = info.width * (info.height - 1);
  const corners = [0, info.width - 1, last, last + info.width - 1].map((at) => data[at]! > 127);
  return { width: info.width, height: info.height, corners, about };
}

it('a preview has the map, scaled alike, and no other metadata', async () => {
  const path = await file(await ultraHdr(4000, 3000), '-GPSLatitude=39.1', '-GPSLatitudeRef=N', '-XMP-dc:Title=secret');
  const { preview, thumb, ...rest } = await pictures(path);
  expect(rest).toMatchObject({ width: 4000, height: 3000, gainMap: true });
  expect([preview.width, preview.height]).toEqual([previewEdge, 1536]);
  const map = await mapOf(preview);
  expect(map).toMatchObject({ width: 512, height: 384, corners: [false, true, false, true] });
  expect(map!.about).toMatchObject({ width: previewEdge, height: 1536 });
  expect(map!.about.xmp).toBeUndefined();
  for (const text of ['secret', 'GPS']) expect(Buffer.from(preview.bytes).includes(text)).toBe(false);
  expect(await mapOf(thumb)).toBeUndefined();
});

it.each([
  [2, [true, false, true, false]],
  [3, [true, false, true, false]],
  [4, [false, true, false, true]],
  [5, [false, false, true, true]],
  [6, [false, false, true, true]],
  [7, [true, true, false, false]],
  [8, [true, true, false, false]],
])('that of an original with the orientation %s has the map, rotated alike', async (orientation, corners) => {
  const path = await file(await ultraHdr(4000, 3000), `-Orientation#=${orientation}`, '-XMP-dc:Title=secret');
  const { preview, gainMap } = await pictures(path);
  const isTurned = orientation > 4;
  const size = isTurned ? [1536, previewEdge] : [previewEdge, 1536];
  expect([preview.width, preview.height, gainMap]).toEqual([...size, true]);
  const map = await mapOf(preview);
  const [width, height] = isTurned ? [384, 512] : [512, 384];
  expect(map).toMatchObject({ width, height, corners, about: { width: size[0], height: size[1] } });
  expect([map!.about.xmp, map!.about.exif, map!.about.orientation]).toEqual([undefined, undefined, undefined]);
  expect(Buffer.from(preview.bytes).includes('secret')).toBe(false);
});

it('an edited picture has the map of what it shows', async () => {
  const path = await file(await ultraHdr(800, 600), '-Orientation#=6');
  const crop = { left: 0.5, top: 0.6, width: 0.5, height: 0.4 };
  const edited = await pictures(path, false, { rotate: 1, crop });
  expect([edited.preview.width, edited.preview.height, edited.gainMap]).toEqual([320, 300, true]);
  // The bright part alone: nothing of what was cut away is in the file.
  expect(await mapOf(edited.preview)).toMatchObject({ width: 80, height: 75, corners: [true, true, true, true] });
  const straightened = await pictures(path, false, { straighten: 5 });
  expect(straightened.gainMap).toBe(true);
  expect(await mapOf(straightened.preview)).toMatchObject({ corners: [false, false, true, true] });
});

it('other originals have none', async () => {
  const plain = await pictures(
    await file(
      await sharp(await ultraHdr(800, 600))
        .jpeg()
        .toBuffer(),
    ),
  );
  expect(plain.gainMap).toBeUndefined();
  expect(await mapOf(plain.preview)).toBeUndefined();
});

it('a broken map leaves the preview as it is without one', async () => {
  const whole = await ultraHdr(800, 600);
  const { preview, gainMap } = await pictures(await file(whole.subarray(0, whole.length - 400)));
  expect([preview.width, preview.height, gainMap]).toEqual([800, 600, undefined]);
});

it('a map that is larger than its picture is left out', async () => {
  const { preview, gainMap } = await pictures(await file(await ultraHdr(1600, 1200, 1)));
  expect([gainMap, await mapOf(preview)]).toEqual([undefined, undefined]);
  expect(preview.bytes.length).toBeLessThan(1 << 16);
});
