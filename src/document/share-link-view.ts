/**
 * A photo as links to a search look at it: with what those said and brought who may share photos, and without what others did.
 * So nobody who may not share brings a photo into the sight of strangers. Pure.
 */
import { keptValues } from './merge.js';
import { fieldNames } from './field-rules.js';
import { entriesOf, isObject, own, textOf } from './json-values.js';
import { authorsOf, fileItself } from './origin.js';
import type { Edits, PhotoDocument } from './photo-document.js';
import { owner } from './photo-senders.js';

/**
 * Whether an author may share, by documents alone, so that all servers agree (`sharesBy` of access/permissions.ts): of what they said
 * (`edit`), or of a file that they sent in, a photo or a sidecar (`file`).
 */
export type MayShare = (author: string, how: 'edit' | 'file') => boolean;

/**
 * What is left of a photo. `none`: nothing, it is in no link to a search. `doubted`: somebody else had the last word on some tag
 * or album, or on a value of which it is not known any more what was said before; such a tag or album is left out of `photo`, and no search
 * for photos without something finds it.
 */
export type Confirmed = { photo: PhotoDocument; doubted: boolean } | 'none';

/** What of a photo those said and brought who may share. */
export function confirmedOf(photo: PhotoDocument, mayShare: MayShare): Confirmed {
  const sent = ([, told]: [string, unknown]): boolean => mayShare(textOf(own(told, 'by')) || owner, 'file');
  const sightings = Object.fromEntries(entriesOf(photo.sightings).filter(sent));
  const none = Object.keys(sightings).length === 0 && Object.keys(photo.sightings).length > 0;
  const said = (told: unknown): boolean => isSaid(told, mayShare);
  // That the file's word is said again says nothing of a photo that others brought.
  if (none && !isEditedBy(photo.edits, (told) => said(told) && !authorsOf(told).includes(fileItself))) return 'none';
  const fields = fieldNames.map((field) => {
    const all = own(photo.edits, field);
    const list = Array.isArray(all) ? (all as unknown[]) : [];
    const left = list.filter(said);
    return { field, left, lost: left.length === 0 && list.length >= keptValues };
  });
  if (fields.some(({ lost }) => lost)) return 'none';
  // What overruled a value beyond the clock (overruled-registers.ts) is rare: nothing is told rather than too much.
  if (entriesOf(photo.edits.overruled).some(([, told]) => !said(told))) return 'none';
  const others = entriesOf(photo.edits).filter(([name]) => fields.every(({ field }) => field !== name));
  const edits = Object.fromEntries([
    ...others,
    ...fields.filter(({ left }) => left.length > 0).map(({ field, left }) => [field, left] as const),
  ]);
  const [tags, albums] = (['tags', 'albums'] as const).map((set) => splitSet(photo.edits[set], said));
  const kept = {
    ...photo,
    sightings: none ? photo.sightings : sightings,
    sidecars: Object.fromEntries(entriesOf(photo.sidecars).filter(sent)),
    edits: { ...edits, tags: tags!.left, albums: albums!.left },
  } as PhotoDocument;
  return { photo: kept, doubted: tags!.doubted || albums!.doubted };
}

/** Whether everything in a photo is by those who may share: then there is nothing to be left out. */
export function isConfirmed(photo: PhotoDocument, mayShare: MayShare): boolean {
  const sent = [...entriesOf(photo.sightings), ...entriesOf(photo.sidecars)];
  return (
    sent.every(([, told]) => mayShare(textOf(own(told, 'by')) || owner, 'file')) &&
    [...editsIn(photo.edits)].every((told) => isSaid(told, mayShare))
  );
}

/** Whether all who stand behind an edit may share; the file itself counts where the file does. */
const isSaid = (told: unknown, mayShare: MayShare): boolean =>
  authorsOf(told).every((author) => author === fileItself || mayShare(author, 'edit'));

/** The people (`person:<ulid>`) that a photo names as authors or senders, each once. */
export function peopleIn(photo: PhotoDocument): string[] {
  const told = [
    ...[...entriesOf(photo.sightings), ...entriesOf(photo.sidecars)].map(([, one]) => one),
    ...editsIn(photo.edits),
  ];
  return [...new Set(told.flatMap(authorsOf).filter((by) => by.startsWith('person:')))].sort();
}

/** All edits that can matter for a search; favourites that are each person's own, and what is apart, are not among them. */
function* editsIn(edits: Edits): Generator {
  for (const field of fieldNames) {
    const list: unknown = own(edits, field);
    if (Array.isArray(list)) yield* list as unknown[];
  }
  for (const [, told] of entriesOf(edits.overruled)) yield told;
  for (const set of ['tags', 'albums'] as const) for (const [, told] of entriesOf(edits[set])) yield told;
}

function isEditedBy(edits: Edits, said: (told: unknown) => boolean): boolean {
  for (const told of editsIn(edits)) if (said(told)) return true;
  return false;
}

/** Of the last words on the elements of a set those that count; where another's is, the element is taken out. */
function splitSet(set: unknown, said: (told: unknown) => boolean): { left: object; doubted: boolean } {
  const all = entriesOf(set).filter(([, told]) => isObject(told));
  return {
    left: Object.fromEntries(all.map(([element, told]) => [element, said(told) ? told : { present: false }])),
    doubted: !all.every(([, told]) => said(told)),
  };
}
