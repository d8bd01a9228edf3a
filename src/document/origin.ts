/**
 * Whose word it is that is said again: where a name becomes another one, an edit is taken back, or what was said of one photo goes
 * over to another, nobody looks at each value anew. So the edit that does it names those who said it before (`of`), and for links
 * to a search it counts only where all of them may share (share-link-view.ts). Pure.
 */
import { canonical } from './canonical-json.js';
import type { FieldName } from './field-rules.js';
import { entriesOf, own, textOf } from './json-values.js';
import type { PhotoDocument } from './photo-document.js';
import { owner, unknownSender } from './photo-senders.js';

/** What stands in `of` for the file itself: it counts where the file does. */
export const fileItself = 'file';

/** Who stands behind an edit or a membership: its author, and those whose word it was before. */
export const authorsOf = (said: unknown): string[] => [textOf(own(said, 'by')), ...textsIn(own(said, 'of'))];

/** The others behind an edit or a membership, beside `self`; tokens that edit, and the owner, speak for the owner. */
export const othersBehind = (said: unknown, self: string): string[] =>
  authorsOf(said).filter(
    (one) => one !== self && (one.startsWith('person:') || one === fileItself || one === unknownSender),
  );

/** Those whose word it was that an element is in a set, before somebody took it out. */
export const othersWhoWere = (said: unknown, self: string): string[] =>
  textsIn(own(said, 'was')).filter((one) => one !== self);

/**
 * Those who said a tag that nobody edited, in the file or in sidecars: none where `self` or the owner did; undefined where nobody
 * says it.
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

/** Those who gave a value of a field, newest first in the document, before somebody took it back. */
export function othersWhoGave(document: PhotoDocument, field: FieldName, value: unknown, self: string): string[] {
  const list: unknown = own(document.edits, field);
  const given = (Array.isArray(list) ? (list as unknown[]) : []).find(
    (edit) => canonical(own(edit, 'value') ?? null) === canonical(value),
  );
  return othersBehind(given, self);
}

/** Those beside `self` and the owner who sent a photo or its sidecars: of what the file says, without a look at which says it. */
export function othersWhoBrought(document: PhotoDocument, self: string): string[] {
  const sent = (part: unknown): string[] =>
    entriesOf(part)
      .map(([, told]) => textOf(own(told, 'by')))
      .filter((by) => ![owner, self, ''].includes(by))
      .map(sender);
  const isOthers = sent(document.sightings).length === entriesOf(document.sightings).length;
  return [...new Set([...(isOthers ? sent(document.sightings) : []), ...sent(document.sidecars)])];
}

/** A token that sent a file is not known to be one that may share. */
const sender = (by: string): string => (by.startsWith('person:') ? by : unknownSender);

const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
