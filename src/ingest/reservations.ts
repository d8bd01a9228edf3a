/**
 * Reservations whose claim died, settled by what is on the disk: a process that was killed between the move into the
 * archive and its local row left the file there; one killed before left a name that nobody needs.
 */
import type { Archive } from '../archive/archive.js';
import { basename } from 'node:path';
import { parentOf, type Files } from '../base/files.js';
import type { OriginalRow, Originals } from '../library/local-tables.js';

/** What the names of claims end with whose files are for a person. Older versions, which know no persons, leave such claims alone. */
export const ownSuffix = '-own';

/** Whether a claim, by its path or name, is one of a person. */
export const isOwnClaim = (claim: string): boolean => basename(claim).endsWith(ownSuffix);

/** What settling works with. */
export interface ReservationParts {
  originals: Originals;
  archive: Archive;
  files: Files;
  /** Whether a claim (by its path) still has a file in it. */
  claimed(claim: string): Promise<boolean>;
}

/**
 * What a reservation stands for: `held` by a claim that has its file, `here` where the file with these bytes is in the
 * archive (then the row says so from now on), or `dead`.
 */
export async function settleReservation(row: OriginalRow, parts: ReservationParts): Promise<'held' | 'here' | 'dead'> {
  const { originals, archive, files } = parts;
  if (await parts.claimed(row.claim)) return 'held';
  const path = archive.resolve(row.path);
  const there = await files.stat(path);
  if (!there?.isFile() || (await files.hash(path)).sha256 !== row.sha256) return 'dead';
  originals.arrived(row.sha256);
  return 'here';
}

/**
 * Settles all reservations, when a home is opened: the dead ones are released. What copies between filesystems left half
 * done beside their places is swept away.
 */
export async function settleReservations(parts: ReservationParts): Promise<void> {
  const { archive, files } = parts;
  await files.sweep(archive.resolve('duplicates'));
  for (const row of parts.originals.reserved()) {
    await files.sweep(parentOf(archive.resolve(row.path)));
    if ((await settleReservation(row, parts)) === 'dead') parts.originals.release(row.sha256, row.claim);
  }
}
