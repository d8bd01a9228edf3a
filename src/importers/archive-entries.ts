/**
 * What the parts of exports (ZIP, TAR) have in common: entries that are read where they are, as streams. No name in a part ever
 * becomes a path, and nothing that an entry says of itself is believed before its bytes were seen.
 */
import { errnoOf, PhotospoolError, printable, toPhotospoolError } from '../base/errors.js';
import type { Files } from '../base/files.js';

/** An entry of a part. */
export interface PackedEntry {
  /** As written there, with forward slashes; hostile. */
  path: string;
  bytes: number;
  crc32: number;
  /** ms since 1970. */
  modified: number;
  /** Why it is not read, as a clause. */
  trouble?: string;
  /** What it is and is therefore not read, which is no trouble: `is a link`. */
  aside?: string;
  /** What is known of its bytes where they were read once: their SHA-256, and as many of the first as tell what it is. */
  known?: { sha256: string; head: Uint8Array };
  /** Where its bytes lie unpacked, for whoever takes that file away. */
  staged?: string;
  /** Its bytes, checked. @throws PhotospoolError `corrupt` where they are not those that the part promises. */
  open(): AsyncIterable<Uint8Array>;
}

/** An open part. */
export interface PackedPart {
  entries: PackedEntry[];
  /** Why not all of its entries are known, as a clause. */
  trouble?: string;
  /** Of a part that can be read from its beginning only: unpacks what is wanted of it, in order. */
  stage?: Unpacker;
  close(): void;
}

/** Unpacks entries in their order, a few at a time. */
export interface Unpacker {
  /**
   * Unpacks the next ones that `wants` asks for into temporary files in `folder`, beside those that still lie there; false when there
   * are no more. What can't be unpacked is left out: opening it says why.
   */
  more(files: Files, folder: string, wants: (entry: PackedEntry) => boolean): Promise<boolean>;
  /** Whether an entry's turn has come. */
  reached(entry: PackedEntry): boolean;
  /** Removes what lies unpacked. */
  clear(files: Files): Promise<void>;
}

/** So much a part may grow when it is unpacked, where it is larger than `smallBytes`: photos and films hardly grow at all. */
export const mostGrowth = 200;
/** Bytes up to which what is unpacked may have any size. */
export const smallBytes = 64 << 20;
/** How many entries are read of all parts together. */
export const mostEntries = 1_000_000;

/** The error for a part with more entries than are read. */
export const tooMany = (path: string): PhotospoolError =>
  new PhotospoolError('too-large', `${path} has more entries than are read (1,000,000 in all parts).`, {
    path,
    hint: 'Name fewer parts at once.',
  });

/** What is wrong with a part of a kind (`ZIP`). */
export function badPart(path: string, kind: string, error: unknown): PhotospoolError {
  if (error instanceof PhotospoolError) return error;
  if (isOfSystem(error)) return toPhotospoolError(error, 'read', path);
  return new PhotospoolError('corrupt', `${path} is no whole ${kind}: ${reasonOf(error)}.`, {
    path,
    cause: error,
    hint: 'Download it again.',
  });
}

/** What is wrong with an entry. */
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

/** Whether the disk is the trouble, and not what was unpacked: zlib has codes of its own. */
const isOfSystem = (error: unknown): boolean =>
  errnoOf(error) !== undefined && errnoOf(error)?.startsWith('Z_') !== true;

/** What an error of a library says, as a clause. */
export const reasonOf = (error: unknown): string =>
  printable(error instanceof Error ? (error.message.split(/\n|\. /)[0] ?? '') : String(error)).replace(/\.$/, '');

/** A name of an entry with forward slashes. */
export const slashes = (name: string): string => name.replaceAll('\\', '/');
