/**
 * Items: a photo in the library of the house, or of a person. The document id contains the holder and never changes, so
 * two people with the same bytes have two items, and no merge joins them. Pure.
 */
import { createHash } from 'node:crypto';

/** The holder of an item or album: the house, for which every owner acts, or a person by their ULID. */
export type Holder = string;

/** The holder for which every owner acts. */
export const house: Holder = 'house';

/** The parts of an item’s document id. */
export interface Item {
  holder: Holder;
  /** The SHA-256 of the original, 64 hex digits. */
  sha256: string;
}

/** The prefix of the ids of all items held by people. */
export const ownPrefix = 'own:';

const ulid = '[0-9A-HJKMNP-TV-Z]{26}';
const housePattern = /^photo:([0-9a-f]{64})$/;
const ownPattern = new RegExp(`^own:(${ulid}):([0-9a-f]{64})$`);
const personPattern = new RegExp(`^${ulid}$`);
const albumPattern = new RegExp(`^(house|${ulid}):(${ulid})$`);

/** Whether a holder is a person: a ULID. */
export const isPerson = (holder: Holder): boolean => personPattern.test(holder);

/** The author in documents for a holder (`person:<ulid>`); undefined for the house, which has many. */
export const authorOfHolder = (holder: Holder): string | undefined =>
  isPerson(holder) ? `person:${holder}` : undefined;

/** The holder when it can’t be determined: no person, so that nothing is shown by mistake. */
export const unknownHolder: Holder = 'unknown';

/** The id of an item’s document: `photo:<sha256>` or `own:<person>:<sha256>`. */
export const itemId = ({ holder, sha256 }: Item): string =>
  holder === house ? `photo:${sha256}` : `${ownPrefix}${holder}:${sha256}`;

/** The item with a document id; undefined for ids of other documents. */
export function itemOf(id: string): Item | undefined {
  const bytes = housePattern.exec(id)?.[1];
  if (bytes !== undefined) return { holder: house, sha256: bytes };
  const own = ownPattern.exec(id);
  return own ? { holder: own[1]!, sha256: own[2]! } : undefined;
}

/**
 * The public id of an item, 64 hex digits, used in URLs, catalog rows and the API. For an item of the house it is the
 * SHA-256 of the bytes, as in earlier versions; for others the SHA-256 of the document id, so that it does not reveal
 * who has which bytes.
 */
export const publicIdOf = (item: Item): string =>
  item.holder === house ? item.sha256 : createHash('sha256').update(itemId(item)).digest('hex');

/** A shared album as entries name it: `<holder>:<ulid>`. */
export interface AlbumName {
  holder: Holder;
  ulid: string;
}

/** Parses the name of an album; undefined for any other text. */
export function albumNamed(text: string): AlbumName | undefined {
  const match = albumPattern.exec(text);
  return match ? { holder: match[1]!, ulid: match[2]! } : undefined;
}

/** The id of the document with the family’s members and the right to publish. */
export const peopleId = 'library:people';

/** The id of the document with a person’s partners. */
export const sharingId = (person: string): string => `sharing:${person}`;

/** The id of the document with the members of an album that `albumNamed` parses. */
export const membersId = (album: string): string => `members:${album}`;

/** The id of the document of an offer that `offerNamed` parses. */
export const offerId = (offer: string): string => `offer:${offer}`;

/** Parses the name of an offer, `<giver>:<ulid>`, which is like that of an album; undefined for any other text. */
export const offerNamed = (text: string): AlbumName | undefined => albumNamed(text);
