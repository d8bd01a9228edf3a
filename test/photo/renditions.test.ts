import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { thumbHashToApproximateAspectRatio } from 'thumbhash';
import { describe, expect, it, test } from 'vitest';
import { PhotospoolError } from '../../src/base/errors.js';
import { explain } from '../../src/photo/decode/decode-errors.js';
import { headLength, identify } from '../../src/photo/formats/identify.js';
import { render } from '../../src/photo/decode/render.js';
import { previewEdge, thumbBox, type Pictures } from '../../src/photo/decode/renditions.js';
import { temporaryFolder } from '../folder.js';
import { colourAt, largePhotos, quarters, realPhotos, shown, waves, writeTags } from './pictures.js';

/** Renders bytes as a file of the type detected. */
async function renderBytes(bytes: Uint8Array, name = 'picture'): Promise<Pictures> {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  const found = identify(bytes.subarray(0, 4096));
  if (found.kind !== 'photo') throw new Error(`no photo: ${found.reason}`);
  return shown(await render(path, found.format));
}

async function failure(bytes: Uint8Array): Promise<PhotospoolError> {
  const error: unknown = await renderBytes(bytes).catch((reason: unknown) => reason);
  if (!(error instanceof PhotospoolError)) throw new Error('it did not fail as it should', { cause: error });
  expect(error.message).toMatch(/^This [\w ]+ can't be shown: [^\n/]+\.$/);
  return error;
}

describe('orientation', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('%i is shown upright', async (orientation) => {
    const folder = temporaryFolder();
    const path = join(folder, 'a.jpg');
    // The pixels as a camera held that way would have stored them.
    const turn: Record<number, (upright: Sharp) => Sharp> = {
      2: (upright) => upright.flop(),
      3: (upright) => upright.rotate(180),
      4: (upright) => upright.flip(),
      // sharp mirrors first, then rotates.
      5: (upright) => upright.rotate(270).flop(),
      6: (upright) => upright.rotate(270),
      7: (upright) => upright.rotate(90).flop(),
      8: (upright) => upright.rotate(90),
    };
    const upright = quarters(80, 48);
    const turned = turn[orientation]?.(upright) ?? upright;
    await turned.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toFile(path);
    await writeTags(path, '-n', `-Orientation=${orientation}`);
    const rendered = shown(await render(path, { type: 'image/jpeg', family: 'jpeg', name: 'JPEG' }));
    expect([rendered.width, rendered.height]).toEqual([80, 48]);
    for (const { bytes, width, height } of [rendered.thumb, rendered.preview]) {
      expect([width, height]).toEqual([80, 48]);
      const corners = await Promise.all(
        [
          [0.2, 0.2],
          [0.8, 0.2],
          [0.2, 0.8],
          [0.8, 0.8],
        ].map(([x, y]) => colourAt(bytes, x!, y!)),
      );
      const names = corners.map(([r = 0, g = 0, b = 0]) =>
        Math.min(r, g, b) > 200 ? 'white' : r > 150 ? 'red' : g > 150 ? 'green' : b > 150 ? 'blue' : '?',
      );
      expect(names).toEqual(['red', 'green', 'blue', 'white']);
    }
  });
});

describe('sizes', () => {
  test.each([
    [4000, 3000, [2048, 1536], [683, 512]],
    [3000, 4000, [1536, 2048], [384, 512]],
    [6000, 600, [2048, 205], [2048, 205]],
    [300, 200, [300, 200], [300, 200]],
    [1, 1, [1, 1], [1, 1]],
    [1, 4000, [1, 2048], [1, 512]],
  ])('%i × %i', async (width, height, preview, thumb) => {
    const bytes = await sharp({ create: { width, height, channels: 3, background: '#468' } })
      .jpeg()
      .toBuffer();
    const rendered = await renderBytes(bytes);
    expect([rendered.width, rendered.height]).toEqual([width, height]);
    for (const [picture, size] of [
      [rendered.preview, preview],
      [rendered.thumb, thumb],
    ] as const) {
      expect([picture.width, picture.height]).toEqual(size);
      expect(await sharp(picture.bytes).metadata()).toMatchObject({ width: size[0], height: size[1] });
    }
    expect(previewEdge).toBe(2048);
    expect(thumbBox.height).toBe(512);
  });
});

describe('formats', () => {
  test.each([
    ['jpeg', {}],
    ['jpeg', { progressive: true }],
    ['png', {}],
    ['png', { palette: true }],
    ['webp', {}],
    ['webp', { lossless: true }],
    ['gif', {}],
    ['tiff', { compression: 'lzw' }],
    ['tiff', { compression: 'jpeg' }],
    ['tiff', { tile: true, pyramid: true }],
    ['avif', { quality: 90 }],
  ] as const)('%s %o', async (format, options) => {
    const rendered = await renderBytes(await quarters(120, 80).toFormat(format, options).toBuffer());
    expect([rendered.width, rendered.height, rendered.animated]).toEqual([120, 80, false]);
    const [r = 0, g = 0, b = 0] = await colourAt(rendered.preview.bytes, 0.2, 0.2);
    expect(r > 180 && g < 60 && b < 60).toBe(true);
    expect(thumbHashToApproximateAspectRatio(Buffer.from(rendered.thumbhash, 'base64'))).toBeCloseTo(1.5, 0);
  });

  it('renders 16 bits and grey', async () => {
    const deep = await quarters(60, 40).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect((await colourAt((await renderBytes(deep)).preview.bytes, 0.2, 0.2))[0]).toBeGreaterThan(200);
    const grey = await quarters(60, 40).greyscale().png().toBuffer();
    const [r = 0, g = 0] = await colourAt((await renderBytes(grey)).thumb.bytes, 0.8, 0.8);
    expect(r === g && r > 240).toBe(true);
  });

  it('flattens transparency onto white', async () => {
    const clear = await sharp({
      create: { width: 50, height: 50, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    const rendered = await renderBytes(clear);
    for (const { bytes } of [rendered.thumb, rendered.preview])
      expect(await colourAt(bytes, 0.5, 0.5)).toEqual([255, 255, 255]);
  });

  test.each(['gif', 'webp'] as const)('keeps the first frame of a moving %s', async (format) => {
    const frame = (background: string): Promise<Buffer> =>
      sharp({ create: { width: 40, height: 30, channels: 3, background } })
        .png()
        .toBuffer();
    const frames = await Promise.all(['#f00', '#00f'].map(frame));
    const moving = await sharp(frames, { join: { animated: true } })
      .toFormat(format)
      .toBuffer();
    const rendered = await renderBytes(moving);
    expect([rendered.width, rendered.height, rendered.animated]).toEqual([40, 30, true]);
    expect((await colourAt(rendered.thumb.bytes, 0.5, 0.5))[0]).toBeGreaterThan(200);
  });
});

/** CIE76 difference between two sRGB colours. */
async function deltaE(a: number[], b: number[]): Promise<number> {
  const lab = async (rgb: number[]): Promise<Float32Array> => {
    const image = sharp(Buffer.from(rgb), { raw: { width: 1, height: 1, channels: 3 } });
    const data = await image.toColourspace('lab').raw({ depth: 'float' }).toBuffer();
    return new Float32Array(data.buffer, data.byteOffset, 3);
  };
  const [p, q] = [await lab(a), await lab(b)];
  return Math.hypot(...[0, 1, 2].map((i) => (p[i] ?? 0) - (q[i] ?? 0)));
}

describe('colours', () => {
  const patch = [180, 90, 60];
  const plain = (edge: number): Sharp =>
    sharp({ create: { width: edge, height: edge, channels: 3, background: { r: 180, g: 90, b: 60 } } });

  // Small pictures are converted while decoded, large ones after they were scaled down: both must give the same
  // colours.
  test.each([
    ['p3', 64],
    ['p3', 2100],
  ])('Display %s at %i px', async (profile, edge) => {
    const bytes = await plain(edge)
      .withIccProfile(profile)
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    // The stored values are those of the other space, so a reader that ignores the profile shows wrong colours.
    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect(await deltaE([...stored.subarray(0, 3)], patch)).toBeGreaterThan(4);
    const rendered = await renderBytes(bytes);
    for (const picture of [rendered.thumb, rendered.preview]) {
      expect(await deltaE(await colourAt(picture.bytes, 0.5, 0.5), patch)).toBeLessThan(3);
      expect((await sharp(picture.bytes).metadata()).icc).toBeUndefined();
    }
  });

  test.each([
    ['jpeg', 64],
    ['jpeg', 2100],
    ['tiff', 64],
  ] as const)('CMYK in %s at %i px', async (format, edge) => {
    const bytes = await plain(edge)
      .toColourspace('cmyk')
      .withIccProfile('cmyk')
      .toFormat(format, { quality: 100 })
      .toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    const corner = { left: 0, top: 0, width: 8, height: 8 };
    const reference = await sharp(bytes).extract(corner).toColourspace('srgb').raw().toBuffer();
    const rendered = await renderBytes(bytes);
    for (const picture of [rendered.thumb, rendered.preview]) {
      const colour = await colourAt(picture.bytes, 0.5, 0.5);
      expect(await deltaE(colour, [...reference.subarray(0, 3)])).toBeLessThan(3);
      expect(await deltaE(colour, patch)).toBeLessThan(15);
    }
  });
});

it('leaves no metadata in renditions', async () => {
  const path = join(temporaryFolder(), 'a.jpg');
  await waves(600, 400).withIccProfile('p3').jpeg().toFile(path);
  await writeTags(
    path,
    '-GPSLatitude=47',
    '-GPSLatitudeRef=N',
    '-XMP:Title=secret',
    '-IPTC:Keywords=secret',
    '-SerialNumber=secret',
    '-Comment=secret',
    '-Orientation=Rotate 90 CW',
  );
  const rendered = shown(await render(path, { type: 'image/jpeg', family: 'jpeg', name: 'JPEG' }));
  for (const { bytes } of [rendered.thumb, rendered.preview]) {
    const { exif, xmp, iptc, icc, orientation, comments } = await sharp(bytes).metadata();
    expect({ exif, xmp, iptc, icc, orientation, comments }).toEqual({});
    expect(Buffer.from(bytes).includes('secret')).toBe(false);
  }
});

describe('damage', () => {
  const encoders = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const;

  test.each(encoders)('%s cut off anywhere is truncated, or still complete', async (format) => {
    const whole = await waves(300, 200)
      .toFormat(format, format === 'avif' ? { effort: 0 } : {})
      .toBuffer();
    for (const part of [0.05, 0.3, 0.6, 0.9, 0.98]) {
      const error = await failure(whole.subarray(0, Math.floor(whole.length * part)));
      expect([format, part, error.code, error.transient]).toEqual([format, part, 'truncated', true]);
    }
  });

  it('treats a JPEG without its end-of-image as truncated', async () => {
    const whole = await waves(300, 200).jpeg().toBuffer();
    expect((await failure(whole.subarray(0, -2))).code).toBe('truncated');
  });

  test.each(['png', 'avif'] as const)('%s of the right length but broken inside is undecodable', async (format) => {
    const bytes = await waves(300, 200).toFormat(format).toBuffer();
    bytes.fill(0x5a, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 300);
    const error = await failure(bytes);
    expect([error.code, error.transient]).toEqual(['undecodable', false]);
  });

  test.each(encoders)('garbage after the first bytes of a %s fails with a sentence', async (format) => {
    const whole = await waves(64, 64).toFormat(format).toBuffer();
    const garbage = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919 + (i >> 3)) & 255));
    for (const keep of [16, 40, 120]) {
      const bytes = Buffer.concat([whole.subarray(0, keep), garbage]);
      if (identify(bytes.subarray(0, 4096)).kind !== 'photo') continue;
      // Some decoders accept anything; only an unexpected error fails the test.
      const outcome = await renderBytes(bytes).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(PhotospoolError);
    }
  });

  it('waits an hour for the end of a JPEG that has all its pixels, and for pixels until archiving as it is was requested', async () => {
    const whole = await waves(400, 300).jpeg().toBuffer();
    const format = { type: 'image/jpeg', family: 'jpeg', name: 'JPEG' };
    const path = join(temporaryFolder(), 'a.jpg');
    const after = (hours: number): Promise<unknown> =>
      render(path, format, false, undefined, Date.now() + hours * 3_600_000).catch((error: unknown) => error);
    writeFileSync(path, whole);
    const wanted = await after(0);
    writeFileSync(path, whole.subarray(0, -2));
    expect(await after(0)).toMatchObject({ code: 'truncated' });
    expect(await after(1.1)).toEqual(wanted);
    writeFileSync(path, whole.subarray(0, whole.length / 2));
    expect(await after(1.1)).toMatchObject({ code: 'truncated' });
    expect(await after(25)).toMatchObject({ code: 'truncated' });
    expect(await render(path, format, true)).toMatchObject({ damaged: true });
  });

  it('reads files with extra bytes after their end', async () => {
    const whole = await quarters(60, 40).jpeg().toBuffer();
    expect((await renderBytes(Buffer.concat([whole, Buffer.alloc(5000, 7)]))).width).toBe(60);
  });
});

/** A PNG that declares a size and contains almost no data. */
function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const parts = [chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(100))), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts]);
}

function crc(bytes: Buffer): number {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

it('rejects a decompression bomb by its header', async () => {
  const error = await failure(pngOf(50_000, 50_000));
  expect([error.code, error.transient]).toEqual(['too-large', false]);
});

test.each([
  ['VipsJpeg: out of memory', 'too-large'],
  ['Input image exceeds pixel limit', 'too-large'],
  ['/home/a/b.jpg: bad seek to 12\nheif: Invalid input', 'undecodable'],
])('translates the libvips error (%s) to %s', async (message, code) => {
  const path = join(temporaryFolder(), 'a.jpg');
  await quarters(60, 40).jpeg().toFile(path);
  const error = await explain(new Error(message), path, { type: 'image/jpeg', family: 'jpeg', name: 'JPEG' });
  expect(error).toMatchObject({ code, op: 'render', path });
  expect(error instanceof Error && /\/|\n/.test(error.message)).toBe(false);
});

it('reads a path that ends in brackets, which libvips parses as options', async () => {
  const bytes = await quarters(60, 40).jpeg().toBuffer();
  for (const name of ['IMG[1]', 'x[page=3]', 'a [edited].jpg', '-n.jpg', 'a|b.jpg', 'é\u202e%s.jpg']) {
    expect((await renderBytes(bytes, name)).width).toBe(60);
  }
});

it('uses no cached result after a file was replaced', async () => {
  const path = join(temporaryFolder(), 'a.jpg');
  const format = { type: 'image/jpeg', family: 'jpeg', name: 'JPEG' };
  await quarters(60, 40).jpeg().toFile(path);
  const before = shown(await render(path, format));
  writeFileSync(
    path,
    await sharp({ create: { width: 60, height: 40, channels: 3, background: '#000' } })
      .jpeg()
      .toBuffer(),
  );
  expect(shown(await render(path, format)).thumbhash).not.toBe(before.thumbhash);
});

it('reports a missing file as a system error', async () => {
  const gone = render(join(temporaryFolder(), 'gone.jpg'), { type: 'image/jpeg', family: 'jpeg', name: 'JPEG' });
  await expect(gone).rejects.toMatchObject({ code: 'ENOENT' });
});

it('renders the same pictures again', async () => {
  const bytes = await waves(900, 700).jpeg().toBuffer();
  expect(await renderBytes(bytes)).toEqual(await renderBytes(bytes));
});

test.skipIf(!existsSync(realPhotos))('renders the eight real orientations alike (needs ../shared/photos)', async () => {
  for (const shape of ['Landscape', 'Portrait']) {
    const thumbs = [1, 2, 3, 4, 5, 6, 7, 8].map((i) =>
      readFileSync(join(realPhotos, 'orientation', `${shape}_${i}.jpg`)),
    );
    const rendered = await Promise.all(thumbs.map((bytes) => renderBytes(bytes)));
    const tiny = await Promise.all(
      rendered.map(({ thumb }) => sharp(thumb.bytes).resize(16, 16, { fit: 'fill' }).raw().toBuffer()),
    );
    for (const [i, pixels] of tiny.entries()) {
      const apart = Math.max(...pixels.map((value, at) => Math.abs(value - (tiny[0]?.[at] ?? 0))));
      expect([shape, i + 1, apart < 40]).toEqual([shape, i + 1, true]);
    }
  }
});

/**
 * Decoding these takes seconds each: the large ones are covered by stripped.test.ts, HDR with small pictures by
 * jxl.test.ts (16 bits) and heif.test.ts (10 bits).
 */
const slow = [
  ...largePhotos,
  'immich-test-assets/formats/jxl/16bit-HDR-P3-nclx.jxl',
  'immich-test-assets/formats/avif/10bit-HDR-P3-nclx.avif',
];

test.skipIf(!existsSync(realPhotos))(
  'renders every other real photo except the damaged one (needs ../shared/photos)',
  { timeout: 120_000 },
  async () => {
    const files = readdirSync(realPhotos, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
    const failed: string[] = [];
    let shown = 0;
    for (const path of files.map((entry) => join(entry.parentPath, entry.name))) {
      const found = identify(readFileSync(path).subarray(0, headLength));
      // Videos are rendered by ffmpeg (test/video).
      if (found.kind !== 'photo' || found.format.type.startsWith('video/')) continue;
      if (slow.includes(path.slice(realPhotos.length + 1))) continue;
      await render(path, found.format).then(
        () => shown++,
        (error: unknown) =>
          failed.push(
            `${path.slice(realPhotos.length + 1)}: ${error instanceof PhotospoolError ? error.code : 'thrown'}`,
          ),
      );
    }
    expect(failed).toEqual(['exif-samples/jpg/corrupted.jpg: undecodable']);
    expect(shown).toBeGreaterThan(100);
  },
);
