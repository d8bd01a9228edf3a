/**
 * Extracts the pictures that cameras embed in RAW files, with an ExifTool that runs in the decoder process and ends
 * with it. Limited in time, memory and output. Writes nothing.
 */
import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import sharp from 'sharp';
import { openBounded, type Bounded, type Limits } from '../../base/sandbox/pool.js';
import type { ReceivedFrame } from '../../base/sandbox/frames.js';
import { argumentLines, exiftoolProgram } from '../facts/exiftool.js';
import type { Opened } from '../formats/format-family.js';

/** A full-size JPEG of a camera of 100 megapixels has less than 60 MB. */
const limits: Limits = { seconds: 30, memory: 512 << 20, output: 96 << 20 };

/** ExifTool's names for embedded pictures, in the formats that it supports. */
const names = ['JpgFromRaw', 'PreviewImage', 'OtherImage', 'JpgFromRaw2', 'ThumbnailImage', 'PreviewTIFF'];
const wanted = names.map((name) => `-${name}`);
const described = ['-json', '-G1', '-a', '-n', '-fast', ...wanted, '-Orientation', '-ImageSize'];

let reader: Bounded<readonly string[], Buffer> | undefined;

/** A file may contain anything, so the answer ends with a random number that the file can't contain. */
function openReader(): Bounded<readonly string[], Buffer> {
  const end = String(randomInt(2 ** 40));
  const mark = new RegExp(`\\{ready${end}\\}\\r?\\n$`);
  const read = (received: ReceivedFrame): Buffer | undefined => {
    const found = mark.exec(received.tail(end.length + 12).toString('latin1'));
    return found ? received.bytes().subarray(0, received.length - found[0].length) : undefined;
  };
  const write = (args: readonly string[]): string => argumentLines(args, end);
  return openBounded({ ...exiftoolProgram(limits), write, read }, { size: 1, idle: 30_000, uses: 1000 });
}

async function ask(...args: string[]): Promise<Buffer> {
  reader ??= openReader();
  const reply = await reader.ask(args);
  if (reply.kind === 'answer') return reply.answer;
  if (reply.why === 'memory' || reply.why === 'output') throw new Error('out of memory');
  throw new Error(`ExifTool: ${reply.why} ${reply.said}`.trim());
}

interface Size {
  width: number;
  height: number;
}

/** Opens the largest embedded JPEG of a RAW, to be rotated like the RAW itself. `path` has no line breaks. */
export async function openEmbedded(path: string): Promise<Opened> {
  if (/[\r\n]/.test(path)) throw new Error('a path with a line break in it');
  const file = resolve(path);
  const text = (await ask(...described, file)).toString().trim();
  const [tags = {}] = text === '' ? [] : (JSON.parse(text) as Record<string, unknown>[]);
  const sizes = Object.entries(tags).flatMap(([name, value]) => {
    const found = /^\(?Binary data (\d+) bytes/.exec(String(value));
    return found ? [{ name, size: Number(found[1]) }] : [];
  });
  for (const { name } of sizes.sort((a, b) => b.size - a.size)) {
    const input = await ask('-b', '-fast', `-${name}`, file);
    if (input[0] !== 0xff || input[1] !== 0xd8) continue;
    const { width, height } = await sharp(input).metadata();
    return { input, loader: 'jpeg', ...placeOf(tags, { width, height }) };
  }
  return { unshown: 'no-preview' };
}

/** Its orientation, and the size of the RAW if the JPEG is a smaller copy of it. */
function placeOf(tags: Record<string, unknown>, picture: Size): { turn: number; size?: Size } {
  const orientation = Number(tags['IFD0:Orientation'] ?? 1);
  const [, width = 0, height = 0] = /^(\d+) (\d+)$/.exec(String(tags['Composite:ImageSize']))?.map(Number) ?? [];
  // Some cameras rotate the embedded picture and not the RAW: then it is portrait while the RAW is landscape.
  const upright = orientation > 4 && width > height && picture.width < picture.height;
  const turn = orientation >= 1 && orientation <= 8 && !upright ? orientation : 1;
  const stored = upright ? { width: height, height: width } : { width, height };
  // With another aspect ratio it is not a copy of the whole RAW: the album needs the aspect ratio of the displayed
  // picture.
  const shape = (stored.width / stored.height) * (picture.height / picture.width);
  if (!(shape > 0.96 && shape < 1.04)) return { turn };
  return { turn, size: turn > 4 ? { width: stored.height, height: stored.width } : stored };
}
