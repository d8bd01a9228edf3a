/**
 * The history of a photo: what people said of it, newest first, as far as the document keeps it (of each field the newest
 * eight values, of each tag and album the last word), and where it came in. Pure; never throws.
 */
import { shownEdit } from './edits.js';
import { fieldNames, type FieldName } from './fields.js';
import { compareText, entriesOf, own, textOf } from './json.js';
import { photoOf, type Edit, type Edits, type PhotoDocument, type Sighting, type Stamp } from './photo.js';
import { isStamp } from './stamp.js';

/** Something that somebody said of a photo. */
export interface PastEdit {
  field: FieldName | 'tags' | 'albums';
  /** Of a field its value, null where it was taken away; of a tag or album whether the photo is in it. */
  value: unknown;
  /** Which tag or album. */
  element?: string;
  at: Stamp;
  by: string;
  /** It is what is shown. */
  shown?: true;
  /** It was made without knowing of another edit of the same field, and had to give way when the two met. */
  lost?: true;
}

/** What was said of a photo, newest first. */
export function historyOf(document: PhotoDocument): PastEdit[] {
  const edits: Edits = photoOf(document)?.edits ?? {};
  const ofFields = fieldNames.flatMap((field): PastEdit[] => {
    const kept: unknown = edits[field];
    const list = (Array.isArray(kept) ? kept : []).filter((edit): edit is Edit<unknown> => isStamp(own(edit, 'at')));
    const shown = shownEdit(edits, field)?.at;
    return list.map(({ value, at, by }) => ({
      ...{ field, value, at, by: textOf(by) },
      ...(at === shown && { shown: true as const }),
      ...(at !== shown && !wasSeen(list, at) && { lost: true as const }),
    }));
  });
  const ofSets = (['tags', 'albums'] as const).flatMap((field) =>
    entriesOf(edits[field]).flatMap(([element, said]): PastEdit[] => {
      const [at, by] = [own(said, 'at'), own(said, 'by')];
      return isStamp(at)
        ? [{ field, element, value: own(said, 'present') === true, at, by: textOf(by), shown: true }]
        : [];
    }),
  );
  return [...ofFields, ...ofSets].sort((a, b) => compareText(b.at, a.at));
}

/** Whether a later edit was made in sight of the one at a stamp. */
const wasSeen = (list: readonly Edit<unknown>[], at: Stamp): boolean =>
  list.some((edit) => edit.over === at || (Array.isArray(edit.saw) && edit.saw.includes(at)));

/** Each time that these bytes came in, under another name or on another server, the first one first. */
export const sightingsOf = (document: PhotoDocument): Pick<Sighting, 'at' | 'server' | 'name' | 'folder'>[] =>
  entriesOf(document.sightings)
    .map(([, told]) => ({
      at: textOf(own(told, 'at')),
      server: textOf(own(told, 'server')),
      name: textOf(own(told, 'name')),
      ...(textOf(own(told, 'folder')) !== '' && { folder: textOf(own(told, 'folder')) }),
    }))
    .filter(({ at }) => at !== '')
    .sort((a, b) => compareText(a.at, b.at) || compareText(a.name, b.name));
