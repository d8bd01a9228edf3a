/**
 * Blobs on this server, for peers: what may be given out, and how one is taken in. Nothing is taken that no document
 * names, nor more bytes than it says; what comes gathers beside its place, goes on there after a cut, and only with the
 * right hash becomes a rendition or, by a reservation of its name, an original in the archive. Nothing is ever replaced.
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
import type { BlobIndex, NamedBlob } from './blob-index.js';
import { bounded, joined } from './incoming-blob.js';

/** What the store is made of. */
export interface StoreParts {
  library: Library;
  archive: Pick<Archive, 'occupied' | 'resolve' | 'place'>;
  blobs: Blobs;
  files: Files;
  named: BlobIndex;
  /** The room on the disk of a folder. */
  room?(folder: string): Promise<Room>;
}

/** The blobs of this server. */
export interface Store {
  /** Where a blob's file is, absolute, and what it is; undefined where no document names it or it is not here. */
  find(sha256: string): { path: string; blob: NamedBlob } | undefined;
  /** Whether a blob's file is in its place. */
  has(blob: NamedBlob): boolean;
  /** How many bytes of a blob that is on its way are here. */
  begun(sha256: string): Promise<number>;
  /**
   * Takes in bytes of a blob from `from` on, which must be how many are here already. Resolves to how many there are then:
   * all, and it is in its place. What came before a cut stays.
   * @throws PhotospoolError `not-found` for a blob that no document names, `conflict` where other bytes are expected next,
   * `too-large` past what the document says, `disk-full` where the disk would have no room for documents any more, `corrupt` where all came and have another hash, `locked` while another brings it.
   */
  take(sha256: string, from: number, source: AsyncIterable<Uint8Array>): Promise<number>;
  /**
   * Puts an original into its place again that was laid into `archive/trash` when its photo was purged, where a document names
   * it again. True where it did.
   */
  putBack(sha256: string): Promise<boolean>;
}

/** The claim in whose name originals are reserved. No folder has it, so what a crash leaves is settled at the next start. */
const claim = 'replication';

/** The most bytes of a blob that is written in one piece. */
const atOnce = 1024 * 1024;

/** Opens the store. */
export function openStore(parts: StoreParts): Store {
  const { library, archive, files, named } = parts;
  const places = openPlaces(parts);
  const { pathOf, begun, arrive, settleOriginal } = places;
  const append = openAppending(parts, places);
  const { discarded, originals } = library.local;
  const inHand = new Set<string>();

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
          await arrive(sha256);
        }
        discarded.remove(sha256);
        return isIt;
      } finally {
        inHand.delete(sha256);
      }
    },
    async take(sha256, from, source) {
      const blob = named.find(sha256);
      if (!blob) throw unknown(sha256);
      if (inHand.has(sha256)) throw locked(sha256);
      inHand.add(sha256);
      try {
        return await append(blob, from, source);
      } finally {
        inHand.delete(sha256);
      }
    },
  };
}

/** Where blobs are, and how whole ones get there. */
type Places = ReturnType<typeof openPlaces>;

function openPlaces({ library, archive, blobs, files, named }: StoreParts) {
  const { originals } = library.local;

  function pathOf({ kind, sha256 }: NamedBlob): string | undefined {
    if (kind !== 'original') return blobs.has(sha256) ? blobs.path(sha256) : undefined;
    const row = originals.find(sha256);
    return row?.state === 'here' && archive.occupied(row.path) ? archive.resolve(row.path) : undefined;
  }

  async function begun(sha256: string): Promise<number> {
    return (await files.stat(blobs.partial(sha256)))?.size ?? 0;
  }

  /** A transaction waits for the disk and holds up everything: one for all that come together. */
  const arrive = gather<string>((all) => {
    named.arrived(all);
    return Promise.resolve([]);
  });

  /** Gives a whole file with the right hash its place. */
  async function settle(blob: NamedBlob): Promise<void> {
    const { sha256, kind } = blob;
    const file = blobs.partial(sha256);
    if (kind === 'original') await settleOriginal(blob, file);
    else await blobs.adopt(file, sha256);
    await arrive(sha256);
  }

  async function settleOriginal({ sha256, bytes }: NamedBlob, file: string): Promise<void> {
    const photo = photoWith(library, sha256);
    if (!photo) throw unknown(sha256);
    const { taken, name } = viewPhoto(sha256, photo, { here: false });
    const modified = (await files.stat(file))?.mtimeMs ?? 0;
    const reservation = originals.reserve(
      { sha256, bytes, modified, claim },
      (n) => archiveName(taken, name, sha256, n),
      archive.occupied,
    );
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
      throw new PhotospoolError('conflict', `${printable(reservation.path)} in the archive was taken meanwhile.`);
    }
    originals.arrived(sha256);
  }
  return { pathOf, begun, arrive, settle, settleOriginal };
}

/** Adds bytes to a blob that is not whole, while the disk has room for all that is under way. */
function openAppending({ blobs, files, room = roomOf }: StoreParts, { begun, settle }: Places) {
  /** Bytes that others in hand have still to write. */
  let promised = 0;

  /** @throws PhotospoolError `disk-full`. */
  async function checkRoom(bytes: number): Promise<void> {
    if (leavesReserve(await room(blobs.folder), promised + bytes)) return;
    throw new PhotospoolError('disk-full', 'There is no room for more pictures on the disk of .photospool.', {
      ...{ op: 'receive', path: blobs.folder },
      hint: 'Free some space; it is tried again by itself.',
    });
  }

  /** Passes a stream on, and counts what is promised of it. */
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
    if (from !== there) {
      throw new PhotospoolError('conflict', `The next byte of ${sha256} is ${there}.`, { op: 'receive' });
    }
    const hash = createHash('sha256');
    await checkRoom(bytes - there);
    const limited = bounded(source, bytes - there, hash);
    const whole = bytes - there <= atOnce ? joined(limited) : limited;
    const total = there + (await files.extend(counted(whole, bytes - there), file));
    if (total < bytes) return total;
    // What came in one piece was hashed on its way.
    const found = there === 0 ? hash.digest('hex') : (await files.hash(file)).sha256;
    if (found === sha256) {
      await settle(blob);
      return total;
    }
    await files.remove(file);
    throw new PhotospoolError('corrupt', `What came as ${sha256} has another hash.`, { op: 'receive' });
  }
  return append;
}

/** A folder of the archive that may not be written holds up what belongs there, and nothing else. */
function notPermitted(error: unknown, path: string): unknown {
  if (!['EACCES', 'EPERM'].includes(errnoOf(error) ?? '')) return error;
  return new PhotospoolError(
    'conflict',
    `${printable(path)} could not be put into the archive: permission was denied.`,
    {
      ...{ op: 'receive', path, cause: error },
      hint: 'Let the user who runs Photospool read and write it.',
    },
  );
}

const unknown = (sha256: string): PhotospoolError =>
  new PhotospoolError('not-found', `No document names ${printable(sha256)}.`, { op: 'receive' });
const locked = (sha256: string): PhotospoolError =>
  new PhotospoolError('locked', `${printable(sha256)} is on its way already.`, { op: 'receive' });
