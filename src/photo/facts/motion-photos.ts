/**
 * Live and motion photos: the identifier that pairs the two files of a Live Photo, and the position of the clip in a
 * motion photo. Positions in tags and trailers are only valid if an MP4 begins there.
 *
 * - Apple: ContentIdentifier, in the maker notes of the picture and the metadata keys of the video.
 * - Google: XMP GCamera:MicroVideoOffset (bytes from the end), or Container:Directory with an item of semantic
 *   MotionPhoto (Motion Photo format 1.0: items follow one another, so its length counts from the end).
 * - Samsung: the same since One UI 3, before that a trailer (SEFT) with a block MotionPhoto_Data.
 */
import { open, type FileHandle } from 'node:fs/promises';
import type { Facts } from '../../document/photo-document.js';
import { has, latin, uint } from '../formats/byte-reader.js';
import type { Tags } from './exif-tags.js';

/** The identifier that pairs the two files of a Live Photo. */
export function readPair(tags: Tags): Pick<Facts, 'pair'> {
  const pair = tags.text('Apple:ContentIdentifier', 'Keys:ContentIdentifier', 'ItemList:ContentIdentifier');
  return pair !== undefined && /^[\x21-\x7e]{8,128}$/.test(pair) ? { pair } : {};
}

/** Formats that can contain clips. */
const holders = ['image/jpeg', 'image/heic', 'image/heif', 'image/avif'];

/** The position of the clip in a motion photo. @throws the system's error if the file can't be read. */
export async function findMotion(path: string, type: string, tags: Tags): Promise<Pick<Facts, 'motion'>> {
  if (!holders.includes(type)) return {};
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    for (const span of [...toldSpans(tags, size), ...(await samsungSpans(file, size))]) {
      if (await isFilm(file, span, size)) return { motion: span };
    }
    return {};
  } finally {
    await file.close();
  }
}

type Span = NonNullable<Facts['motion']>;

/** The positions in tags, not verified yet. */
function toldSpans(tags: Tags, size: number): Span[] {
  const last = (bytes: number | undefined): Span[] => (bytes === undefined ? [] : [{ at: size - bytes, bytes }]);
  const micro = tags.number('XMP-GCamera:MicroVideoOffset');
  const meanings = itemsOf(tags, 'Semantic');
  const lengths = itemsOf(tags, 'Length').map(Number);
  // Items may omit a length of zero (that of the picture itself); videos always have one.
  const film = lengths.at(meanings.lastIndexOf('MotionPhoto') - meanings.length);
  return [
    ...(meanings.includes('MotionPhoto') ? last(film) : []),
    ...last(micro),
    ...pairOf(tags.text('Samsung:EmbeddedVideoOffsetSize')),
  ];
}

const itemsOf = (tags: Tags, name: string): string[] =>
  tags.list(`XMP-GContainer:DirectoryItem${name}`, `XMP-GContainer:ContainerDirectoryItem${name}`);

function pairOf(text: string | undefined): Span[] {
  const [at, bytes] = (text ?? '').split(' ').map(Number);
  return at && bytes ? [{ at, bytes }] : [];
}

/** Blocks of Samsung's trailer with a video: `SEFH`, version, count, entries of twelve bytes, their length, `SEFT`. */
async function samsungSpans(file: FileHandle, size: number): Promise<Span[]> {
  const end = await readAt(file, size - 8, 8, size);
  if (!has(end, 4, 'SEFT')) return [];
  const length = uint(end, 0, 4, true) ?? 0;
  const from = size - 8 - length;
  const directory = length > 4096 ? Buffer.alloc(0) : await readAt(file, from, length, size);
  if (!has(directory, 0, 'SEFH')) return [];
  const spans: Span[] = [];
  for (let n = 0, count = uint(directory, 8, 4, true) ?? 0; n < count && n < 300; n++) {
    const entry = 12 + n * 12;
    const [back, bytes] = [uint(directory, entry + 4, 4, true) ?? 0, uint(directory, entry + 8, 4, true) ?? 0];
    const block = await readAt(file, from - back, 64, size);
    const name = uint(block, 4, 4, true) ?? 0;
    if (latin(block, 8, name) !== 'MotionPhoto_Data') continue;
    spans.push({ at: from - back + 8 + name, bytes: bytes - 8 - name });
  }
  return spans;
}

/** Whether an MP4 begins at a position inside the file. */
async function isFilm(file: FileHandle, { at, bytes }: Span, size: number): Promise<boolean> {
  if (!Number.isSafeInteger(at) || !Number.isSafeInteger(bytes) || at < 16 || bytes < 64 || at + bytes > size)
    return false;
  return has(await readAt(file, at, 12, size), 4, 'ftyp');
}

async function readAt(file: FileHandle, at: number, length: number, size: number): Promise<Buffer> {
  if (at < 0 || length <= 0 || at + length > size) return Buffer.alloc(0);
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, (await file.read(buffer, 0, length, at)).bytesRead);
}
