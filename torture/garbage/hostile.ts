/**
 * Files made to harm: bombs, endless structures, programs and playlists under a photo's name, and arguments of ExifTool
 * or a shell in names and tags. A program that obeys one of them creates a file called `pwned`.
 */
import { deflateSync, gzipSync } from 'node:zlib';
import { madePicture, type Garbage } from './corrupt.js';
import {
  bomb,
  box,
  chunk,
  numbersOf,
  png,
  riffChunk,
  segment,
  times,
  tiff,
  webp,
  withSegments,
  xmp,
  xmpSegment,
} from './files.js';

/** The required result; default: stored, stuck or ignored. */
export interface Hostile extends Garbage {
  becomes?: 'stored' | 'stuck' | 'ignored';
  /** It costs many seconds or hundreds of megabytes: not in the test suite. */
  heavy?: true;
}

/** All of them, each with distinct bytes. */
export async function hostile(): Promise<Hostile[]> {
  const jpeg = (seed: number): Promise<Buffer> => madePicture(seed, 'jpeg', 64, 48).then(({ bytes }) => bytes);
  return [...bombs(), ...(await structures(jpeg)), ...(await words(jpeg)), ...(await names(jpeg)), ...others()];
}

const row = (size: number): Buffer => deflateSync(Buffer.alloc(size));

/** Those that take seconds to make: made only when they are used. */
const largeBombs: Hostile[] = (
  [
    ['bomb.png', () => png(16_000, 16_000, bomb(16_001 * 16_000))],
    ['profile-bomb.png', () => png(4, 4, row(20), chunk('iCCP', zipped(bomb(300 << 20))))],
    ['text-bomb.png', () => png(4, 5, row(25), chunk('zTXt', zipped(bomb(300 << 20))))],
  ] as const
).map(([name, make]) => ({
  name,
  heavy: true,
  get bytes() {
    return make();
  },
}));

/** Small files that claim to be, or expand to, large ones. */
function bombs(): Hostile[] {
  const gif = (width: number, height: number, frames: number): Buffer => {
    const frame = Buffer.from('2c0000000001000100000202440100', 'hex');
    const size = numbersOf([[width, 2], [height, 2]], true); // prettier-ignore
    const parts = Array.from({ length: frames }, () => frame);
    return Buffer.concat([
      Buffer.from('GIF89a'),
      size,
      Buffer.from('800000000000ffffff', 'hex'),
      ...parts,
      Buffer.from(';'),
    ]);
  };
  const strips = (width: number, height: number, count: number): Buffer =>
    tiff(
      [
        [0x100, 4, 1, width],
        [0x101, 4, 1, height],
        [0x102, 3, 1, 8],
        [0x103, 3, 1, 8],
        [0x106, 3, 1, 1],
        [0x111, 4, count, 122],
        [0x116, 4, 1, height],
        [0x117, 4, count, 1000],
      ],
      row(1_000_000),
    );
  const frame = riffChunk(
    'ANMF',
    Buffer.concat([Buffer.alloc(16), riffChunk('VP8L', Buffer.from('2f00000000', 'hex'))]),
  );
  const extended = (width: number, height: number): Buffer => {
    const header = Buffer.alloc(10);
    header[0] = 2;
    header.writeUIntLE(width - 1, 4, 3);
    header.writeUIntLE(height - 1, 7, 3);
    return riffChunk('VP8X', header);
  };
  return [
    { name: 'huge.png', bytes: png(50_000, 50_000, row(100)), becomes: 'stuck' },
    { name: 'largest.png', bytes: png(0x7fffffff, 0x7fffffff, row(100)), becomes: 'stuck' },
    ...largeBombs,
    { name: 'profile.png', bytes: png(4, 6, row(30), chunk('iCCP', zipped(bomb(1 << 20)))) },
    {
      name: 'chunks.png',
      bytes: png(4, 7, row(35), times(50_000, chunk('tEXt', Buffer.from('a\0b')))),
      heavy: true,
    },
    { name: 'huge.gif', bytes: gif(0xffff, 0xffff, 1) },
    { name: 'nothing.gif', bytes: gif(0, 0, 0), becomes: 'stuck' },
    { name: 'frames.gif', bytes: gif(1, 1, 100_000) },
    { name: 'huge.tiff', bytes: strips(0x7fffffff, 0x7fffffff, 1), becomes: 'stuck' },
    { name: 'wide.tiff', bytes: strips(16_000, 16_000, 1) },
    { name: 'many.tiff', bytes: strips(100, 100, 0x7fffffff) },
    { name: 'loop.tiff', bytes: Buffer.from('49492a000800000000000800', 'hex'), becomes: 'stuck' },
    {
      name: 'big.tiff',
      bytes: Buffer.from('49492b00080000001000000000000000ffffffffffffff7f', 'hex'),
      becomes: 'stuck',
    },
    { name: 'huge.webp', bytes: webp(extended(0xffffff, 0xffffff)), becomes: 'stuck' },
    {
      name: 'frames.webp',
      bytes: webp(extended(1, 1), riffChunk('ANIM', Buffer.alloc(6)), times(100_000, frame)),
      heavy: true,
    },
    { name: 'few-frames.webp', bytes: webp(extended(1, 1), riffChunk('ANIM', Buffer.alloc(6)), times(2000, frame)) },
    { name: 'zip-bomb.jpg', bytes: Buffer.concat([Buffer.from('PK\x03\x04'), bomb(10 << 20)]), becomes: 'ignored' },
    { name: 'gzip-bomb.jpg', bytes: gzipSync(Buffer.alloc(10 << 20)), becomes: 'ignored' },
  ];
}

/** A name, its end, the method 0, and deflated data: the form of profiles and texts in PNG. */
const zipped = (data: Buffer): Buffer => Buffer.concat([Buffer.from('name\0\0'), data]);

/** Valid enough to be parsed, and constructed so that they never end or nest too deeply. */
async function structures(jpeg: (seed: number) => Promise<Buffer>): Promise<Hostile[]> {
  const size = (bytes: Buffer, height: number, width: number): Buffer => {
    const sized = Buffer.from(bytes);
    const at = sized.findIndex((byte, n) => byte === 0xff && [0xc0, 0xc2].includes(sized[n + 1]!)) + 5;
    sized.writeUInt16BE(height, at);
    sized.writeUInt16BE(width, at + 2);
    return sized;
  };
  const scans = await jpeg(101);
  const last = scans.lastIndexOf(Buffer.from('ffda', 'hex'));
  const scan = scans.subarray(last, -2);
  const deep = (depth: number): string =>
    `<dc:title>${'<rdf:Bag><rdf:li>'.repeat(depth)}x${'</rdf:li></rdf:Bag>'.repeat(depth)}</dc:title>`;
  const structs = (depth: number): string =>
    `${'<dc:a rdf:parseType="Resource">'.repeat(depth)}<dc:b>x</dc:b>${'</dc:a>'.repeat(depth)}`;
  const itxt = (text: string): Buffer => chunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${xmp(text)}`));
  const row = deflateSync(Buffer.alloc(100));
  return [
    { name: 'huge.jpg', bytes: size(await jpeg(102), 0xffff, 0xffff), becomes: 'stuck' },
    { name: 'flat.jpg', bytes: size(await jpeg(104), 0, 64), becomes: 'stuck' },
    { name: 'scans.jpg', bytes: Buffer.concat([scans.subarray(0, last), times(20_000, scan), Buffer.from('ffd9', 'hex')]) },
    { name: 'large-scans.jpg', bytes: size(Buffer.concat([scans.subarray(0, last), times(90, scan), Buffer.from('ffd9', 'hex')]), 16_000, 16_000), heavy: true },
    { name: 'comments.jpg', bytes: withSegments(await jpeg(106), times(300, segment(0xfe, Buffer.alloc(65_533, 'x')))) },
    { name: 'segments.jpg', bytes: withSegments(await jpeg(108), times(200_000, segment(0xfe, 'x'))), heavy: true },
    { name: 'profile.jpg', bytes: withSegments(await jpeg(110), segment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01'), Buffer.alloc(60_000, 0xff)]))) },
    { name: 'deep.jpg', bytes: withSegments(await jpeg(112), xmpSegment(deep(800))) },
    { name: 'deep-structs.jpg', bytes: withSegments(await jpeg(114), xmpSegment(structs(1000))) },
    { name: 'deep.png', bytes: png(5, 5, row, itxt(deep(20_000))), heavy: true },
    { name: 'deep-structs.png', bytes: png(5, 6, row, itxt(structs(20_000))), heavy: true },
    { name: 'long.png', bytes: png(5, 7, row, itxt(`<dc:title>${'x'.repeat(20 << 20)}</dc:title>`)), heavy: true },
    { name: 'wide.png', bytes: png(5, 8, row, itxt(`<dc:subject><rdf:Bag>${'<rdf:li>x</rdf:li>'.repeat(300_000)}</rdf:Bag></dc:subject>`)), heavy: true },
    { name: 'less-deep.png', bytes: png(5, 9, row, itxt(deep(200) + structs(200))) },
    { name: 'loop.jpg', bytes: withSegments(await jpeg(116), segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), tiff([[0x8769, 4, 1, 8], [0x14a, 4, 1, 8], [0x927c, 7, 0x7fffffff, 8]], Buffer.alloc(10))]))) },
    { name: 'avif.avif', bytes: Buffer.concat([box('ftyp', 'avif\0\0\0\0avifmif1'), box('meta', '', 0xffffffff)]), becomes: 'stuck' },
    { name: 'deep.avif', bytes: Buffer.concat([box('ftyp', 'avif\0\0\0\0avifmif1mif2'), nested(2000)]), becomes: 'stuck' },
  ]; // prettier-ignore
}

function nested(depth: number): Buffer {
  let inside: Buffer = Buffer.alloc(0);
  for (let n = 0; n < depth; n++) inside = box('meta', Buffer.concat([Buffer.alloc(4), inside]));
  return inside;
}

/** Tags that imitate arguments, responses, or programs. The picture is intact. */
async function words(jpeg: (seed: number) => Promise<Buffer>): Promise<Hostile[]> {
  const texts = [
    '-execute\n-o\npwned\n',
    'x\n{ready}\n',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '$(touch pwned) `touch pwned` ; touch pwned | touch pwned',
    '" . qx{touch pwned} . "\n\\\n',
    '\u202egpj.exe',
    '%s%s%n%d {} ${7*7} #{7*7}',
  ];
  // The DjVu of CVE-2021-22204, in the tag of the exploit.
  const djvu = Buffer.from('AT&TFORM\0\0\0\x60DJVUINFO\0\0\0\x0a\0\0\0\0\x18\0,\x01\x16\x01ANTa\0\0\0\x33(metadata (Copyright "\\\n" . qx{touch pwned} . \\\n" b ") )', 'latin1'); // prettier-ignore
  const exif = tiff([[0xc51b, 7, djvu.length, 26]], djvu);
  return [
    ...(await Promise.all(
      texts.map(async (text, n) => ({
        name: `words-${n}.jpg`,
        bytes: withSegments(
          await jpeg(200 + n * 2),
          xmpSegment(`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${text}</rdf:li></rdf:Alt></dc:title>`),
        ),
        becomes: 'stored' as const,
      })),
    )),
    { name: 'djvu-inside.jpg', bytes: withSegments(await jpeg(220), segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif]))), becomes: 'stored' }, // prettier-ignore
  ];
}

/** Intact photos under names that imitate arguments, paths or commands. */
async function names(jpeg: (seed: number) => Promise<Buffer>): Promise<Hostile[]> {
  const wanted = [
    '-execute',
    '-o',
    '-o pwned.jpg',
    '-config=pwned.jpg',
    '@argfile',
    '-@',
    'a\n-execute\n-o\npwned.jpg',
    '%d%f.jpg',
    '%s%n.jpg',
    '|touch pwned',
    'touch pwned|',
    '$(touch pwned).jpg',
    '`touch pwned`.jpg',
    ';touch pwned;.jpg',
    '"; touch pwned; ".jpg',
    '&& touch pwned &.jpg',
    'a[page=3].jpg',
    '<img src=x onerror=alert(1)>.jpg',
    '\u202egpj.jpg',
    '\x1b[2Jclear.jpg',
    '--help',
    '*',
    '{ready}',
  ];
  return Promise.all(
    wanted.map(async (name, n) => ({ name, bytes: await jpeg(300 + n * 2), becomes: 'stored' as const })),
  );
}

/** Files that are not photos under a photo's name. */
function others(): Hostile[] {
  const script = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>';
  const playlist = '#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n';
  const files: Record<string, string | Buffer> = {
    'drawing.svg': script,
    'drawing.jpg': `<?xml version="1.0"?>${script}`,
    'entities.svg': `<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>${script}`,
    'playlist.mp4': playlist,
    'playlist.jpg': `${playlist}\n`,
    'djvu.jpg': 'AT&TFORM\0\0\0\x60DJVUINFO(metadata (Copyright "\\\n" . qx{touch pwned} . \\\n" b ") )',
    'page.jpg': '<!doctype html><script>alert(1)</script>',
    'script.jpg': '#!/bin/sh\ntouch pwned\n',
    'program.png': '\x7fELF\x02\x01\x01',
    'postscript.jpg': '%!PS\n(pwned) (w) file',
    'magick.jpg': 'push graphic-context\nfill \'url(https://127.0.0.1/x"|touch pwned")\'\n',
    'empty.jpg': '',
    'zeros.jpg': Buffer.alloc(1 << 20),
    'boxes.mp4': Buffer.concat([box('ftyp', 'isom\0\0\0\0'), box('moov', '', 1), Buffer.alloc(8, 0xff)]),
    'deep.mp4': Buffer.concat([box('ftyp', 'mp42\0\0\0\0'), nested(2000)]),
    'photo.php.jpg': '<?php system("touch pwned"); ?>',
  };
  return Object.entries(files).map(([name, bytes]) => ({
    name,
    bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes,
    // A video with inconsistent boxes counts as incomplete, and unrecognisable bytes under a photo's name as damage.
    becomes: (name.endsWith('.mp4') && name !== 'playlist.mp4') || name === 'zeros.jpg' ? 'stuck' : 'ignored',
  }));
}
