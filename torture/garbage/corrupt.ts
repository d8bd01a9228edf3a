/** Breaks photos in every way that a disk, a cable or a program does; the same seed gives the same files. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { numbers } from '../../src/ingest/samples/paint-tools.js';

/** A file to import. */
export interface Garbage {
  name: string;
  bytes: Buffer;
}

/** Larger photos are skipped: they take longer and break in no other way. */
const most = 400_000;
const photos = join(import.meta.dirname, '../../../shared/photos');

/** Intact pictures of each supported format: generated ones, and the real photos beside the project if they exist. */
export async function sources(): Promise<Garbage[]> {
  const real = existsSync(photos) ? readdirSync(photos, { withFileTypes: true, recursive: true }) : [];
  const found = real
    .filter((entry) => entry.isFile() && /\.(jpe?g|png|webp|avif|tiff?|hei[cf])$/i.test(entry.name))
    .map(({ parentPath, name }) => ({ name, path: join(parentPath, name) }))
    .filter(({ path }) => statSync(path).size <= most)
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ name, path }) => ({ name, bytes: readFileSync(path) }));
  const made = await Promise.all(
    (['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const).flatMap((format, n) => [
      madePicture(n, format, 320, 240),
      madePicture(n + 10, format, 97, 61),
    ]),
  );
  return [...made, ...found];
}

type Made = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif';

/** A picture with some noise, distinct by seed, with an XMP title. */
export async function madePicture(seed: number, format: Made, width: number, height: number): Promise<Garbage> {
  const next = numbers(seed);
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < pixels.length; at++) pixels[at] = ((at / 3 / width) | 0) + next() * 40;
  const picture = sharp(pixels, { raw: { width, height, channels: 3 } }).withExif({ IFD0: { Model: `Model ${seed}` } });
  const settings = format === 'jpeg' ? { progressive: seed % 2 === 1 } : format === 'avif' ? { effort: 0 } : {};
  return { name: `made-${seed}.${format}`, bytes: await picture.toFormat(format, settings).toBuffer() };
}

/** A source of integers below `below`. */
type Draw = (below: number) => number;

/** One way to break a file; `other` is another file. */
type Break = (bytes: Buffer, draw: Draw, other: Buffer) => Buffer;

const flipBits: Break = (bytes, draw) => {
  const broken = Buffer.from(bytes);
  for (let n = 1 + draw(40); n > 0; n--) broken[draw(broken.length)]! ^= 1 << draw(8);
  return broken;
};
/** Most of what a decoder relies on is in the first kilobyte. */
const flipHead: Break = (bytes, draw) => {
  const broken = Buffer.from(bytes);
  for (let n = 1 + draw(12); n > 0; n--) broken[draw(Math.min(1024, broken.length))]! ^= 1 << draw(8);
  return broken;
};
const overwrite: Break = (bytes, draw) => {
  const broken = Buffer.from(bytes);
  const at = draw(broken.length);
  const end = Math.min(broken.length, at + 1 + draw(2000));
  const fill = [0, 0xff, -1][draw(3)]!;
  for (let n = at; n < end; n++) broken[n] = fill < 0 ? draw(256) : fill;
  return broken;
};
/** Lengths and offsets beyond the end. */
const inflateNumbers: Break = (bytes, draw) => {
  const broken = Buffer.from(bytes);
  for (let n = 1 + draw(4); n > 0; n--) {
    const value = [0, 1, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff][draw(6)]!;
    if (broken.length > 8) broken.writeUInt32BE(value, draw(Math.min(600, broken.length - 4)));
  }
  return broken;
};
const truncate: Break = (bytes, draw) => bytes.subarray(0, draw(bytes.length));
const remove: Break = (bytes, draw) => {
  const at = draw(bytes.length);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + draw(4000))]);
};
const repeat: Break = (bytes, draw) => {
  const at = draw(bytes.length);
  const part = bytes.subarray(at, at + 1 + draw(4000));
  return Buffer.concat([
    bytes.subarray(0, at),
    ...Array.from({ length: 2 + draw(20) }, () => part),
    bytes.subarray(at),
  ]);
};
/** The head of one photo on the body of another. */
const splice: Break = (bytes, draw, other) =>
  Buffer.concat([bytes.subarray(0, 16 + draw(4096)), other.subarray(draw(other.length))]);

const breaks: Record<string, Break> = {
  flipBits,
  flipHead,
  overwrite,
  inflateNumbers,
  truncate,
  remove,
  repeat,
  splice,
};

/** The n-th broken file of a seed. Its name states how it was broken. */
export function corrupt(seed: number, n: number, from: readonly Garbage[]): Garbage {
  const next = numbers(seed * 1_000_003 + n);
  const draw: Draw = (below) => Math.floor(next() * below);
  const ways = Object.entries(breaks);
  const [way, apply] = ways[n % ways.length]!;
  const source = from[draw(from.length)]!;
  const bytes = apply(source.bytes, draw, from[draw(from.length)]!.bytes);
  return { name: `${n}-${way}-${source.name}`, bytes };
}
