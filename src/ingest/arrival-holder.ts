/**
 * Whose item an arrival becomes, and what an item of a person notes when it is made (docs/people.md). Whether that person may hold
 * items is asked in the transaction that writes the item, so that no crash and no waiting makes anything of a removed person visible.
 */
import { PhotospoolError, printable } from '../base/errors.js';
import { noGrants, withSight } from '../document/grants.js';
import { house, isPerson, itemId, peopleId, sharingId, type Holder, type Item } from '../document/item-id.js';
import type { Edits, PhotoDocument } from '../document/photo-document.js';
import { owner } from '../document/photo-senders.js';
import { photosWith, withBytesOf } from '../library/items-of-bytes.js';
import type { Library } from '../library/library.js';
import type { Reservation } from '../library/local-tables.js';
import type { ArrivingFile } from './arriving-file.js';

/** Whether a person (a ULID) may hold items now. */
export type MayHold = (person: string) => boolean;

/** The answer to a record: that of the reservation, and whether its holder had none of these bytes before. */
export type Recorded = Reservation & { isNew: boolean };

/** Whose the item of an arrival is. */
export const holderOf = ({ holder = house }: Pick<ArrivingFile, 'holder'>): Holder => holder;

/** The item that an arrival with these bytes (SHA-256) becomes. */
export const itemOfArrival = (arrival: Pick<ArrivingFile, 'holder'>, sha256: string): Item => ({
  holder: holderOf(arrival),
  sha256,
});

/** Whether the holder of an arrival has an item with these bytes, in the trash or not. */
export const hasItem = (library: Library, arrival: Pick<ArrivingFile, 'holder'>, sha256: string): boolean =>
  library.get(itemId(itemOfArrival(arrival, sha256))) !== undefined;

/**
 * Whether a holder has bytes that the archive has, so that they need not be read again. The house has what nobody’s item has: an item
 * that was purged on another server is not brought back by a folder that is read in `copy` mode.
 */
export const isHeldBy = (library: Library, sha256: string, holder: Holder = house): boolean =>
  library.get(itemId({ holder, sha256 })) !== undefined ||
  (holder === house && library.items.withBytes(sha256).length === 0);

/** @throws PhotospoolError `forbidden` where the holder of an arrival is a person who may not hold items now. */
export function checkHolder(mayHold: MayHold | undefined, arrival: Pick<ArrivingFile, 'holder' | 'name'>): void {
  const holder = holderOf(arrival);
  if (holder === house || (isPerson(holder) && mayHold?.(holder) === true)) return;
  const name = printable(arrival.name);
  if (!isPerson(holder))
    throw new PhotospoolError('forbidden', `It is not known any more whose ${name} is.`, {
      hint: 'Move the file from its folder in work to the folder of the person.',
    });
  throw new PhotospoolError('forbidden', `${name} is for a person who was removed or is not known here.`, {
    hint: 'It stays where it is. When they are back, try it again.',
  });
}

/** The edits of a new item: of a person’s, which ends its author had in sight. */
export function newEdits(library: Library, { holder = house, by = owner }: Pick<ArrivingFile, 'holder' | 'by'>): Edits {
  if (holder === house) return {};
  const sees = [peopleId, sharingId(holder)].map((id) => [id, library.controls.find(id) ?? noGrants] as const);
  return withSight({}, Object.fromEntries(sees), { at: library.stampAfter(undefined), by });
}

/** A new item with what other items say of the same bytes: what is made of bytes is made once. */
export function withBytesKnown(library: Library, photo: PhotoDocument, item: Item): PhotoDocument {
  return photosWith(library, item.sha256).reduce(withBytesOf, photo);
}
