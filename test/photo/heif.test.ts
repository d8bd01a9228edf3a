/** HEIC and HEIF, by WebAssembly and, if installed, by heif-dec. For the files see heic/make.mjs. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { PhotospoolError } from '../../src/base/errors.js';
import { isTemporary } from '../../src/base/temporary-names.js';
import { openDecoders } from '../../src/photo/decode/decoder-pool.js';
import { decodeNatively } from '../../src/photo/decode/heif-dec.js';
import { boxesOf } from '../../src/photo/formats/heif-boxes.js';
import { readReferences, writeReferences } from '../../src/photo/formats/heif-items.js';
import { identify } from '../../src/photo/formats/identify.js';
import { decodeHeif } from '../../src/photo/decode/libheif.js';
import { render } from '../../src/photo/decode/render.js';
import type { Pictures } from '../../src/photo/decode/renditions.js';
import { temporaryFolder } from '../folder.js';
import { deltaE, labOf } from './colour.js';
import { colourAt, shown } from './pictures.js';

const heic = { type: 'image/heic', family: 'heif', name: 'HEIC' };
const file = (name: string): string => join(import.meta.dirname, 'heic', `${name}.heic`);
const bytesOf = (name: string): Buffer => readFileSync(file(name));
const corners = [
  [0.2, 0.2],
  [0.8, 0.2],
  [0.2, 0.8],
  [0.8, 0.8],
] as const;
const colours = [
  [220, 20, 20],
  [20, 200, 20],
  [20, 20, 220],
  [250, 250, 250],
];
const cornersOf = ({ preview }: Pictures): Promise<number[][]> =>
  Promise.all(corners.map(([x, y]) => colourAt(preview.bytes, x, y)));

const tool = (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
  try {
    return execFileSync('test', ['-x', join(folder, 'heif-dec')]).length === 0;
  } catch {
    return false;
  }
});

it('is identified by its bytes', () => {
  expect(identify(bytesOf('grid').subarray(0, 4096))).toEqual({ kind: 'photo', format: heic });
});

describe('its main picture', () => {
  test.each([
    ['plain', 160, 96],
    ['turned', 160, 96],
    ['grid', 256, 192],
    ['p3', 160, 96],
    ['deep', 160, 96],
    ['several', 160, 96],
  ])('of %s.heic is upright with its colours', async (name, width, height) => {
    const rendered = shown(await render(file(name), heic));
    expect([rendered.width, rendered.height, rendered.animated]).toEqual([width, height, false]);
    for (const [n, pixel] of (await cornersOf(rendered)).entries())
      expect(deltaE(labOf(pixel), labOf(colours[n]!)), `${name}, corner ${n}`).toBeLessThan(4);
  });

  it('is read as Display P3 if only nclx says so', async () => {
    const pixels = await cornersOf(shown(await render(file('nclx'), heic)));
    for (const [n, pixel] of pixels.entries())
      expect(deltaE(labOf(pixel), labOf(colours[n]!, 'p3')), `corner ${n}`).toBeLessThan(4);
  });

  it('is mapped to a standard screen if it is HDR', async () => {
    const pixels = await cornersOf(shown(await render(file('pq'), heic)));
    const [red, green, blue, white] = pixels as [number[], number[], number[], number[]];
    // 250 of 255 in PQ is brighter than any screen; 20 is almost black.
    expect(Math.min(...white)).toBeGreaterThan(240);
    expect(red[0]! > 200 && red[1]! < 30 && red[2]! < 30).toBe(true);
    expect(green[1]! > 200 && green[0]! < 30).toBe(true);
    expect(blue[2]! > 200 && blue[1]! < 60).toBe(true);
  });
});

test.skipIf(!tool).each(['plain', 'turned', 'grid', 'p3'])(
  'heif-dec and WebAssembly give the same pixels of %s.heic (needs heif-dec)',
  async (name) => {
    const native = await decodeNatively(file(name));
    const { default: sharp } = await import('sharp');
    const [one, other] = await Promise.all(
      [native!.input, (await decodeHeif(file(name), false)).input].map((input) => sharp(input).raw().toBuffer()),
    );
    await native?.free?.();
    expect(one!.length).toBe(other!.length);
    expect(one!.reduce((most, value, at) => Math.max(most, Math.abs(value - other![at]!)), 0)).toBeLessThan(8);
  },
);

it('leaves no temporary file behind', async () => {
  for (const name of ['plain', 'several']) await render(file(name), heic);
  const mine = readdirSync(tmpdir()).filter((name) => isTemporary(name) && name.includes(`-${process.pid}-`));
  expect(mine).toEqual([]);
});

describe('hostile bytes', () => {
  const failure = async (bytes: Uint8Array): Promise<string> => {
    const path = join(temporaryFolder(), 'a.heic');
    writeFileSync(path, bytes);
    const error: unknown = await render(path, heic).catch((reason: unknown) => reason);
    if (!(error instanceof PhotospoolError)) throw new Error('it did not fail as it should', { cause: error });
    return error.code;
  };
  const box = (at: number, bytes: Buffer): Buffer => bytes.subarray(at - 4);

  test.each([0.2, 0.5, 0.9, 0.999])('truncated at %f are not shown partly', async (part) => {
    const bytes = bytesOf('grid');
    expect(await failure(bytes.subarray(0, Math.floor(bytes.length * part)))).toBe('truncated');
  });

  it('that declare a gigantic picture are rejected', async () => {
    const bytes = Buffer.from(bytesOf('plain'));
    const ispe = box(bytes.indexOf('ispe'), bytes);
    ispe.writeUInt32BE(60_000, 12);
    ispe.writeUInt32BE(60_000, 16);
    expect(['too-large', 'undecodable']).toContain(await failure(bytes));
  });

  it('in the middle of the picture fail that file alone', async () => {
    const decoders = openDecoders({ workers: 1 });
    try {
      const path = join(temporaryFolder(), 'a.heic');
      const bytes = Buffer.from(bytesOf('grid'));
      bytes.fill(0x5a, bytes.indexOf('mdat') + 8);
      writeFileSync(path, bytes);
      await expect(decoders.render(path, heic)).rejects.toMatchObject({ code: 'undecodable' });
      expect(shown(await decoders.render(file('grid'), heic)).width).toBe(256);
    } finally {
      await decoders.close();
    }
  });
});

test('a box that announces more references than it has gives those that it has', () => {
  const box = writeReferences([
    { type: 'auxl', from: 2, to: [1] },
    { type: 'dimg', from: 3, to: [1, 2] },
  ]);
  // Of 65,535 references of two bytes the first box has one.
  box.writeUInt16BE(0xffff, box.indexOf('auxl') + 6);
  const [iref] = boxesOf(box, 0, box.length)!;
  expect(readReferences(box, iref!)).toEqual([
    { type: 'auxl', from: 2, to: [1] },
    { type: 'dimg', from: 3, to: [1, 2] },
  ]);
});
