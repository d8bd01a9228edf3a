/**
 * Strips an original to its picture: no EXIF, XMP, IPTC, comments, thumbnails, maker notes or trailers, so no position,
 * serial number or name. The picture's own bytes are copied unchanged. Only chunks known to be needed for showing it
 * are kept; a file that is not fully understood is rejected. Pure.
 */
import { boxesOf } from '../formats/heif-boxes.js';
import { has, latin, uint } from '../formats/byte-reader.js';
import { stripHeif } from './strip-heif.js';
import { stripTiff } from './strip-tiff.js';

const strippers: Record<string, (bytes: Buffer) => Buffer | undefined> = {
  'image/jpeg': stripJpeg,
  'image/png': stripPng,
  'image/webp': stripWebp,
  'image/heic': stripHeif,
  'image/heif': stripHeif,
  'image/avif': stripHeif,
  'image/jxl': stripJxl,
  'image/tiff': stripTiff,
};

/** The MIME types of originals that can be stripped. */
export const strippable: readonly string[] = Object.keys(strippers);

/** The stripped file; undefined if it can't be stripped. */
export function strip(bytes: Buffer, type: string): Buffer | undefined {
  return Object.hasOwn(strippers, type) ? strippers[type]!(bytes) : undefined;
}

/** JPEG markers without a length (ITU-T T.81, B.1.1.3): TEM and RST0 to RST7. */
const isBare = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);

function stripJpeg(bytes: Buffer): Buffer | undefined {
  if (!has(bytes, 0, '\xff\xd8')) return undefined;
  const parts: Buffer[] = [bytes.subarray(0, 2)];
  let orientation = 1;
  let scans = 0;
  for (let at = 2; at < bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1];
    if (marker === undefined) return undefined;
    if (marker === 0xff) {
      at++;
    } else if (marker === 0xd9) {
      if (scans === 0) return undefined;
      const turned = orientation === 1 ? [] : [orientationOnly(orientation)];
      return Buffer.concat([parts[0]!, ...turned, ...parts.slice(1), bytes.subarray(at, at + 2)]);
    } else if (isBare(marker)) {
      at += 2;
    } else {
      const length = uint(bytes, at + 2, 2);
      const end = at + 2 + (length ?? 0);
      if (length === undefined || length < 2 || end > bytes.length) return undefined;
      if (marker === 0xe1) orientation = orientationOf(bytes.subarray(at + 4, end)) ?? orientation;
      const next = marker === 0xda ? endOfScan(bytes, end) : end;
      if (marker === 0xda) scans++;
      if (isNeeded(marker, bytes, at + 4)) parts.push(bytes.subarray(at, next));
      at = next;
    }
  }
  return undefined;
}

/** Segments that affect the picture: tables, frames, scans, JFIF, ICC profiles, Adobe's transform. */
function isNeeded(marker: number, bytes: Buffer, at: number): boolean {
  if (marker === 0xe0) return has(bytes, at, 'JFIF\0');
  if (marker === 0xe2) return has(bytes, at, 'ICC_PROFILE\0');
  if (marker === 0xee) return has(bytes, at, 'Adobe');
  return marker < 0xe0 || marker === 0xda;
}

/** The position of the next marker after the data of a scan: `FF` followed by anything but `00` or a restart. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes[at + 1];
    if (marker !== undefined && marker !== 0 && marker !== 0xff && !isBare(marker)) return at;
  }
  return bytes.length;
}

const orientationTag = 0x0112;

/** The orientation in an EXIF segment (EXIF 3.0, 4.6.4.1), 1 to 8. */
function orientationOf(segment: Buffer): number | undefined {
  if (!has(segment, 0, 'Exif\0\0')) return undefined;
  return turnOf(segment.subarray(6));
}

/** The orientation in the content of an EXIF segment: a TIFF without pixels. */
function turnOf(tiff: Buffer): number | undefined {
  const little = latin(tiff, 0, 2) === 'II';
  const directory = uint(tiff, 4, 4, little) ?? 0;
  const count = uint(tiff, directory, 2, little) ?? 0;
  for (let n = 0; n < count; n++) {
    const at = directory + 2 + 12 * n;
    if (uint(tiff, at, 2, little) !== orientationTag) continue;
    const value = uint(tiff, at + 8, 2, little) ?? 0;
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}

/** EXIF with only the orientation. */
function turnOnly(orientation: number): Buffer {
  const tiff = Buffer.from('MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0', 'latin1');
  tiff.writeUInt16BE(orientation, 18);
  return tiff;
}

/** The same as a JPEG segment. */
function orientationOnly(orientation: number): Buffer {
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), turnOnly(orientation)]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** Chunks of PNG (W3C PNG 3, 5.6) that affect the picture. */
const neededChunks = new Set([
  ...['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'cICP', 'sBIT', 'bKGD', 'pHYs'],
  ...['acTL', 'fcTL', 'fdAT'],
]);

function stripPng(bytes: Buffer): Buffer | undefined {
  if (!has(bytes, 0, '\x89PNG\r\n\x1a\n')) return undefined;
  const parts = [bytes.subarray(0, 8)];
  for (let at = 8; at < bytes.length;) {
    const length = uint(bytes, at, 4);
    const end = at + 12 + (length ?? 0);
    if (length === undefined || end > bytes.length) return undefined;
    const type = latin(bytes, at + 4, 4);
    if (neededChunks.has(type)) parts.push(bytes.subarray(at, end));
    if (type === 'IEND') return Buffer.concat(parts);
    at = end;
  }
  return undefined;
}

/** Chunks of WebP (RFC 9649, 2.7) that affect the picture, including those of frames. */
const webpChunks = new Set(['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
const frameChunks = ['VP8 ', 'VP8L', 'ALPH'];
/** Flags of `VP8X` for the presence of EXIF and XMP. */
const [exifFlag, xmpFlag] = [0x08, 0x04];

/** The chunks of a RIFF file, each up to the start of the next; undefined if one is cut off. */
function chunksOf(bytes: Buffer, from: number): { type: string; chunk: Buffer }[] | undefined {
  const chunks = [];
  for (let at = from; at < bytes.length;) {
    const length = uint(bytes, at + 4, 4, true);
    const end = at + 8 + (length ?? 0) + ((length ?? 0) % 2);
    if (length === undefined || end > bytes.length) return undefined;
    chunks.push({ type: latin(bytes, at, 4), chunk: bytes.subarray(at, end) });
    at = end;
  }
  return chunks;
}

function stripWebp(bytes: Buffer): Buffer | undefined {
  const end = (uint(bytes, 4, 4, true) ?? Infinity) + 8;
  if (!has(bytes, 0, 'RIFF') || !has(bytes, 8, 'WEBP') || end > bytes.length) return undefined;
  const chunks = chunksOf(bytes.subarray(0, end), 12);
  const exif = chunks?.find(({ type }) => type === 'EXIF')?.chunk.subarray(8);
  const turn = exif && (orientationOf(exif) ?? turnOf(exif) ?? 1);
  const kept = chunks
    ?.filter(({ type }) => webpChunks.has(type))
    .map(({ type, chunk }) => ({ type, chunk: Buffer.from(chunk) }));
  if (!kept?.some(({ type }) => type === 'VP8 ' || type === 'VP8L' || type === 'ANMF')) return undefined;
  for (const { type, chunk } of kept) {
    if (type === 'VP8X')
      chunk[8] = (chunk[8]! & ~(exifFlag | xmpFlag)) | (turn !== undefined && turn > 1 ? exifFlag : 0);
    if (type !== 'ANMF') continue;
    const inner = chunksOf(chunk, 24);
    if (!inner?.every((one) => frameChunks.includes(one.type))) return undefined;
  }
  const turned = Buffer.from('EXIF\x1a\0\0\0', 'latin1');
  const parts = [
    bytes.subarray(0, 12),
    ...kept.map(({ chunk }) => chunk),
    ...(turn !== undefined && turn > 1 ? [turned, turnOnly(turn)] : []),
  ];
  const bare = Buffer.concat(parts);
  bare.writeUInt32LE(bare.length - 8, 4);
  return bare;
}

/** Boxes of a JPEG XL file (ISO/IEC 18181-2) with its picture, without those for reconstructing a JPEG. */
const jxlBoxes = new Set(['JXL ', 'ftyp', 'jxll', 'jxlc', 'jxlp']);

/** A bare codestream has no metadata. The orientation is in the codestream. */
function stripJxl(bytes: Buffer): Buffer | undefined {
  if (has(bytes, 0, '\xff\x0a')) return bytes;
  const boxes = boxesOf(bytes)?.filter(({ type }) => jxlBoxes.has(type));
  if (!boxes?.some(({ type }) => type === 'jxlc' || type === 'jxlp')) return undefined;
  return Buffer.concat(boxes.map(({ at, end }) => bytes.subarray(at, end)));
}
