/**
 * The common interface of archive parts of an export (ZIP, TAR): entries are read in place, as streams. A name in an
 * archive never becomes a path, and the declared properties of an entry are not trusted before its bytes were read.
 */
import { errnoOf, PhotospoolError, printable, toPhotospoolError } from '../base/errors.js';
import type { Files } from '../base/files.js';

/** An entry of a part. */
export interface PackedEntry {
  /** The path in the archive, with forward slashes; hostile. */
  path: string;
  bytes: number;
  crc32: number;
  /** ms since 1970. */
  modified: number;
  /** Why it can't be read, as a clause. */
  trouble?: string;
  /** Why it is skipped although nothing is wrong: `is a link`. */
  aside?: string;
  /** The result of reading its bytes once: their SHA-256, and enough of the first to identify the format. */
  known?: { sha256: string; head: Uint8Array };
  /** The path of its unpacked bytes; the consumer takes the file. */
  staged?: string;
  /** Its bytes, verified. @throws PhotospoolError `corrupt` if they are not those that the archive declares. */
  open(): AsyncIterable<Uint8Array>;
}

/** An open part. */
export interface PackedPart {
  entries: PackedEntry[];
  /** Why not all of its entries are known, as a clause. */
  trouble?: string;
  /** For an archive that can only be read sequentially: unpacks wanted entries, in order. */
  stage?: Unpacker;
  close(): void;
}

/** Unpacks entries in their order, a few at a time. */
export interface Unpacker {
  /**
   * Unpacks the next entries that `wants` accepts into temporary files in `folder`, beside those that are still there;
   * false if there are no more. Entries that can't be unpacked are skipped: opening one reports why.
   */
  more(files: Files, folder: string, wants: (entry: PackedEntry) => boolean): Promise<boolean>;
  /** Whether an entry has been reached. */
  reached(entry: PackedEntry): boolean;
  /** Removes the unpacked files. */
  clear(files: Files): Promise<void>;
}

/** The maximum compression ratio of a part larger than `smallBytes`: photos and videos hardly compress at all. */
export const mostGrowth = 200;
/** Unpacked sizes up to this number of bytes are not checked. */
export const smallBytes = 64 << 20;
/** The maximum number of entries over all parts. */
export const mostEntries = 1_000_000;

/** The error for a part with too many entries. */
export const tooMany = (path: string): PhotospoolError =>
  new PhotospoolError('too-large', `${path} exceeds the limit of 1,000,000 entries in all parts.`, {
    path,
    hint: 'Import fewer parts at once.',
  });

/** The error for a damaged part of a kind (`ZIP`). */
export function badPart(path: string, kind: string, error: unknown): PhotospoolError {
  if (error instanceof PhotospoolError) return error;
  if (isOfSystem(error)) return toPhotospoolError(error, 'read', path);
  return new PhotospoolError('corrupt', `${path} is not a complete ${kind} file: ${reasonOf(error)}.`, {
    path,
    cause: error,
    hint: 'Download it again.',
  });
}

/** The error for a damaged entry. */
export function damaged(part: string, path: string, error: unknown): PhotospoolError {
  if (error instanceof PhotospoolError) return error;
  if (isOfSystem(error)) return toPhotospoolError(error, 'read', part);
  const name = printable(path.slice(path.lastIndexOf('/') + 1));
  return new PhotospoolError('corrupt', `${name} is damaged in ${part}: ${reasonOf(error)}.`, {
    path: part,
    cause: error,
    hint: 'Download that part again.',
  });
}

/** Whether an error comes from the disk, not from the archive: zlib has its own codes. */
const isOfSystem = (error: unknown): boolean =>
  errnoOf(error) !== undefined && errnoOf(error)?.startsWith('Z_') !== true;

/** The message of a library's error, as a clause. */
export const reasonOf = (error: unknown): string =>
  printable(error instanceof Error ? (error.message.split(/\n|\. /)[0] ?? '') : String(error)).replace(/\.$/, '');

/** The name of an entry with forward slashes. */
export const slashes = (name: string): string => name.replaceAll('\\', '/');
