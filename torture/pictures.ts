/** Pictures for trials: tiny ones that differ by a comment, real ones, and an undecodable one. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/** A JPEG with a comment (COM, ITU-T T.81 B.2.4.5) after its first marker: other bytes, the same picture. */
export function withComment(jpeg: Buffer, text: string): Buffer {
  const comment = Buffer.from(text);
  const head = Buffer.from([0xff, 0xfe, 0, 0]);
  head.writeUInt16BE(comment.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, comment, jpeg.subarray(2)]);
}

let base: Promise<Buffer> | undefined;

/** A JPEG of 16 × 12 pixels, taken on 1 July 2024; `text` makes its bytes distinct. */
export async function tinyPhoto(text: string): Promise<Buffer> {
  base ??= sharp({ create: { width: 16, height: 12, channels: 3, background: '#a63' } })
    .withExif({ IFD2: { DateTimeOriginal: '2024:07:01 12:00:00' } })
    .jpeg()
    .toBuffer();
  return withComment(await base, text);
}

/** Bytes that begin like a JPEG and are not one. */
export const brokenPhoto = (text: string): Buffer =>
  Buffer.concat([
    Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
    Buffer.from(text),
    Buffer.alloc(99, 7),
  ]);

/** The real JPEGs of up to `most` bytes below a folder, ordered by name; none if the folder does not exist. */
export function realPhotos(folder: string, most = 1_500_000): Buffer[] {
  if (!statSync(folder, { throwIfNoEntry: false })) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).size <= most)
    .map((path) => readFileSync(path));
}
