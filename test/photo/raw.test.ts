/** RAW: the embedded preview, upright; a RAW without one is stored too. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { headLength, identify, type Format } from '../../src/photo/formats/identify.js';
import { render } from '../../src/photo/decode/render.js';
import type { Rendered } from '../../src/photo/decode/renditions.js';
import { temporaryFolder } from '../folder.js';
import { colourAt, quarters, shown } from './pictures.js';
import { raws, type RawParts } from './raws.js';

function formatOf(bytes: Uint8Array): Format {
  const found = identify(bytes.subarray(0, headLength));
  if (found.kind !== 'photo') throw new Error(found.reason);
  return found.format;
}

function renderRaw(bytes: Uint8Array, name = 'a.raw'): Promise<Rendered> {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return render(path, formatOf(bytes));
}

const make = (name: string, parts: RawParts): Buffer => raws[name]!(parts);
const jpeg = (width: number, height: number): Promise<Buffer> =>
  quarters(width, height).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();

async function cornersOf(rendered: Rendered): Promise<string[]> {
  const { preview } = shown(rendered);
  const places = [
    [0.2, 0.2],
    [0.8, 0.2],
    [0.2, 0.8],
    [0.8, 0.8],
  ] as const;
  const pixels = await Promise.all(places.map(([x, y]) => colourAt(preview.bytes, x, y)));
  return pixels.map(([r = 0, g = 0, b = 0]) =>
    Math.min(r, g, b) > 200 ? 'white' : r > 150 ? 'red' : g > 150 ? 'green' : b > 150 ? 'blue' : '?',
  );
}

describe.each(Object.keys(raws))('%s', (name) => {
  it('is shown by its largest embedded picture', async () => {
    const bytes = make(name, { preview: await jpeg(300, 200) });
    expect(formatOf(bytes).name).toBe(name);
    const rendered = await renderRaw(bytes);
    expect(await cornersOf(rendered)).toEqual(['red', 'green', 'blue', 'white']);
    expect(shown(rendered).width / shown(rendered).height).toBeCloseTo(1.5, 1);
  });

  it('without an embedded picture says so', async () => {
    expect(await renderRaw(make(name, {}))).toEqual({ unshown: 'no-preview' });
  });

  test.skipIf(name === 'Panasonic RAW (RW2)')('that is truncated is not treated as complete', async () => {
    const bytes = make(name, { preview: await jpeg(300, 200) });
    await expect(renderRaw(bytes.subarray(0, bytes.length - 100))).rejects.toMatchObject({ code: 'truncated' });
  });
});

describe('upright', () => {
  const stored: Record<number, (upright: Sharp) => Sharp> = {
    1: (upright) => upright,
    2: (upright) => upright.flop(),
    3: (upright) => upright.rotate(180),
    4: (upright) => upright.flip(),
    5: (upright) => upright.rotate(270).flop(),
    6: (upright) => upright.rotate(270),
    7: (upright) => upright.rotate(90).flop(),
    8: (upright) => upright.rotate(90),
  };
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('by the RAW’s orientation %i', async (orientation) => {
    const [width, height] = orientation > 4 ? [400, 600] : [600, 400];
    const preview = await stored[orientation]!(quarters(width / 2, height / 2))
      .jpeg({ quality: 95 })
      .toBuffer();
    const rendered = await renderRaw(make('Nikon RAW (NEF)', { preview, orientation }));
    expect(await cornersOf(rendered)).toEqual(['red', 'green', 'blue', 'white']);
    // The size is that of the RAW, of which the preview is a small copy.
    expect(rendered).toMatchObject({ width, height });
  });

  it('is not rotated twice if the camera already rotated the picture', async () => {
    const rendered = await renderRaw(make('DNG', { preview: await jpeg(200, 300), orientation: 6 }));
    expect(await cornersOf(rendered)).toEqual(['red', 'green', 'blue', 'white']);
    expect(rendered).toMatchObject({ width: 400, height: 600 });
  });

  it("and not by the picture's own word", async () => {
    const preview = await sharp(await quarters(200, 300).rotate(270).jpeg().toBuffer())
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const rendered = await renderRaw(make('Canon RAW (CR2)', { preview, orientation: 6 }));
    expect(await cornersOf(rendered)).toEqual(['red', 'green', 'blue', 'white']);
  });
});

it('uses the largest of several pictures, and confuses no late answer with that of another', async () => {
  const small = await jpeg(30, 20);
  // Text of ExifTool's own protocol inside a file is only data.
  const preview = Buffer.concat([await jpeg(300, 200), Buffer.from('\n{ready}\n')]);
  const one = await renderRaw(make('Nikon RAW (NEF)', { preview }));
  const other = await renderRaw(make('Sony RAW (ARW)', { preview: small }));
  expect([shown(one).preview.width, shown(other).preview.width]).toEqual([300, 30]);
});
