/** JPEG XL by WebAssembly. For the files see jxl/make.mjs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { PhotospoolError } from '../../src/base/errors.js';
import { headLength, identify } from '../../src/photo/formats/identify.js';
import { render } from '../../src/photo/decode/render.js';
import { temporaryFolder } from '../folder.js';
import { deltaE, labOf, scene } from './colour.js';
import { colourAt, expectPressed, shown } from './pictures.js';

const jxl = { type: 'image/jxl', family: 'jxl', name: 'JPEG XL' };
const file = (name: string): string => join(import.meta.dirname, 'jxl', `${name}.jxl`);
const colours = [
  [220, 20, 20],
  [20, 200, 20],
  [20, 20, 220],
  [250, 250, 250],
];
const corners = [
  [0.2, 0.2],
  [0.8, 0.2],
  [0.2, 0.8],
  [0.8, 0.8],
] as const;

test.each(['plain', 'turned'])('%s.jxl is identified by its bytes', (name) => {
  expect(identify(readFileSync(file(name)).subarray(0, headLength))).toMatchObject({ kind: 'photo', format: jxl });
});

test.each(['plain', 'lossy', 'p3', 'deep', 'turned'])('%s.jxl is upright with its colours', async (name) => {
  const rendered = shown(await render(file(name), jxl));
  expect([rendered.width, rendered.height, rendered.animated]).toEqual([160, 96, false]);
  for (const [n, [x, y]] of corners.entries()) {
    const pixel = await colourAt(rendered.preview.bytes, x, y);
    expect(deltaE(labOf(pixel), labOf(colours[n]!)), `${name}, corner ${n}: ${pixel.join()}`).toBeLessThan(4);
  }
});

it('that is animated shows its first frame, and is marked as animated', async () => {
  const rendered = shown(await render(file('animated'), jxl));
  expect([rendered.width, rendered.height, rendered.animated]).toEqual([160, 96, true]);
  expect(deltaE(labOf(await colourAt(rendered.preview.bytes, 0.5, 0.5)), labOf([220, 20, 20]))).toBeLessThan(4);
});

test.each(['pq', 'hlg'])('scene-%s.jxl, in HDR, looks like its scene', async (name) => {
  const { preview } = shown(await render(file(`scene-${name}`), jxl));
  const all = [...scene.asItIs, ...scene.pressed];
  for (const [n, pixel] of all.entries()) {
    const seen = await colourAt(preview.bytes, (n + 0.5) / all.length, 0.5);
    if (n >= scene.asItIs.length) expectPressed(seen, pixel);
    else expect(deltaE(labOf(seen), labOf(pixel)), `${pixel.join()}: ${seen.join()}`).toBeLessThan(4);
  }
});

describe('hostile bytes', () => {
  test.each([0.3, 0.6, 0.95])('truncated at %f are not shown partly', async (part) => {
    const bytes = readFileSync(file('lossy'));
    const path = join(temporaryFolder(), 'a.jxl');
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * part)));
    const error: unknown = await render(path, jxl).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PhotospoolError);
    expect((error as PhotospoolError).code).toBe('truncated');
  });
});
