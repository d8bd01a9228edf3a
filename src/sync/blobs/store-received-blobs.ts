/**
 * Serves the blobs of this server to peers and stores received ones. Accepts only blobs that a document names, and no
 * more bytes than it states. Received bytes accumulate in a partial file, are continued after an interruption, and
 * become a rendition or, under a reserved name, an original in the archive only if the hash is right. Never replaces a
 * file.
 */
import { createHash } from 'node:crypto';
import type { Archive } from '../../archive/archive.js';
import { archiveName } from '../../archive/original-names.js';
import type { Blobs } from '../../archive/blob-store.js';
import { errnoOf, PhotospoolError, printable } from '../../base/errors.js';
import type { Files } from '../../base/files.js';
import { roomOf, type Room } from '../../base/disk-space.js';
import { leavesReserve } from './disk-reserve.js';
import { gather } from '../../base/async/single-flight.js';
import { photoWith } from '../../library/items-of-bytes.js';
import { viewPhoto } from '../../document/photo-view.js';
import type { Library } from '../../library/library.js';
import type { Reservation } from '../../library/local-tables.js';
import type { BlobIndex, NamedBlob } from './blob-index.js';
import { bounded, joined, tooLarge } from './hash-and-limit-stream.js';

/** The dependencies of the store. */
export interface StoreParts {
  library: Library;
  archive: Pick<Archive, 'occupied' | 'resolve' | 'place'>;
  blobs: Blobs;
  files: Files;
  named: BlobIndex;
  /** The free space on the disk of a folder. */
  room?(folder: string): Promise<Room>;
}

/** The blobs of this server. */
export interface Store {
  /** The file of a blob (absolute), and its description; undefined if no document names it or it is not here. */
  find(sha256: string): { path: string; blob: NamedBlob } | undefined;
  /** Whether the file of a blob is in its place. */
  has(blob: NamedBlob): boolean;
  /** The number of bytes received so far of an incomplete blob. */
  begun(sha256: string): Promise<number>;
  /**
   * Stores bytes of a blob from `from` on, which must equal the number received so far. Resolves to the new number;
   * when it is complete, the blob is in its place. After an interruption the received bytes stay.
   * @throws PhotospoolError `not-found` for a blob that no document names, `conflict` if other bytes are expected next,
   * `too-large` beyond the size in the document, `disk-full` if the disk would lack space for documents, `corrupt` if
   * all bytes arrived and the hash is wrong, `locked` while another peer sends it.
   */
  take(sha256: string, from: number, source: AsyncIterable<Uint8Array>): Promise<number>;
  /**
   * Stores a small blob of which all bytes have arrived: nothing is written before they are checked. Durable and in its
   * place when it returns. @throws PhotospoolError as `take`; `corrupt` also for too few bytes, `conflict` if some of
   * them are here already.
   */
  takeWhole(sha256: string, bytes: Uint8Array): Promise<void>;
  /**
   * Restores an original from `archive/trash`, where it was moved when its photo was purged, if a document names it
   * again. True if it did.
   */
  putBack(sha256: string): Promise<boolean>;
}

/**
 * The claim under which originals are reserved. It has no folder, so leftovers of a crash are resolved at the next
 * start.
 */
const claim = 'replication';

/** The maximum size of a blob that is written in one piece. */
const atOnce = 1024 * 1024;

/** Opens the store. */
export function openStore(parts: StoreParts): Store {
  const { library, archive, files, named } = parts;
  const places = openPlaces(parts);
  const { pathOf, begun, arrive, settleOriginal } = places;
  const { append, appendWhole } = openAppending(parts, places);
  const { discarded, originals } = library.local;
  const inHand = new Set<string>();

  /** Works on a blob that a document names and that nothing else works on. */
  async function alone<T>(sha256: string, work: (blob: NamedBlob) => Promise<T>): Promise<T> {
    const blob = named.find(sha256);
    if (!blob) throw unknown(sha256);
    if (inHand.has(sha256)) throw locked(sha256);
    inHand.add(sha256);
    try {
      return await work(blob);
    } finally {
      inHand.delete(sha256);
    }
  }

  return {
    find(sha256) {
      const blob = named.find(sha256);
      const path = blob && pathOf(blob);
      return blob && path !== undefined ? { path, blob } : undefined;
    },
    has: (blob) => pathOf(blob) !== undefined,
    begun,
    async putBack(sha256) {
      const [blob, path] = [named.find(sha256), discarded.find(sha256)];
      if (path === undefined || blob?.kind !== 'original' || originals.find(sha256) || inHand.has(sha256)) return false;
      inHand.add(sha256);
      try {
        const file = archive.resolve(path);
        const isIt = (await files.stat(file))?.isFile() === true && (await files.hash(file)).sha256 === sha256;
        if (isIt) {
          await settleOriginal(blob, file);
          await arrive(blob);
        }
        discarded.remove(sha256);
        return isIt;
      } finally {
        inHand.delete(sha256);
      }
    },
    take: (sha256, from, source) => alone(sha256, (blob) => append(blob, from, source)),
    takeWhole: (sha256, bytes) => alone(sha256, (blob) => appendWhole(blob, bytes)),
  };
}

/** The paths of blobs, and moving complete ones there. */
type Places = ReturnType<typeof openPlaces>;

function openPlaces({ library, archive, blobs, files, named }: StoreParts) {
  const { originals } = library.local;

  function pathOf({ kind, sha256 }: NamedBlob): string | undefined {
    if (kind !== 'original') return blobs.has(sha256) ? blobs.path(sha256) : undefined;
    const row = originals.find(sha256);
    return row?.state === 'here' && archive.occupied(row.path) ? archive.resolve(row.path) : undefined;
  }

  async function begun(sha256: string): Promise<number> {
    return blobs.hasPartial(sha256) ? ((await files.stat(blobs.partial(sha256)))?.size ?? 0) : 0;
  }

  /** A transaction waits for the disk and blocks other work: one for all blobs that arrive together. */
  const arrive = gather<NamedBlob>((all) => {
    library.transaction(() => {
      for (const { kind, sha256 } of all) if (kind === 'original') originals.arrived(sha256);
      named.arrived(all.map(({ sha256 }) => sha256));
    });
    return Promise.resolve([]);
  });

  /** One transaction for all names that are reserved together; one that fails does not affect the others. */
  const together = gather<() => void>((all) => Promise.resolve(library.transaction(() => all.map(outcomeOf))));
  async function reserve(...[original, names]: Parameters<typeof originals.reserve>): Promise<Reservation> {
    const made: Reservation[] = [];
    await together(() => void made.push(originals.reserve(original, names, archive.occupied)));
    return made[0]!;
  }

  /** Moves a complete file with the right hash to its place. */
  async function settle(blob: NamedBlob): Promise<void> {
    const { sha256, kind } = blob;
    const file = blobs.partial(sha256);
    if (kind === 'original') await settleOriginal(blob, file);
    else await blobs.adopt(file, sha256);
    await arrive(blob);
  }

  /** Moves an original to a reserved path; it counts as here from `arrive` on. */
  async function settleOriginal({ sha256, bytes }: NamedBlob, file: string): Promise<void> {
    const photo = photoWith(library, sha256);
    if (!photo) throw unknown(sha256);
    const { taken, name } = viewPhoto(sha256, photo, { here: false });
    const modified = (await files.stat(file))?.mtimeMs ?? 0;
    const reservation = await reserve({ sha256, bytes, modified, claim }, (n) => archiveName(taken, name, sha256, n));
    if (reservation.kind === 'here') {
      await files.remove(file);
      return;
    }
    if (reservation.kind === 'other') throw locked(sha256);
    const placed = await archive.place(file, reservation.path, sha256).catch((error: unknown) => {
      throw notPermitted(error, reservation.path);
    });
    if (placed === 'taken') {
      originals.release(sha256, claim);
      throw new PhotospoolError(
        'conflict',
        `Another file was stored as ${printable(reservation.path)} in the archive in the meantime.`,
      );
    }
  }
  return { pathOf, begun, arrive, settle, settleOriginal };
}

/** Writes bytes of blobs, if the disk has space for all transfers in progress. */
function openAppending({ blobs, files, room = roomOf }: StoreParts, { begun, settle }: Places) {
  /** Bytes that other transfers in progress still have to write. */
  let promised = 0;

  /** @throws PhotospoolError `disk-full`. */
  async function checkRoom(bytes: number): Promise<void> {
    if (leavesReserve(await room(blobs.folder), promised + bytes)) return;
    throw new PhotospoolError('disk-full', 'There is not enough space for more pictures on the disk of .photospool.', {
      ...{ op: 'receive', path: blobs.folder },
      hint: 'Free up some space. Photospool retries automatically.',
    });
  }

  /** Passes a stream on, and subtracts its bytes from the announced ones. */
  async function* counted(source: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
    let left = bytes;
    promised += left;
    try {
      for await (const part of source) {
        yield part;
        promised -= part.length;
        left -= part.length;
      }
    } finally {
      promised -= left;
    }
  }

  async function append(blob: NamedBlob, from: number, source: AsyncIterable<Uint8Array>): Promise<number> {
    const { sha256, bytes } = blob;
    const file = blobs.partial(sha256);
    const there = await begun(sha256);
    if (from !== there) throw unexpected(sha256, there);
    const hash = createHash('sha256');
    await checkRoom(bytes - there);
    const limited = bounded(source, bytes - there, hash);
    const whole = bytes - there <= atOnce ? joined(limited) : limited;
    const total = there + (await files.extend(counted(whole, bytes - there), file));
    if (total < bytes) return total;
    // A blob in one piece was hashed on its way.
    const found = there === 0 ? hash.digest('hex') : (await files.hash(file)).sha256;
    if (found === sha256) {
      await settle(blob);
      return total;
    }
    await files.remove(file);
    throw corrupt(sha256);
  }

  async function appendWhole(blob: NamedBlob, bytes: Uint8Array): Promise<void> {
    const { sha256 } = blob;
    if (bytes.length > blob.bytes) throw tooLarge();
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw corrupt(sha256);
    await checkRoom(bytes.length);
    promised += bytes.length;
    const file = blobs.partial(sha256);
    try {
      await files.fill(file, bytes).catch(async (error: unknown) => {
        if (errnoOf(error) !== 'EEXIST') throw error;
        const next = await begun(sha256);
        if (next > 0) throw unexpected(sha256, next);
        // A transfer ended before its first byte.
        await files.discard(file);
        await files.fill(file, bytes);
      });
    } finally {
      promised -= bytes.length;
    }
    await settle(blob);
  }
  return { append, appendWhole };
}

/** Runs `work` and returns its outcome. */
function outcomeOf(work: () => void): PromiseSettledResult<void> {
  try {
    return { status: 'fulfilled', value: work() };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

/** An archive folder without write permission stops only the blobs that belong there. */
function notPermitted(error: unknown, path: string): unknown {
  if (!['EACCES', 'EPERM'].includes(errnoOf(error) ?? '')) return error;
  return new PhotospoolError('conflict', `${printable(path)} could not be moved into the archive: permission denied.`, {
    ...{ op: 'receive', path, cause: error },
    hint: 'Give the user that runs Photospool read and write access.',
  });
}

const corrupt = (sha256: string): PhotospoolError =>
  new PhotospoolError('corrupt', `The bytes received as ${sha256} have a different hash.`, { op: 'receive' });
const unexpected = (sha256: string, next: number): PhotospoolError =>
  new PhotospoolError('conflict', `The next expected byte of ${sha256} is ${next}.`, { op: 'receive' });
const unknown = (sha256: string): PhotospoolError =>
  new PhotospoolError('not-found', `No document references ${printable(sha256)}.`, { op: 'receive' });
const locked = (sha256: string): PhotospoolError =>
  new PhotospoolError('locked', `${printable(sha256)} is already being received.`, { op: 'receive' });
