/** Builds files of the formats by hand, with contents that no program would write. Pure. */
import { crc32, deflateSync } from 'node:zlib';

/** Numbers as bytes: `[value, bytes]`, big-endian, or little-endian with `little`. */
export function numbersOf(values: readonly (readonly [number, 1 | 2 | 4 | 8])[], little = false): Buffer {
  return Buffer.concat(
    values.map(([value, size]) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(BigInt(value));
      const cut = bytes.subarray(8 - size);
      return little ? Buffer.from(cut).reverse() : cut;
    }),
  );
}

/** A chunk of a PNG (W3C PNG 3, 5.3). */
export function chunk(type: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([numbersOf([[data.length, 4]]), body, numbersOf([[crc32(body), 4]])]);
}

/** A PNG of 8-bit grey, whose rows are `pixels` (deflated), with chunks before them. */
export function png(width: number, height: number, pixels: Uint8Array, ...before: Uint8Array[]): Buffer {
  const header = numbersOf([
    [width, 4],
    [height, 4],
    [8, 1],
    [0, 4],
  ]);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), ...before, chunk('IDAT', pixels), chunk('IEND')]);
}

/** `size` equal bytes, deflated to a thousandth of that. */
export const bomb = (size: number): Buffer => deflateSync(Buffer.alloc(size));

/** The same bytes, repeated. */
export const times = (count: number, bytes: Uint8Array): Buffer => Buffer.alloc(count * bytes.length, bytes);

/** A segment of a JPEG (ITU-T T.81, B.1.1.4); `data` is at most 65,533 bytes. */
export function segment(marker: number, data: Uint8Array | string): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([
    numbersOf([
      [0xff, 1],
      [marker, 1],
      [bytes.length + 2, 2],
    ]),
    bytes,
  ]);
}

/** A JPEG with segments inserted after its first two bytes. */
export const withSegments = (jpeg: Buffer, ...segments: Uint8Array[]): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);

/** XMP around a piece of RDF. */
export const xmp = (inside: string): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
  `<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">${inside}</rdf:Description></rdf:RDF></x:xmpmeta>`;

/** XMP as a segment of a JPEG. */
export const xmpSegment = (inside: string): Buffer => segment(0xe1, `http://ns.adobe.com/xap/1.0/\0${xmp(inside)}`);

/** A chunk of a RIFF file, padded to even length. */
export function riffChunk(type: string, data: Uint8Array): Buffer {
  const length = numbersOf([[data.length, 4]], true);
  return Buffer.concat([Buffer.from(type, 'latin1'), length, data, Buffer.alloc(data.length % 2)]);
}

/** A WebP (RFC 9649) of these chunks. */
export const webp = (...chunks: Uint8Array[]): Buffer =>
  riffChunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...chunks]));

/** A little-endian TIFF with one directory of `[tag, type, count, value]`, and bytes after it. */
export function tiff(entries: readonly (readonly [number, number, number, number])[], after: Uint8Array): Buffer {
  const fields = entries.map(([tag, type, count, value]) =>
    numbersOf(
      [
        [tag, 2],
        [type, 2],
        [count, 4],
        [value, 4],
      ],
      true,
    ),
  );
  const head = numbersOf(
    [
      [42, 2],
      [8, 4],
      [entries.length, 2],
    ],
    true,
  );
  return Buffer.concat([Buffer.from('II'), head, ...fields, Buffer.alloc(4), after]);
}

/** A box of ISO base media (ISO/IEC 14496-12); `length` is its declared length. */
export const box = (type: string, data: Uint8Array | string, length = 8 + data.length): Buffer =>
  Buffer.concat([numbersOf([[length, 4]]), Buffer.from(type, 'latin1'), Buffer.from(data)]);
