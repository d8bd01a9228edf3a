/**
 * Settles reservations whose claim is gone, by the files on the disk: a process killed between the move into the
 * archive and the update of its local row left the file there; one killed earlier left an unused reservation.
 */
import type { Archive } from '../archive/archive.js';
import { basename } from 'node:path';
import { parentOf, type Files } from '../base/files.js';
import type { OriginalRow, Originals } from '../library/local-tables.js';

/** The suffix of the names of claims for a person. Older versions, which do not support persons, ignore such claims. */
export const ownSuffix = '-own';

/** Whether a claim, by its path or name, is for a person. */
export const isOwnClaim = (claim: string): boolean => basename(claim).endsWith(ownSuffix);

/** The dependencies of settling. */
export interface ReservationParts {
  originals: Originals;
  archive: Archive;
  files: Files;
  /** Whether a claim (by its path) still contains a file. */
  claimed(claim: string): Promise<boolean>;
}

/**
 * The state of a reservation: `held` by a claim that contains its file; `here` if the file with these bytes is in the
 * archive (then this updates the row); otherwise `dead`.
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
 * Settles all reservations when a home is opened: releases dead ones, and removes temporary files of interrupted copies
 * between filesystems.
 */
export async function settleReservations(parts: ReservationParts): Promise<void> {
  const { archive, files } = parts;
  await files.sweep(archive.resolve('duplicates'));
  for (const row of parts.originals.reserved()) {
    await files.sweep(parentOf(archive.resolve(row.path)));
    if ((await settleReservation(row, parts)) === 'dead') parts.originals.release(row.sha256, row.claim);
  }
}
