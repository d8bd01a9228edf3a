/**
 * Reads ZIP parts in place: the central directory once, then any entry at any time, as a stream. Nothing is unpacked to
 * the disk here, and no name in a ZIP ever becomes a path. The declared properties of an entry are verified: its size
 * while it is unpacked, its CRC-32 at the end, and in advance whether it overlaps another one, is a link, encrypted, or
 * a bomb.
 */
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
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
} from './archive-entries.js';

/**
 * Opens a part. `room` is the maximum number of entries.
 * @throws PhotospoolError `corrupt` if it is not a complete ZIP, `too-large` if it has more entries.
 */
export async function openZip(path: string, room: number): Promise<PackedPart> {
  const options = { lazyEntries: true, decodeStrings: false, autoClose: false, validateEntrySizes: false };
  const zip = await yauzl.openPromise(path, options).catch((error: unknown) => {
    throw badPart(path, 'ZIP', error);
  });
  // Later errors are reported by the calls that cause them.
  zip.on('error', () => undefined);
  const entries: PackedEntry[] = [];
  const spans: { from: number; to: number; entry: PackedEntry }[] = [];
  let trouble: string | undefined;
  try {
    for await (const found of zip.eachEntry()) {
      if (entries.length >= room) throw tooMany(path);
      const name = nameOf(found);
      if (name.endsWith('/')) continue;
      const entry = entryOf(zip, path, found, name);
      entries.push(entry);
      const from = found.relativeOffsetOfLocalHeader;
      spans.push({ from, to: from + 30 + found.fileNameLength + found.compressedSize, entry });
    }
  } catch (error) {
    const failure = badPart(path, 'ZIP', error);
    if (failure.code !== 'corrupt' || entries.length === 0) {
      zip.close();
      throw failure;
    }
    trouble = `is damaged after ${entries.length} entries (${reasonOf(error)}): download it again`;
  }
  markOverlaps(spans);
  return { entries, ...(trouble !== undefined && { trouble }), close: () => zip.close() };
}

/** Bombs let many entries share their bytes. Of overlapping entries only the first is read. */
function markOverlaps(spans: { from: number; to: number; entry: PackedEntry }[]): void {
  spans.sort((a, b) => a.from - b.from);
  let end = 0;
  for (const { from, to, entry } of spans) {
    if (from < end) entry.trouble ??= 'overlaps another entry of its ZIP file';
    end = Math.max(end, to);
  }
}

/**
 * Decodes a name: UTF-8 if flagged or valid (macOS does not set the flag), otherwise code page 437, as the format
 * defines.
 */
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: yauzl.Entry): string {
  const decoded = yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
  if ((generalPurposeBitFlag & 0x800) !== 0 || extraFields.some(({ id }) => id === 0x7075)) return slashes(decoded);
  try {
    return slashes(new TextDecoder('utf-8', { fatal: true }).decode(fileNameRaw));
  } catch {
    return slashes(decoded);
  }
}

/** Why an entry is not attempted. */
function troubleOf(found: yauzl.Entry): string | undefined {
  const { compressedSize, uncompressedSize, compressionMethod: method, generalPurposeBitFlag } = found;
  if ((generalPurposeBitFlag & 1) !== 0) return 'is encrypted';
  if (method !== 0 && method !== 8) return `uses an unsupported compression method (${method})`;
  if (method === 0 && compressedSize !== uncompressedSize) return 'has two sizes, so it is damaged';
  if (uncompressedSize > smallBytes && uncompressedSize > compressedSize * mostGrowth)
    return `unpacks to ${Math.round(uncompressedSize / Math.max(compressedSize, 1))} times its size`;
  return undefined;
}

function entryOf(zip: yauzl.ZipFile, part: string, found: yauzl.Entry, path: string): PackedEntry {
  const { compressedSize, uncompressedSize, compressionMethod, relativeOffsetOfLocalHeader, generalPurposeBitFlag } =
    found;
  const kind = (found.externalFileAttributes >>> 16) & 0xf000;
  const isUnix = found.versionMadeBy >>> 8 === 3 || found.versionMadeBy >>> 8 === 19;
  const trouble = troubleOf(found);
  // Keeps only what is needed to open it: there may be a million of them.
  const kept = Object.assign(new yauzl.Entry(), {
    compressedSize,
    uncompressedSize,
    compressionMethod,
    relativeOffsetOfLocalHeader,
    generalPurposeBitFlag,
  });
  const expected = found.crc32;
  return {
    path,
    bytes: uncompressedSize,
    crc32: expected,
    modified: found.getLastModDate({ timezone: 'UTC' }).getTime() || 0,
    ...(trouble !== undefined && { trouble }),
    ...(isUnix && kind !== 0 && kind !== 0x8000 && { aside: 'is a link or device; these are never followed' }),
    async *open() {
      let [sum, bytes] = [0, 0];
      try {
        const stream = await zip.openReadStreamPromise(kept);
        for await (const chunk of stream as AsyncIterable<Buffer>) {
          sum = crc32(chunk, sum);
          bytes += chunk.length;
          if (bytes > uncompressedSize) break;
          yield chunk;
        }
      } catch (error) {
        throw damaged(part, path, error);
      }
      if (bytes !== uncompressedSize) throw damaged(part, path, new Error('its size does not match'));
      if (sum !== expected) throw damaged(part, path, new Error('its checksum does not match'));
    },
  };
}
