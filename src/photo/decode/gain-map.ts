/**
 * Gain maps (ISO 21496-1, Ultra HDR): how much brighter each part of a picture is on an HDR screen. In a JPEG the map is
 * a second JPEG behind the first, found by an index (CIPA DC-007), and the metadata of both says how to apply it. libvips
 * scales pictures with their maps, but can't rotate or crop the map: this file does, and joins both again. Pure.
 */
import sharp from 'sharp';
import type { Develop } from '../../document/develop.js';
import { turn, type Pixels } from './decode-pixels.js';
import { developPixels } from './develop-pixels.js';

/** The encoding of maps: smooth and small. */
const encoding = { quality: 85, optimizeCoding: false } as const;

const [app0, app1, app2, startOfScan] = [0xe0, 0xe1, 0xe2, 0xda];
const namespaces = { xmp: 'http://ns.adobe.com/xap/1.0/\0', iso: 'urn:iso:std:iso:ts:21496:-1\0' };

/**
 * A picture with the gain map of `scaled`, a JPEG that libvips made of the same original without rotating it. The map is
 * rotated by the EXIF orientation of the original, and developed. Undefined if `scaled` has no map.
 */
export async function withGainMapOf(
  scaled: Buffer,
  picture: Buffer,
  { orientation, develop }: { orientation: number; develop?: Develop },
): Promise<Buffer | undefined> {
  const { gainMap } = await sharp(scaled).metadata();
  if (!gainMap) return undefined;
  const about = gainMapSegments(gainMap.image);
  if (about.length === 0) return undefined;
  const read = await readMap(gainMap.image);
  const turned = await turn(read, orientation);
  const pixels = develop ? await developPixels(turned, develop, Math.max(turned.width, turned.height)) : turned;
  return join(picture, gainMapSegments(scaled), insert(await writeMap(pixels, read.channels), about));
}

async function readMap(image: Uint8Array): Promise<Pixels> {
  // Gains, not colours: no profile applies.
  const read = sharp(image, { ignoreIcc: true });
  const isGrey = (await read.metadata()).channels === 1;
  const raw = (isGrey ? read.toColourspace('b-w') : read).raw();
  const { data, info } = await raw.toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels === 1 ? 1 : 3 };
}

/** A map as a JPEG, with as many channels as it had: rotating makes three of one. */
function writeMap({ data, width, height, channels }: Pixels, wanted: 1 | 3): Promise<Buffer> {
  const image = sharp(data, { raw: { width, height, channels } });
  return (wanted === 1 ? image.extractChannel(0).toColourspace('b-w') : image).jpeg(encoding).toBuffer();
}

/** The segments of a JPEG before its first scan, each with its marker and length. */
function segmentsOf(jpeg: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 2; jpeg[at] === 0xff && jpeg[at + 1] !== startOfScan; at += found.at(-1)!.length)
    found.push(jpeg.subarray(at, at + 2 + jpeg.readUInt16BE(at + 2)));
  return found;
}

/** The segments that say how to apply a map, or that one follows. libvips writes no other metadata into them. */
function gainMapSegments(jpeg: Uint8Array): Buffer[] {
  return segmentsOf(Buffer.from(jpeg)).filter((segment) => {
    const begins = (text: string): boolean => segment.subarray(4, 4 + text.length).equals(Buffer.from(text, 'latin1'));
    return (segment[1] === app1 && begins(namespaces.xmp)) || (segment[1] === app2 && begins(namespaces.iso));
  });
}

/** A JPEG with more segments, behind that of JFIF, which must be the first. */
function insert(jpeg: Buffer, segments: readonly Buffer[]): Buffer {
  const [first] = segmentsOf(jpeg);
  const at = 2 + (first?.[1] === app0 ? first.length : 0);
  return Buffer.concat([jpeg.subarray(0, at), ...segments, jpeg.subarray(at)]);
}

/** Both in one file. `about`: the segments of the picture. */
function join(picture: Buffer, about: readonly Buffer[], map: Buffer): Buffer {
  const announced = about.map((segment) => withLength(segment, map.length));
  const primary = insert(picture, [...announced, indexOf(0, 0, 0)]);
  const at = primary.indexOf('MPF\0', 0, 'latin1') + 4;
  return Buffer.concat([insert(picture, [...announced, indexOf(primary.length, map.length, at)]), map]);
}

/** A segment whose XMP, if it is one, names this length of the map. */
function withLength(segment: Buffer, length: number): Buffer {
  if (segment[1] !== app1) return segment;
  const body = segment.toString('latin1', 4).replace(/(Item:Length=")\d+(")/, `$1${length}$2`);
  return segmentWith(app1, Buffer.from(body, 'latin1'));
}

function segmentWith(marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** The index of two pictures, by their lengths; `at`: where the offsets in it count from. */
function indexOf(primary: number, map: number, at: number): Buffer {
  const index = Buffer.alloc(82);
  // Big-endian, with three entries at 8: the version, the number of pictures, and their list.
  index.write('MM\0*\0\0\0\x08\0\x03', 'latin1');
  const entries = [
    [0xb000, 7, 4, 0x30313030],
    [0xb001, 4, 1, 2],
    [0xb002, 7, 32, 50],
  ] as const;
  entries.forEach(([tag, type, count, value], n) => {
    index.writeUInt16BE(tag, 10 + n * 12);
    index.writeUInt16BE(type, 12 + n * 12);
    index.writeUInt32BE(count, 14 + n * 12);
    index.writeUInt32BE(value, 18 + n * 12);
  });
  // Each picture: its kind (0x30000: the one to show), its length, and where it begins.
  index.writeUInt32BE(0x30000, 50);
  index.writeUInt32BE(primary, 54);
  index.writeUInt32BE(map, 70);
  index.writeUInt32BE(primary - at, 74);
  return segmentWith(app2, Buffer.concat([Buffer.from('MPF\0', 'latin1'), index]));
}
