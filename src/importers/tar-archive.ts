/**
 * Reads TAR parts (`.tgz`). Such a file has no directory and can only be read sequentially. So it is read once to list
 * it: names, sizes and hashes of all entries, and the content of metadata files, which is kept. Then photos are
 * unpacked in their order (unpack-tar.ts). Changes nothing by itself.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { crc32 } from 'node:zlib';
import type { Files } from '../base/files.js';
import { isXmp } from '../photo/formats/unsupported.js';
import { headLength, identify } from '../photo/formats/identify.js';
import { mostCsv } from './icloud-metadata.js';
import { checked, membersOf, type Member } from './tar-entries.js';
import {
  badPart,
  mostGrowth,
  reasonOf,
  slashes,
  smallBytes,
  tooMany,
  type PackedEntry,
  type PackedPart,
} from './archive-entries.js';
import { mostMetadata, type Looking } from './import-plan.js';
import { openStage } from './unpack-tar.js';
import { mostJson } from './google-takeout.js';

/** Metadata and sidecars, which are read in any order. */
const isKept = (name: string, bytes: number): boolean =>
  /\.(?:json|xmp)$/i.test(name) ? bytes <= mostJson : /\.csv$/i.test(name) && bytes <= mostCsv;

/** The first bytes that identify the format: usually very few. */
function headOf(first: Buffer): Buffer {
  const brief = first.subarray(0, 64);
  const isEnough = isDeepStrictEqual(identify(brief), identify(first)) && isXmp(brief) === isXmp(first);
  return Buffer.from(isEnough ? brief : first);
}

/**
 * Opens a part by reading all of it. `room` is the maximum number of entries; `looking` is called with the progress in
 * bytes.
 * @throws PhotospoolError `corrupt` if it is not a TAR, `too-large` if it has more entries.
 */
export async function openTar(part: string, room: number, files: Files, looking: Looking): Promise<PackedPart> {
  const entries: PackedEntry[] = [];
  const numbered = new Map<number, PackedEntry>();
  const kept = new Map<PackedEntry, Buffer>();
  let [unpacked, memory, isPacked] = [0, 0, false];
  let trouble: string | undefined;
  try {
    isPacked = Buffer.from([0x1f, 0x8b]).equals(await files.head(part, 2));
    const size = (await files.stat(part))?.size ?? 0;
    for await (const member of membersOf(part, isPacked)) {
      if (member.header.type === 'directory') continue;
      if (entries.length >= room) throw tooMany(part);
      unpacked += member.header.size;
      if (unpacked > smallBytes && unpacked > size * mostGrowth)
        throw new Error(`it unpacks to more than ${mostGrowth} times its size`);
      entries.push(await know(member));
      looking(member.read, size);
    }
    if (entries.length === 0) throw new Error('it is empty');
  } catch (error) {
    const failure = badPart(part, 'TAR', error);
    if (failure.code !== 'corrupt' || entries.length === 0) throw failure;
    trouble = `is damaged or cut off after ${entries.length} entries (${reasonOf(error)}): download it again`;
  }
  const stage = openStage(part, isPacked, entries, numbered, kept);
  return { entries, ...(trouble !== undefined && { trouble }), stage, close: () => undefined };

  async function know({ n, header, bytes }: Member): Promise<PackedEntry> {
    const { name, size: length, mtime, type } = header;
    const entry: PackedEntry = {
      ...{ path: slashes(name), bytes: length, crc32: 0, modified: mtime.getTime() || 0 },
      open() {
        const whole = kept.get(entry);
        return whole ? once(whole) : checked(part, entry, fromStart(n));
      },
    };
    if (type !== 'file' && type !== 'contiguous-file')
      return { ...entry, aside: 'is a link or device; these are never followed' };
    const keeps = isKept(name, length) && memory + length <= mostMetadata;
    const hash = createHash('sha256');
    const first: Uint8Array[] = [];
    let read = 0;
    for await (const chunk of bytes) {
      hash.update(chunk);
      entry.crc32 = crc32(chunk, entry.crc32);
      if (keeps || read < headLength) first.push(chunk);
      read += chunk.length;
    }
    const start = Buffer.concat(first);
    if (keeps) kept.set(entry, start);
    if (keeps) memory += length;
    entry.known = { sha256: hash.digest('hex'), head: headOf(start.subarray(0, headLength)) };
    numbered.set(n, entry);
    return entry;
  }

  /** One entry, skipping everything before it. */
  async function* fromStart(n: number): AsyncIterable<Uint8Array> {
    for await (const member of membersOf(part, isPacked)) {
      if (member.n !== n) continue;
      yield* member.bytes;
      return;
    }
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- what is in memory is given as what must be read
async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
