/** Damaged originals, shown as far as they can be decoded: the same bytes give the same, and what is sound is not called damaged. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import type { Format } from '../../src/photo/family.js';
import { openDecoders } from '../../src/photo/decoders.js';
import { families } from '../../src/photo/families.js';
import { headLength, identify, isBroken, unknownFormat } from '../../src/photo/identify.js';
import { render } from '../../src/photo/rendering.js';
import type { Rendered } from '../../src/photo/renditions.js';
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

/** As broken inside: some of its middle is other bytes. */
function broken(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  return copy.fill(0x5a, Math.floor(copy.length / 2), Math.floor(copy.length / 2) + 300);
}

describe('a picture whose end is missing', () => {
  test.each(['jpeg', 'png', 'gif'] as const)('%s is shown as far as it goes', async (format) => {
    const whole = await waves(400, 400).toFormat(format).toBuffer();
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

  test.each(['webp', 'tiff', 'avif'] as const)('%s can’t be shown, and is told to be damaged', async (format) => {
    const whole = await waves(300, 200)
      .toFormat(format, format === 'avif' ? { effort: 0 } : {})
      .toBuffer();
    expect(await asIs(half(whole))).toEqual({ unshown: 'damaged' });
  });

  it('that is a HEIC gives what its decoder makes of it, or nothing', async () => {
    const whole = readFileSync('test/photo/heic/plain.heic');
    const rendered = await asIs(half(whole));
    if (!('unshown' in rendered)) expect(rendered.damaged).toBe(true);
    else expect(rendered).toEqual({ unshown: 'damaged' });
  });
});

test.each(['png', 'avif', 'tiff'] as const)(
  '%s that is broken inside is shown as far as it goes, or not',
  async (format) => {
    const whole = await waves(300, 200)
      .toFormat(format, format === 'tiff' ? { compression: 'lzw' } : {})
      .toBuffer();
    const rendered = await asIs(broken(whole));
    if ('unshown' in rendered) expect(rendered).toEqual({ unshown: 'damaged' });
    else expect(rendered).toMatchObject({ width: 300, height: 200, damaged: true });
  },
);

it('shows the small picture of one that carries it, where nothing else can be decoded', async () => {
  const folder = temporaryFolder();
  const [path, small] = [join(folder, 'carrier.jpg'), join(folder, 'small.jpg')];
  await quarters(160, 120).jpeg().toFile(small);
  await quarters(640, 480).jpeg({ progressive: true }).toFile(path);
  await writeTags(path, `-ThumbnailImage<=${small}`);
  const bytes = readFileSync(path);
  // Its header is there, its picture is not: from the frame header on there are other bytes.
  const frame = bytes.lastIndexOf(Buffer.from([0xff, 0xc2]));
  bytes.fill(0x5a, frame, frame + 40);
  const rendered = shown(await asIs(bytes));
  expect(rendered.damaged).toBe(true);
  expect(rendered.preview).toMatchObject({ width: 160, height: 120 });
});

it('calls nothing damaged that is sound, also where it is wanted as it is', async () => {
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff'] as const) {
    const whole = await waves(60, 40).toFormat(format).toBuffer();
    const [plain, wanted] = [await render(write(whole), formatOf(whole)), await asIs(whole)];
    expect(wanted).toEqual(plain);
    expect(wanted).not.toHaveProperty('damaged');
  }
  // All its pixels are there.
  const whole = await waves(60, 40).jpeg().toBuffer();
  expect(await asIs(whole.subarray(0, -2))).toEqual(await asIs(whole));
});

it('says the same of the same bytes each time', async () => {
  const bytes = half(await waves(300, 200).jpeg().toBuffer());
  expect(await asIs(bytes)).toEqual(await asIs(bytes));
});

it('is no damage where the limit of pixels is met', async () => {
  const bytes = await waves(300, 200).jpeg().toBuffer();
  // Height and width in its frame header.
  bytes.fill(0xf0, bytes.indexOf(Buffer.from([0xff, 0xc0])) + 5, bytes.indexOf(Buffer.from([0xff, 0xc0])) + 9);
  await expect(asIs(half(bytes))).rejects.toMatchObject({ code: 'too-large' });
});

describe('in a process of its own', () => {
  const decoders = openDecoders({ workers: 1 });
  afterAll(() => decoders.close());

  it('gives the same', async () => {
    const bytes = half(await waves(300, 200).jpeg().toBuffer());
    const path = write(bytes);
    expect(await decoders.render(path, formatOf(bytes), true)).toEqual(await render(path, formatOf(bytes), true));
    await expect(decoders.render(path, formatOf(bytes))).rejects.toMatchObject({ code: 'truncated' });
    const nothing = write(Buffer.alloc(500, 0x11));
    expect(await decoders.render(nothing, unknownFormat, true)).toEqual({ unshown: 'damaged' });
  });
});

it('knows a broken beginning by the name, and by nothing that is known', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
  const is = (name: string, head: Uint8Array): boolean => isBroken(name, identify(head));
  const unknown = bytes('\x11\x12\0\x99'.repeat(20));
  for (const { endings = [] } of families)
    for (const ending of endings) expect(is(`a.${ending.toUpperCase()}`, unknown)).toBe(true);
  for (const name of ['a', 'a.', 'jpg', 'a.jpg.bin', 'a.exe', 'a.xmp']) expect(is(name, unknown), name).toBe(false);
  for (const head of ['', 'text', '%PDF-1.4', 'PK\x03\x04\0\0', '<html>'])
    expect(is('a.jpg', bytes(head)), head).toBe(false);
});
