/**
 * Damaged originals, rendered as far as they can be decoded: the same bytes give the same result, and undamaged files
 * are not called damaged.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it, test } from 'vitest';
import type { Format } from '../../src/photo/formats/format-family.js';
import type { PhotospoolError } from '../../src/base/errors.js';
import { openDecoders } from '../../src/photo/decode/decoder-pool.js';
import { families } from '../../src/photo/formats/families.js';
import { headLength, identify, isBroken, unknownFormat } from '../../src/photo/formats/identify.js';
import { render } from '../../src/photo/decode/render.js';
import type { Rendered } from '../../src/photo/decode/renditions.js';
import { temporaryFolder } from '../folder.js';
import { colourAt, quarters, shown, waves, writeTags } from './pictures.js';

function write(bytes: Uint8Array): string {
  const path = join(temporaryFolder(), 'a');
  writeFileSync(path, bytes);
  return path;
}

function formatOf(bytes: Uint8Array): Format {
  const found = identify(bytes.subarray(0, headLength));
  return found.kind === 'photo' ? found.format : unknownFormat;
}

const asIs = (bytes: Uint8Array): Promise<Rendered> => render(write(bytes), formatOf(bytes), true);
const half = (bytes: Uint8Array, part = 0.6): Uint8Array => bytes.subarray(0, Math.floor(bytes.length * part));

/** Damaged in the middle: some bytes there are replaced. */
function broken(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  return copy.fill(0x5a, Math.floor(copy.length / 2), Math.floor(copy.length / 2) + 300);
}

describe('a picture whose end is missing', () => {
  test.each(['jpeg', 'png', 'gif'] as const)('%s is shown as far as it can be decoded', async (format) => {
    const whole = await waves(400, 400)
      .toFormat(format, format === 'gif' ? { effort: 1 } : {})
      .toBuffer();
    const bytes = half(whole);
    await expect(render(write(bytes), formatOf(bytes))).rejects.toMatchObject({ code: 'truncated' });
    const rendered = shown(await asIs(bytes));
    expect(rendered).toMatchObject({ width: 400, height: 400, damaged: true });
    const [is, was] = [
      await colourAt(rendered.preview.bytes, 0.2, 0.1),
      await colourAt(shown(await asIs(whole)).preview.bytes, 0.2, 0.1),
    ];
    expect(is).toEqual(was);
  });

  test.each(['jpeg', 'gif'] as const)('%s is recognised whatever else is read at the same time', async (format) => {
    const bytes = half(await waves(400, 400).toFormat(format).toBuffer());
    const path = write(bytes);
    const missing = join(temporaryFolder(), 'a');
    let ended = false;
    // Each of these adds to libvips’ list of messages, or empties it.
    const others = Array.from({ length: 4 }, async () => {
      while (!ended)
        await sharp(missing)
          .metadata()
          .catch(() => undefined);
    });
    const codes = new Set<unknown>();
    for (let n = 0; n < 50; n++)
      codes.add(await render(path, formatOf(bytes)).catch((error: unknown) => (error as PhotospoolError).code));
    ended = true;
    await Promise.all(others);
    expect([...codes]).toEqual(['truncated']);
  });

  test.each(['webp', 'tiff', 'avif'] as const)('%s can’t be shown, and is reported as damaged', async (format) => {
    const whole = await waves(300, 200)
      .toFormat(format, format === 'avif' ? { effort: 0 } : {})
      .toBuffer();
    expect(await asIs(half(whole))).toEqual({ unshown: 'damaged' });
  });

  it('that is a HEIC gives the output of its decoder, or nothing', async () => {
    const whole = readFileSync('test/photo/heic/plain.heic');
    const rendered = await asIs(half(whole));
    if (!('unshown' in rendered)) expect(rendered.damaged).toBe(true);
    else expect(rendered).toEqual({ unshown: 'damaged' });
  });
});

test.each(['png', 'avif', 'tiff'] as const)(
  '%s that is broken inside is shown as far as it can be decoded, or not at all',
  async (format) => {
    const whole = await waves(300, 200)
      .toFormat(format, format === 'tiff' ? { compression: 'lzw' } : {})
      .toBuffer();
    const rendered = await asIs(broken(whole));
    if ('unshown' in rendered) expect(rendered).toEqual({ unshown: 'damaged' });
    else expect(rendered).toMatchObject({ width: 300, height: 200, damaged: true });
  },
);

/** The offsets of the entropy-coded data of a JPEG's scans. */
function scansOf(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 0; at < bytes.length - 4; at++)
    if (bytes[at] === 0xff && bytes[at + 1] === 0xda) found.push(at + 2 + bytes[at + 2]! * 256 + bytes[at + 3]!);
  return found;
}

/** With a block of 512 bytes missing, as after a faulty transfer. */
const torn = (bytes: Uint8Array, part: number): Uint8Array => {
  const at = Math.floor(bytes.length * part);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 512)]);
};

/** The offset of the first marker of a kind. */
const before = (bytes: Uint8Array, marker: number): number => Buffer.from(bytes).indexOf(Buffer.from([0xff, marker]));

/** With bytes inserted. */
const padded = (bytes: Uint8Array, at: number, ...more: number[]): Uint8Array =>
  Buffer.concat([bytes.subarray(0, at), Uint8Array.from(more), bytes.subarray(at)]);

describe.each([false, true])('a JPEG (progressive: %s) with broken scan data', (progressive) => {
  const whole = waves(400, 400).jpeg({ progressive }).toBuffer();
  const plain = async (bytes: Uint8Array) => shown(await render(write(bytes), formatOf(bytes)));

  it('is shown and reported as damaged, without a request to archive it as it is', async () => {
    const bytes = await whole;
    const middle = torn(bytes, 0.5);
    expect((await plain(middle)).damaged).toBe(true);
    expect((await plain(middle)).preview).toMatchObject({ width: 400, height: 400 });
    expect(shown(await asIs(middle)).damaged).toBe(true);
    const flipped = Buffer.from(bytes);
    for (let at = scansOf(bytes)[0]! + 20; at < bytes.length - 600; at += 701)
      if (flipped[at] !== 0xff && flipped[at - 1] !== 0xff && flipped[at] !== 0xdf) flipped[at]! ^= 0x20;
    expect((await plain(flipped)).damaged).toBe(true);
  });

  it('is reported as damaged in its last rows, also with extra bytes in the header', async () => {
    const bytes = await whole;
    const last = Buffer.concat([bytes.subarray(0, -700), bytes.subarray(-400)]);
    expect((await plain(last)).damaged).toBe(true);
    const both = padded(torn(bytes, 0.5), before(bytes, 0xc4), 0, 0, 0);
    expect((await plain(both)).damaged).toBe(true);
  });

  it('is not confused with extra bytes between segments and after the end', async () => {
    const bytes = await whole;
    const [frame, tables] = [before(bytes, progressive ? 0xc2 : 0xc0), before(bytes, 0xc4)];
    const end = bytes.length - 2;
    const kinds = {
      'before its frame': padded(bytes, frame, 0, 0),
      'before its tables, too': padded(padded(bytes, tables, 1, 2, 3), frame, 9),
      'fill bytes': padded(padded(bytes, end, 0xff, 0xff), tables, 0xff),
      'before its end': padded(bytes, end, 0, 0, 0, 0),
      'behind its end': Buffer.concat([bytes, Buffer.alloc(5000, 7)]),
    };
    expect((await plain(bytes)).damaged).toBeUndefined();
    for (const [kind, odd] of Object.entries(kinds)) expect((await plain(odd)).damaged, kind).toBeUndefined();
  });
});

it('keeps no state of a damaged JPEG when the next one is read', async () => {
  const whole = await waves(400, 400).jpeg().toBuffer();
  for (const at of [0.3, 0.6, 0.9]) {
    const bytes = torn(whole, at);
    expect(shown(await render(write(bytes), formatOf(bytes))).damaged, `at ${at}`).toBe(true);
    expect(shown(await render(write(whole), formatOf(whole))).damaged).toBeUndefined();
  }
});

it('shows the embedded thumbnail if nothing else can be decoded', async () => {
  const folder = temporaryFolder();
  const [path, small] = [join(folder, 'carrier.jpg'), join(folder, 'small.jpg')];
  await quarters(160, 120).jpeg().toFile(small);
  await quarters(640, 480).jpeg({ progressive: true }).toFile(path);
  await writeTags(path, `-ThumbnailImage<=${small}`);
  const bytes = readFileSync(path);
  // Its header is intact, its picture is not: the bytes from the frame header on are replaced.
  const frame = bytes.lastIndexOf(Buffer.from([0xff, 0xc2]));
  bytes.fill(0x5a, frame, frame + 40);
  const rendered = shown(await asIs(bytes));
  expect(rendered.damaged).toBe(true);
  expect(rendered.preview).toMatchObject({ width: 160, height: 120 });
});

it('reports no intact file as damaged, even when archiving as it is was requested', async () => {
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff'] as const) {
    const whole = await waves(60, 40).toFormat(format).toBuffer();
    const [plain, wanted] = [await render(write(whole), formatOf(whole)), await asIs(whole)];
    expect(wanted).toEqual(plain);
    expect(wanted).not.toHaveProperty('damaged');
  }
  // All its pixels are intact.
  const whole = await waves(60, 40).jpeg().toBuffer();
  expect(await asIs(whole.subarray(0, -2))).toEqual(await asIs(whole));
});

it('gives the same result for the same bytes every time', async () => {
  const bytes = half(await waves(300, 200).jpeg().toBuffer());
  expect(await asIs(bytes)).toEqual(await asIs(bytes));
});

it('exceeding the limit of pixels is not damage', async () => {
  const bytes = await waves(300, 200).jpeg().toBuffer();
  // Height and width in its frame header.
  bytes.fill(0xf0, bytes.indexOf(Buffer.from([0xff, 0xc0])) + 5, bytes.indexOf(Buffer.from([0xff, 0xc0])) + 9);
  await expect(asIs(half(bytes))).rejects.toMatchObject({ code: 'too-large' });
});

describe('in a child process', () => {
  const decoders = openDecoders({ workers: 1 });
  afterAll(() => decoders.close());

  it('gives the same result', async () => {
    const bytes = half(await waves(300, 200).jpeg().toBuffer());
    const path = write(bytes);
    expect(await decoders.render(path, formatOf(bytes), true)).toEqual(await render(path, formatOf(bytes), true));
    await expect(decoders.render(path, formatOf(bytes))).rejects.toMatchObject({ code: 'truncated' });
    const nothing = write(Buffer.alloc(500, 0x11));
    expect(await decoders.render(nothing, unknownFormat, true)).toEqual({ unshown: 'damaged' });
  });
});

it('recognises a broken beginning by the name, and by nothing else', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
  const is = (name: string, head: Uint8Array): boolean => isBroken(name, identify(head));
  const unknown = bytes('\x11\x12\0\x99'.repeat(20));
  for (const { endings = [] } of families)
    for (const ending of endings) expect(is(`a.${ending.toUpperCase()}`, unknown)).toBe(true);
  for (const name of ['a', 'a.', 'jpg', 'a.jpg.bin', 'a.exe', 'a.xmp']) expect(is(name, unknown), name).toBe(false);
  for (const head of ['', 'text', '%PDF-1.4', 'PK\x03\x04\0\0', '<html>'])
    expect(is('a.jpg', bytes(head)), head).toBe(false);
});
