/**
 * Gain maps (ISO 21496-1, Ultra HDR, Apple): how much brighter each part of a picture is on an HDR screen. In a JPEG
 * the map is a second JPEG behind the first, found by an index (CIPA DC-007), and the metadata of both describes how to
 * apply it. A preview gets the map of its original, scaled, rotated and developed alike. This file assembles such a
 * JPEG itself: libvips can't rotate or crop a map, and adds EXIF and a profile. Only numbers of the original's metadata
 * are kept. Pure.
 */
import sharp, { type Metadata } from 'sharp';
import type { Develop } from '../../document/develop.js';
import { has, uint } from '../formats/byte-reader.js';
import { appleHeadroom, fromApple } from './apple-gain-map.js';
import { developPixels } from './develop-pixels.js';
import { oneChannel, openPixels, toPixels, turn, type Pixels } from './pixels.js';
import { pixelLimit } from './renditions.js';
import {
  readIso,
  readXmp,
  writeContainerXmp,
  writeIso,
  writeXmp,
  type GainMap,
  type Gains,
} from './gain-map-metadata.js';

/**
 * How a preview was made from the original: the displayed size of the original, the size it was scaled to, and the
 * edit.
 */
export interface PreviewOrigin {
  original: { width: number; height: number };
  scaled: { width: number; height: number };
  develop?: Develop;
}

/** The encoding of maps: smooth and small. */
const encoding = { quality: 85, optimizeCoding: false } as const;
/** A map has the shape of its picture, except that its size is rounded. */
const tolerance = 0.02;

const [app0, app1, app2, startOfScan] = [0xe0, 0xe1, 0xe2, 0xda];
/** The beginnings of segments with metadata: XMP, the binary form of ISO 21496-1, EXIF. */
const namespaces = { xmp: 'http://ns.adobe.com/xap/1.0/\0', iso: 'urn:iso:std:iso:ts:21496:-1\0', exif: 'Exif\0\0' };

/**
 * The gain map of a JPEG in which libvips found one, by its metadata; undefined if it is unknown how to apply it.
 * @throws the error of libvips if the map is broken.
 */
export async function readJpegGainMap({ gainMap, exif, orientation = 1 }: Metadata): Promise<GainMap | undefined> {
  if (!gainMap) return undefined;
  const image = Buffer.from(gainMap.image);
  const iso = contentOf(image, app2, namespaces.iso);
  const xmp = contentOf(image, app1, namespaces.xmp)?.toString() ?? '';
  const gains = (iso && readIso(iso)) ?? readXmp(xmp);
  if (gains) return { pixels: await readSamples(image), orientation, gains };
  const tiff = exif && has(exif, 0, namespaces.exif) ? exif.subarray(namespaces.exif.length) : exif;
  const headroom = appleHeadroom(xmp, tiff);
  return headroom === undefined
    ? undefined
    : { ...fromApple(await oneChannel(await readSamples(image)), headroom), orientation };
}

/** The samples of a map that is stored as a picture: colour profiles do not apply to them. */
export async function readSamples(image: Buffer): Promise<Pixels> {
  const read = sharp(image, { ignoreIcc: true, limitInputPixels: pixelLimit });
  const isGrey = (await read.metadata()).channels < 3;
  return toPixels(isGrey ? read.toColourspace('b-w') : read);
}

/** The preview, a JPEG, with the map in the same file; undefined if the map has another shape than the original. */
export async function withGainMap(
  preview: Uint8Array,
  { pixels, orientation, gains }: GainMap,
  { original, scaled, develop }: PreviewOrigin,
): Promise<Buffer | undefined> {
  const upright = await turn(pixels, orientation);
  const shape = (upright.width / upright.height) * (original.height / original.width);
  if (Math.abs(shape - 1) > tolerance) return undefined;
  const [width, height] = [upright.width, upright.height].map((side) =>
    Math.max(1, Math.round((side * scaled.width) / original.width)),
  );
  const small = await toPixels(openPixels(upright).resize({ width, height, fit: 'fill', withoutEnlargement: true }));
  const shown = develop ? await developPixels(small, develop, Math.max(small.width, small.height)) : small;
  // Rotating and scaling turn one channel into three.
  const image = openPixels(pixels.channels === 1 ? await oneChannel(shown) : shown);
  const grey = pixels.channels === 1 ? image.toColourspace('b-w') : image;
  return join(Buffer.from(preview), await grey.jpeg(encoding).toBuffer(), gains);
}

/** The content of the segment with this marker that begins with these characters, without them. */
function contentOf(jpeg: Buffer, marker: number, begin: string): Buffer | undefined {
  for (let at = 2; jpeg[at] === 0xff && jpeg[at + 1] !== startOfScan;) {
    const length = uint(jpeg, at + 2, 2) ?? 0;
    if (length < 2) return undefined;
    if (jpeg[at + 1] === marker && has(jpeg, at + 4, begin))
      return jpeg.subarray(at + 4 + begin.length, at + 2 + length);
    at += 2 + length;
  }
  return undefined;
}

/** A segment of a JPEG. */
function segment(marker: number, begin: string, ...body: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat([Buffer.from(begin, 'latin1'), ...body]);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

/** A JPEG with more segments, after that of JFIF, which must be the first. */
function insert(jpeg: Buffer, segments: readonly Buffer[]): Buffer {
  const at = jpeg[3] === app0 ? 4 + jpeg.readUInt16BE(4) : 2;
  return Buffer.concat([jpeg.subarray(0, at), ...segments, jpeg.subarray(at)]);
}

/** The picture and its map in one file, with metadata in the forms of Ultra HDR and of ISO 21496-1. */
function join(picture: Buffer, bare: Buffer, gains: Gains): Buffer {
  const map = insert(bare, [
    segment(app1, namespaces.xmp, Buffer.from(writeXmp(gains))),
    segment(app2, namespaces.iso, writeIso(gains)),
  ]);
  const about = [
    segment(app1, namespaces.xmp, Buffer.from(writeContainerXmp(map.length))),
    // The versions of the standard alone.
    segment(app2, namespaces.iso, Buffer.alloc(4)),
  ];
  const primary = insert(picture, [...about, indexOf(0, 0, 0)]);
  const at = primary.indexOf(pictureIndex, 0, 'latin1') + pictureIndex.length;
  return Buffer.concat([insert(picture, [...about, indexOf(primary.length, map.length, at)]), map]);
}

/** The beginning of an index of several pictures. */
const pictureIndex = 'MPF\0';

/** The index of two pictures, by their lengths; `at`: the position to which its offsets are relative. */
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
  return segment(app2, pictureIndex, index);
}
