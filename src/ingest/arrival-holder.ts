/**
 * The holder of an arriving file, and the record of a new item of a person (docs/people.md). The transaction that
 * writes the item checks whether that person may hold items, so neither a crash nor a delay can make anything of a
 * removed person visible.
 */
import { PhotospoolError, printable } from '../base/errors.js';
import { noGrants, withSight } from '../document/grants.js';
import { house, isPerson, itemId, peopleId, sharingId, type Holder, type Item } from '../document/item-id.js';
import type { Edits, PhotoDocument } from '../document/photo-document.js';
import { isFromGuests, owner } from '../document/photo-senders.js';
import { photosWith, withBytesOf } from '../library/items-of-bytes.js';
import type { Library } from '../library/library.js';
import type { Reservation } from '../library/local-tables.js';
import type { ArrivingFile } from './arriving-file.js';

/** Whether a person (a ULID) may hold items now. */
export type MayHold = (person: string) => boolean;

/** The result of a record: that of the reservation, and whether the bytes are new to their holder. */
export type Recorded = Reservation & { isNew: boolean };

/** The holder of an arrival. */
export const holderOf = ({ holder = house }: Pick<ArrivingFile, 'holder'>): Holder => holder;

/** The item of an arrival with these bytes (SHA-256). */
export const itemOfArrival = (arrival: Pick<ArrivingFile, 'holder'>, sha256: string): Item => ({
  holder: holderOf(arrival),
  sha256,
});

/** Whether the holder of an arrival has an item with these bytes, in the trash or not. */
export const hasItem = (library: Library, arrival: Pick<ArrivingFile, 'holder'>, sha256: string): boolean =>
  library.get(itemId(itemOfArrival(arrival, sha256))) !== undefined;

/**
 * Whether a holder has bytes that are in the archive, so that they need not be read again. The house also counts as
 * having bytes without any item: reading a folder again in `copy` mode does not bring back an item that was purged on
 * another server.
 */
export const isHeldBy = (library: Library, sha256: string, holder: Holder = house): boolean =>
  library.get(itemId({ holder, sha256 })) !== undefined ||
  (holder === house && library.items.withBytes(sha256).length === 0);

/** @throws PhotospoolError `forbidden` if the holder of an arrival is a person who may not hold items now. */
export function checkHolder(mayHold: MayHold | undefined, arrival: Pick<ArrivingFile, 'holder' | 'name'>): void {
  const holder = holderOf(arrival);
  if (holder === house || (isPerson(holder) && mayHold?.(holder) === true)) return;
  const name = printable(arrival.name);
  if (!isPerson(holder))
    throw new PhotospoolError('forbidden', `The library that ${name} belongs to is unknown.`, {
      hint: 'Move the file from its folder in work to that person’s folder in incoming.',
    });
  throw new PhotospoolError('forbidden', `${name} is for a person who was removed or is unknown on this server.`, {
    hint: 'The file is kept. When the person is added again, retry it.',
  });
}

/** The edits of a new item: with the ends of access that its author had seen, if there are any. */
export function newEdits(library: Library, { holder = house, by = owner }: Pick<ArrivingFile, 'holder' | 'by'>): Edits {
  const controls = holder === house ? [peopleId] : [peopleId, sharingId(holder)];
  const sees = controls.map((id) => [id, library.controls.find(id) ?? noGrants] as const);
  return withSight({}, Object.fromEntries(sees), { at: library.stampAfter(undefined), by });
}

/**
 * A photo that a guest sent and that its holder has now sent, too: it no longer waits, and like a new item it records
 * the ends of access that its author had seen. Other arrivals widen no access.
 */
export function endingWait(
  library: Library,
  before: PhotoDocument,
  after: PhotoDocument,
  arrival: Pick<ArrivingFile, 'holder' | 'by'>,
): PhotoDocument {
  if (!isFromGuests(before) || isFromGuests(after)) return after;
  const { holder = house, by = owner } = arrival;
  const controls = holder === house ? [peopleId] : [peopleId, sharingId(holder)];
  const sees = Object.fromEntries(controls.map((id) => [id, library.controls.find(id) ?? noGrants]));
  return { ...after, edits: withSight(after.edits, sees, { at: library.stampAfter(before), by }) };
}

/** A new item with the data that other items have for the same bytes: data derived from bytes is computed once. */
export function withBytesKnown(library: Library, photo: PhotoDocument, item: Item): PhotoDocument {
  return photosWith(library, item.sha256).reduce(withBytesOf, photo);
}
