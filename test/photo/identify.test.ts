import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { families } from '../../src/photo/formats/families.js';
import { headLength, identify } from '../../src/photo/formats/identify.js';
import { inputOf } from '../../src/video/ffmpeg-input.js';
import { quarters } from './pictures.js';

const bytes = (text: string, length = 512): Uint8Array =>
  Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(length)]);
const ftyp = (major: string, ...compatible: string[]): Uint8Array => {
  const size = String.fromCharCode(16 + compatible.length * 4);
  return bytes(`\0\0\0${size}ftyp${major}\0\0\0\0${compatible.join('')}`);
};

/** The start of a little-endian TIFF with one directory: `[tag, type, count, value]`, followed by text. */
function tiffHead(entries: [number, number, number, number][], text = ''): Uint8Array {
  const head = Buffer.alloc(8 + 2 + entries.length * 12 + 4 + 64);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(entries.length, 8);
  const behind = 10 + entries.length * 12 + 4;
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    const at = 10 + i * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(count, at + 4);
    head.writeUInt32LE(tag === 0x10f ? behind : value, at + 8);
  }
  head.write(text, behind, 'latin1');
  return head;
}

const preview: [number, number, number, number][] = [
  [0xfe, 4, 1, 1],
  [0x10f, 2, 20, 0],
  [0x14a, 4, 1, 4096],
];

test.each([
  ['jpeg', 'JPEG', 'image/jpeg'],
  ['png', 'PNG', 'image/png'],
  ['webp', 'WebP', 'image/webp'],
  ['gif', 'GIF', 'image/gif'],
  ['tiff', 'TIFF', 'image/tiff'],
  ['avif', 'AVIF', 'image/avif'],
] as const)('a real %s is a photo', async (encoder, name, type) => {
  const head = (await quarters(40, 30).toFormat(encoder).toBuffer()).subarray(0, headLength);
  expect(identify(head)).toMatchObject({ kind: 'photo', format: { name, type } });
});

describe('by bytes alone', () => {
  test.each([
    ['JPEG 2000', bytes('\0\0\0\x0cjP  \r\n\x87\n')],
    ['BMP', bytes('BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0')],
    ['Photoshop (PSD)', bytes('8BPS\0\x01')],
  ])('%s is recognised as unsupported', (name, head) => {
    const found = identify(head);
    expect(found).toMatchObject({ kind: 'unsupported', format: { name } });
    expect('reason' in found && found.reason).toMatch(/^this version can't read/);
  });

  test.each([
    ['AVIF', ftyp('avif', 'mif1', 'miaf')],
    ['AVIF', ftyp('mif1', 'mif1', 'avif')],
    [
      'TIFF',
      tiffHead(
        [
          [0x100, 3, 1, 40],
          [0x10f, 2, 20, 0],
        ],
        'NIKON CORPORATION',
      ),
    ],
    ['TIFF', bytes('MM\0*\xff\xff\xff\0')],
    ['Canon RAW (CR2)', bytes('II*\0\x10\0\0\0CR\x02\0')],
    ['Canon RAW (CR3)', ftyp('crx ', 'crx ', 'isom')],
    ['Olympus RAW (ORF)', bytes('IIRO\x08\0\0\0')],
    ['Panasonic RAW (RW2)', bytes('IIU\0\x18\0\0\0')],
    ['Fujifilm RAW (RAF)', bytes('FUJIFILMCCD-RAW 0201')],
    ['Nikon RAW (NEF)', tiffHead(preview, 'NIKON CORPORATION')],
    ['Sony RAW (ARW)', tiffHead(preview, 'SONY')],
    ['Samsung RAW (SRW)', tiffHead(preview, 'SAMSUNG')],
    ['camera RAW', tiffHead(preview, 'Nobody')],
    ['DNG', tiffHead([[0xc612, 1, 4, 0x401]])],
    [
      'Pentax RAW (PEF)',
      tiffHead(
        [
          [0x106, 3, 1, 32803],
          [0x10f, 2, 20, 0],
        ],
        'PENTAX',
      ),
    ],
    ['HEIC', ftyp('heic', 'mif1', 'heic')],
    ['HEIC', ftyp('mif1', 'mif1', 'heic', 'miaf')],
    ['HEIF', ftyp('mif1', 'mif1')],
    ['JPEG XL', bytes('\xff\x0a\xfa\x7f')],
    ['JPEG XL', bytes('\0\0\0\x0cJXL \r\n\x87\n')],
  ])('%s is a photo', (name, head) => {
    expect(identify(head)).toMatchObject({ kind: 'photo', format: { name } });
  });

  test.each([
    ['MP4', ftyp('isom', 'mp41')],
    ['QuickTime (MOV)', ftyp('qt  ')],
    ['QuickTime (MOV)', bytes('\0\0\x01\0moov')],
    ['M4V', ftyp('M4V ')],
    ['3GP', ftyp('3gp5')],
    ['AVI', bytes('RIFF\x10\0\0\0AVI LIST')],
    ['WebM', bytes('\x1a\x45\xdf\xa3\x9fB\x82\x84webm')],
    ['Matroska (MKV)', bytes('\x1a\x45\xdf\xa3\x9fB\x82\x88matroska')],
    [
      'MPEG transport stream (MTS)',
      Buffer.alloc(1024)
        .fill('G\0', 0, 1024)
        .map((_, i) => (i % 192 === 4 ? 0x47 : 0)),
    ],
    ['MPEG', bytes('\0\0\x01\xba')],
    ['MPEG video', bytes('\0\0\x01\xb3')],
  ])('%s is a video', (name, head) => {
    const found = identify(head);
    expect(found).toMatchObject({ kind: 'photo', format: { name, family: 'video' } });
    expect(found.kind === 'photo' && inputOf('/a', found.format)).toContain('file,pipe');
  });

  it('recognises several frames from the first bytes', () => {
    expect(identify(ftyp('avis', 'avif'))).toMatchObject({ kind: 'photo', format: { animated: true } });
    const chunk = (type: string, length: string): string =>
      `\0\0\0${length}${type}${'\0'.repeat(length.charCodeAt(0) + 4)}`;
    const apng = bytes(`\x89PNG\r\n\x1a\n${chunk('IHDR', '\x0d')}${chunk('acTL', '\x08')}${chunk('IDAT', '\x01')}`);
    expect(identify(apng)).toMatchObject({ kind: 'photo', format: { animated: true, type: 'image/png' } });
  });

  test.each([
    ['it is empty', new Uint8Array()],
    ['it is a text file', Buffer.from('Grüße aus Zürich')],
    ['it is a text file', Buffer.from('\ufeffhallo', 'utf16le')],
    ['it is a text file', Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd')],
    ['it is a text file', Buffer.from('BM is how this text begins')],
    ['it is a web page', Buffer.from('\n<!DOCTYPE html><html><body>')],
    ['it is an SVG drawing', Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">')],
    ['it is an XMP sidecar', Buffer.from('<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/">')],
    ['it is an XML document', Buffer.from('<?xml version="1.0"?><gpx>')],
    ['it is a JSON document', Buffer.from('{"title":"IMG_0001.jpg"}')],
    ['it is a PDF document', bytes('%PDF-1.7')],
    ['it is a DjVu document', bytes('AT&TFORM')],
    ['it is a ZIP archive', bytes('PK\x03\x04')],
    ['it is a program', bytes('\x7fELF\x02')],
    ['it is a script', Buffer.from('#!/bin/sh\nrm x')],
    ['it is a sound file', ftyp('M4A ')],
    ['it is not a supported photo or video', Buffer.from([1, 2, 3, 254, 0, 9])],
  ])('%s', (reason, head) => {
    expect(identify(head)).toEqual({ kind: 'foreign', reason });
  });
});

it('returns a result for any bytes, and never throws', () => {
  const signatures = [
    'II*\0\x08\0\0\0',
    'MM\0*\0\0\0\x08',
    '\0\0\0\x18ftyp',
    '\x89PNG\r\n\x1a\n',
    'RIFF',
    'GIF89a',
    '\xff\xd8\xff',
  ];
  const anything = fc.tuple(fc.constantFrom('', ...signatures), fc.uint8Array({ maxLength: 600 }));
  fc.assert(
    fc.property(anything, ([signature, rest]) => {
      const found = identify(Buffer.concat([Buffer.from(signature, 'latin1'), rest]));
      expect(found.kind === 'photo' || found.reason.length > 5).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('names each family after its file, and every kind has a type', () => {
  for (const { name, kinds } of families) {
    for (const kind of kinds) {
      expect(kind.family).toBe(name);
      expect(kind.type).toMatch(/^(image|video)\/[a-z0-9.-]+$/);
    }
  }
});
