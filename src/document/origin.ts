/**
 * The authors behind a repeated value. A rename, an undo or a copy from another photo repeats values without a review
 * of each. So such an edit names the former authors (`of`), and share links to a search accept it only if all of them
 * have the right to share (share-link-view.ts). Pure.
 */
import { canonical } from './canonical-json.js';
import type { FieldName } from './field-validation.js';
import { entriesOf, own, textOf } from './json-values.js';
import type { PhotoDocument } from './photo-document.js';
import { owner, unknownSender } from './photo-senders.js';

/** The entry in `of` for the file itself: accepted if the file is. */
export const fileItself = 'file';

/** All authors of an edit or a membership: its own, and the former ones. */
export const authorsOf = (said: unknown): string[] => [textOf(own(said, 'by')), ...textsIn(own(said, 'of'))];

/**
 * The other authors of an edit or a membership besides `self`; the owner and tokens with the right to edit count as the
 * owner.
 */
export const othersBehind = (said: unknown, self: string): string[] =>
  authorsOf(said).filter(
    (one) => one !== self && (one.startsWith('person:') || one === fileItself || one === unknownSender),
  );

/** The people who had put an element into a set before someone removed it. */
export const othersWhoWere = (said: unknown, self: string): string[] =>
  textsIn(own(said, 'was')).filter((one) => one !== self);

/**
 * The senders of an unedited tag, in the file or in sidecars: none if `self` or the owner sent it; undefined if it has
 * no sender.
 */
export function othersWhoSent(document: PhotoDocument, element: string, self: string): string[] | undefined {
  const isOwn = (told: unknown): boolean => [owner, self, ''].includes(textOf(own(told, 'by')));
  const sightings = entriesOf(document.sightings).map(([, told]) => told);
  const sidecars = entriesOf(document.sidecars).map(([, told]) => told);
  const naming = sidecars.filter((told) => textsIn(own(own(told, 'values'), 'tags')).includes(element));
  const inFile = textsIn(own(document.facts, 'tags')).includes(element);
  if (!inFile && naming.length === 0) return undefined;
  if (naming.some(isOwn) || (inFile && (sightings.length === 0 || sightings.some(isOwn)))) return [];
  return [...new Set([...(inFile ? [fileItself] : []), ...naming.map((told) => sender(textOf(own(told, 'by'))))])];
}

/** The people who had given a field a value before someone undid it, newest first. */
export function othersWhoGave(document: PhotoDocument, field: FieldName, value: unknown, self: string): string[] {
  const list: unknown = own(document.edits, field);
  const given = (Array.isArray(list) ? (list as unknown[]) : []).find(
    (edit) => canonical(own(edit, 'value') ?? null) === canonical(value),
  );
  return othersBehind(given, self);
}

/** The people, except `self` and the owner, who sent a photo or its sidecars, whichever contains the value. */
export function othersWhoBrought(document: PhotoDocument, self: string): string[] {
  const sent = (part: unknown): string[] =>
    entriesOf(part)
      .map(([, told]) => textOf(own(told, 'by')))
      .filter((by) => ![owner, self, ''].includes(by))
      .map(sender);
  const isOthers = sent(document.sightings).length === entriesOf(document.sightings).length;
  return [...new Set([...(isOthers ? sent(document.sightings) : []), ...sent(document.sidecars)])];
}

/** A token that sent a file is not known to have the right to share. */
const sender = (by: string): string => (by.startsWith('person:') ? by : unknownSender);

const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
