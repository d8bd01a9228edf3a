/**
 * Reads TAR parts (`.tgz`). Such a file has no list of what is in it and can be read from its beginning only. So it is read once to know
 * it: names, sizes and hashes of all entries, and the bytes of those that say something of photos, which are kept. Then photos
 * are unpacked in their order, a few at a time, into temporary files that claims take away. A crash leaves these files, which the
 * next import sweeps away.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { crc32, createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import type { Files } from '../base/files.js';
import { temporaryName } from '../base/temporary.js';
import { isXmp } from '../photo/foreign.js';
import { headLength, identify } from '../photo/identify.js';
import { mostCsv } from './icloud.js';
import {
  badPart,
  damaged,
  mostGrowth,
  reasonOf,
  slashes,
  smallBytes,
  tooMany,
  type PackedEntry,
  type PackedPart,
  type Stage,
} from './packed.js';
import { mostMetadata, type Looking } from './plan.js';
import { mostJson } from './takeout.js';

/** What lies unpacked at a time, at most: entries, bytes (one entry more), and how often each is offered. */
const batch = { entries: 64, bytes: 512 << 20, offers: 8 };

/** An entry on the way past. Its bytes are there until the next one is asked for. */
interface Member {
  n: number;
  header: Header;
  bytes: AsyncIterable<Uint8Array>;
  /** How far the part was read, in bytes. */
  read: number;
}

/** All entries from the beginning. @throws what zlib or tar-stream says of bytes that are no TAR. */
async function* membersOf(part: string, isPacked: boolean): AsyncGenerator<Member, void> {
  const file = createReadStream(part);
  const source = isPacked ? pipeline(file, createGunzip(), () => undefined) : file;
  const members = extract();
  let wake = (): void => undefined;
  for (const event of ['drain', 'close'] as const) members.on(event, () => wake());
  async function feed(): Promise<void> {
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        if (!members.write(chunk) && !members.destroyed) await new Promise<void>((resolve) => (wake = resolve));
        if (members.destroyed) return;
      }
      members.end(null);
    } catch (error) {
      members.destroy(error as Error);
    }
  }
  const fed = feed();
  let n = 0;
  try {
    for await (const member of members) {
      yield {
        n: n++,
        header: member.header,
        bytes: member as unknown as AsyncIterable<Uint8Array>,
        read: file.bytesRead,
      };
      // What nobody read of it is passed over.
      member.resume();
    }
  } finally {
    members.destroy();
    file.destroy();
    await fed;
  }
}

/** Metadata and sidecars, which are asked for in any order. */
const isKept = (name: string, bytes: number): boolean =>
  /\.(?:json|xmp)$/i.test(name) ? bytes <= mostJson : /\.csv$/i.test(name) && bytes <= mostCsv;

/** As many of the first bytes as tell what it is: mostly it is said by the very first. */
function headOf(first: Buffer): Buffer {
  const brief = first.subarray(0, 64);
  const isEnough = isDeepStrictEqual(identify(brief), identify(first)) && isXmp(brief) === isXmp(first);
  return Buffer.from(isEnough ? brief : first);
}

/** The bytes of an entry, checked. @throws PhotospoolError `corrupt` where they are others than before. */
async function* checked(part: string, entry: PackedEntry, bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let [sum, length] = [0, 0];
  try {
    for await (const chunk of bytes) {
      sum = crc32(chunk, sum);
      length += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw damaged(part, entry.path, error);
  }
  if (sum !== entry.crc32 || length !== entry.bytes)
    throw damaged(part, entry.path, new Error('it changed while it was read'));
}

/**
 * Opens a part, which reads all of it. `room` is how many entries there may be; `looking` is told how far it is, in bytes.
 * @throws PhotospoolError `corrupt` where it is no TAR, `too-large` where it has more entries.
 */
export async function openTar(part: string, room: number, files: Files, looking: Looking): Promise<PackedPart> {
  const entries: PackedEntry[] = [];
  const numbered = new Map<number, PackedEntry>();
  const kept = new Map<PackedEntry, Buffer>();
  let [unpacked, memory, isPacked] = [0, 0, false];
  let trouble: string | undefined;
  try {
    isPacked = Buffer.from([0x1f, 0x8b]).equals(await files.head(part, 2));
    const size = (await files.look(part))?.size ?? 0;
    for await (const member of membersOf(part, isPacked)) {
      if (member.header.type === 'directory') continue;
      if (entries.length >= room) throw tooMany(part);
      unpacked += member.header.size;
      if (unpacked > smallBytes && unpacked > size * mostGrowth)
        throw new Error(`it unpacks to more than ${mostGrowth} times its size`);
      entries.push(await know(member));
      looking(member.read, size);
    }
    if (entries.length === 0) throw new Error('there is nothing in it');
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
      return { ...entry, aside: 'is a link or device, which is never followed' };
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

  /** One entry alone, past all that lies before it. */
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

function openStage(
  part: string,
  isPacked: boolean,
  entries: readonly PackedEntry[],
  numbered: ReadonlyMap<number, PackedEntry>,
  kept: ReadonlyMap<PackedEntry, unknown>,
): Stage {
  const numbers = new Map([...numbered].map(([n, entry]) => [entry, n]));
  /** What lies unpacked, and how often it was offered. */
  const lying = new Map<PackedEntry, number>();
  let position = -1;
  let forward: AsyncGenerator<Member, void> | undefined;

  async function drop(entry: PackedEntry, files: Files): Promise<void> {
    const { staged } = entry;
    lying.delete(entry);
    delete entry.staged;
    if (staged !== undefined) await files.remove(staged);
  }

  /** The next entry that is wanted; undefined where there is none. */
  async function next(wants: (entry: PackedEntry) => boolean): Promise<Member | undefined> {
    forward ??= membersOf(part, isPacked);
    // Where the part breaks off was told when it was opened.
    for (let found; !(found = await forward.next().catch(() => ({ done: true as const }))).done;) {
      const entry = numbered.get(found.value.n);
      if (found.value.n > position && entry && !kept.has(entry) && wants(entry)) return found.value;
    }
    return undefined;
  }

  const isAhead = (entry: PackedEntry): boolean => (numbers.get(entry) ?? -1) > position && !kept.has(entry);

  async function stop(): Promise<void> {
    await forward?.return();
    forward = undefined;
  }

  return {
    reached: (entry) => !isAhead(entry),
    async more(files, folder, wants) {
      for (const [entry, offers] of [...lying])
        if (entry.staged === undefined || offers >= batch.offers || !wants(entry)) await drop(entry, files);
        else lying.set(entry, offers + 1);
      // Where all is known, nothing is read.
      if (!forward && !entries.some((entry) => isAhead(entry) && wants(entry))) position = Infinity;
      let room = [...lying.keys()].reduce((bytes, entry) => bytes - entry.bytes, batch.bytes);
      while (position < Infinity && lying.size < batch.entries && room > 0) {
        const member = await next(wants);
        position = member?.n ?? Infinity;
        if (!member) break;
        const entry = numbered.get(member.n)!;
        const to = join(folder, temporaryName());
        try {
          await files.pour(checked(part, entry, member.bytes), to);
        } catch {
          // Whoever opens it alone hears why. What was read in part can't be gone on with.
          await files.remove(to);
          await stop();
          break;
        }
        entry.staged = to;
        lying.set(entry, 1);
        room -= entry.bytes;
      }
      if (position === Infinity) await stop();
      return position < Infinity;
    },
    async clear(files) {
      await stop();
      for (const entry of lying.keys()) await drop(entry, files);
    },
  };
}
