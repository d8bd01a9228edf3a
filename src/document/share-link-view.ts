/**
 * A photo as seen through a share link to a search: only with edits and files by people who have the right to share. So
 * people without that right can't expose a photo to strangers. Pure.
 */
import { keptValues } from './merge.js';
import { fieldNames } from './field-validation.js';
import { entriesOf, isObject, own, textOf } from './json-values.js';
import { authorsOf, fileItself } from './origin.js';
import type { Edits, PhotoDocument } from './photo-document.js';
import { owner } from './photo-senders.js';

/**
 * Whether an author has the right to share, judged by documents alone so that all servers agree (`sharesBy` of
 * access/permissions.ts): for edits (`edit`), or for files they sent, photos or sidecars (`file`).
 */
export type MayShare = (author: string, how: 'edit' | 'file') => boolean;

/**
 * The confirmed part of a photo. `none`: nothing is confirmed; no link to a search contains the photo. `doubted`:
 * someone without the right had the last word on a tag, album or value whose former state is unknown; such a tag or
 * album is omitted from `photo`, and no search for photos without something matches it.
 */
export type Confirmed = { photo: PhotoDocument; doubted: boolean } | 'none';

/**
 * A search can't depend on how a picture is developed, and links always show it cropped, regardless of the author of
 * the crop.
 */
const searchedFields = fieldNames.filter((field) => field !== 'develop');

/** The part of a photo that comes from people with the right to share. */
export function confirmedOf(photo: PhotoDocument, mayShare: MayShare): Confirmed {
  const sent = ([, told]: [string, unknown]): boolean => mayShare(textOf(own(told, 'by')) || owner, 'file');
  const sightings = Object.fromEntries(entriesOf(photo.sightings).filter(sent));
  const none = Object.keys(sightings).length === 0 && Object.keys(photo.sightings).length > 0;
  const said = (told: unknown): boolean => isSaid(told, mayShare);
  // Repeating the file's value confirms nothing about a photo that others sent.
  if (none && !isEditedBy(photo.edits, (told) => said(told) && !authorsOf(told).includes(fileItself))) return 'none';
  const fields = searchedFields.map((field) => {
    const all = own(photo.edits, field);
    const list = Array.isArray(all) ? (all as unknown[]) : [];
    const left = list.filter(said);
    return { field, left, lost: left.length === 0 && list.length >= keptValues };
  });
  if (fields.some(({ lost }) => lost)) return 'none';
  // Overruled values (overruled-registers.ts) are rare: the photo is omitted, because it might show too much.
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

/** Whether everything in a photo comes from people with the right to share: then nothing is omitted. */
export function isConfirmed(photo: PhotoDocument, mayShare: MayShare): boolean {
  const sent = [...entriesOf(photo.sightings), ...entriesOf(photo.sidecars)];
  return (
    sent.every(([, told]) => mayShare(textOf(own(told, 'by')) || owner, 'file')) &&
    [...editsIn(photo.edits)].every((told) => isSaid(told, mayShare))
  );
}

/** Whether all authors of an edit have the right to share; the file itself counts if its sender has. */
const isSaid = (told: unknown, mayShare: MayShare): boolean =>
  authorsOf(told).every((author) => author === fileItself || mayShare(author, 'edit'));

/** The people (`person:<ulid>`) named in a photo as authors or senders, without duplicates. */
export function peopleIn(photo: PhotoDocument): string[] {
  const told = [
    ...[...entriesOf(photo.sightings), ...entriesOf(photo.sidecars)].map(([, one]) => one),
    ...editsIn(photo.edits),
  ];
  return [...new Set(told.flatMap(authorsOf).filter((by) => by.startsWith('person:')))].sort();
}

/** All edits that a search can depend on; not personal favourites and `apart`. */
function* editsIn(edits: Edits): Generator {
  for (const field of searchedFields) {
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

/** The last edits of a set's elements that count; an element with an unconfirmed last edit is removed. */
function splitSet(set: unknown, said: (told: unknown) => boolean): { left: object; doubted: boolean } {
  const all = entriesOf(set).filter(([, told]) => isObject(told));
  return {
    left: Object.fromEntries(all.map(([element, told]) => [element, said(told) ? told : { present: false }])),
    doubted: !all.every(([, told]) => said(told)),
  };
}
