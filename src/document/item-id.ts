/**
 * Items: a photo in the library of the house, or of one person. Whose an item is stands in the id of its document and never
 * changes, so that two people who have the same bytes have two items, and no merge makes one of them. Pure.
 */
import { createHash } from 'node:crypto';

/** Whose an item or an album is: the house’s, for which every owner acts, or one person’s, by their ULID. */
export type Holder = string;

/** The holder for which every owner acts. */
export const house: Holder = 'house';

/** What the id of an item’s document says. */
export interface Item {
  holder: Holder;
  /** The SHA-256 of the original, 64 hex digits. */
  sha256: string;
}

/** What all ids of items that people hold begin with. */
export const ownPrefix = 'own:';

const ulid = '[0-9A-HJKMNP-TV-Z]{26}';
const housePattern = /^photo:([0-9a-f]{64})$/;
const ownPattern = new RegExp(`^own:(${ulid}):([0-9a-f]{64})$`);
const personPattern = new RegExp(`^${ulid}$`);
const albumPattern = new RegExp(`^(house|${ulid}):(${ulid})$`);

/** Whether a holder is a person: a ULID. */
export const isPerson = (holder: Holder): boolean => personPattern.test(holder);

/** The person who holds items, as documents name authors (`person:<ulid>`); undefined for the house, which has many. */
export const authorOfHolder = (holder: Holder): string | undefined =>
  isPerson(holder) ? `person:${holder}` : undefined;

/** Who holds something of which that was lost: nobody, so that it is shown to nobody by mistake. */
export const unknownHolder: Holder = 'unknown';

/** The id of an item’s document: `photo:<sha256>` or `own:<person>:<sha256>`. */
export const itemId = ({ holder, sha256 }: Item): string =>
  holder === house ? `photo:${sha256}` : `${ownPrefix}${holder}:${sha256}`;

/** The item whose document has an id; undefined for the ids of other documents. */
export function itemOf(id: string): Item | undefined {
  const bytes = housePattern.exec(id)?.[1];
  if (bytes !== undefined) return { holder: house, sha256: bytes };
  const own = ownPattern.exec(id);
  return own ? { holder: own[1]!, sha256: own[2]! } : undefined;
}

/**
 * The public id of an item, 64 hex digits: what URLs, catalog rows and the API call it. Of a house item it is the SHA-256 of
 * the bytes, as ever; of others the SHA-256 of the document’s id, so that it tells nobody who has which bytes.
 */
export const publicIdOf = (item: Item): string =>
  item.holder === house ? item.sha256 : createHash('sha256').update(itemId(item)).digest('hex');

/** An album with members, as entries name it: `<holder>:<ulid>`. */
export interface AlbumName {
  holder: Holder;
  ulid: string;
}

/** The album that a text names; undefined for any other text. */
export function albumNamed(text: string): AlbumName | undefined {
  const match = albumPattern.exec(text);
  return match ? { holder: match[1]!, ulid: match[2]! } : undefined;
}

/** The document that says who belongs to the family, and who may publish. */
export const peopleId = 'library:people';

/** The document with the partners of a person. */
export const sharingId = (person: string): string => `sharing:${person}`;

/** The document with the members of an album, which `albumNamed` reads. */
export const membersId = (album: string): string => `members:${album}`;
