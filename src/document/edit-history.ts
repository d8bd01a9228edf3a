/**
 * The history of a photo: the edits that the document keeps (the newest eight values of each field, the last one of
 * each tag and album), the values of its sidecars, and its sightings, each with its author, newest first. Pure; never
 * throws.
 */
import { shownEdit } from './edits.js';
import { elementOf, fieldNames, fields, isWallTime, type FieldName } from './field-validation.js';
import { everything } from './grants.js';
import { compareText, entriesOf, own, textOf } from './json-values.js';
import { effective } from './overruled-registers.js';
import {
  photoOf,
  type Edit,
  type Edits,
  type PhotoDocument,
  type SidecarValues,
  type Sighting,
  type Stamp,
} from './photo-document.js';
import { owner } from './photo-senders.js';
import { newestFirst } from './sidecar-values.js';
import { isStamp } from './stamp.js';

/** An edit in the history. */
export interface PastEdit {
  /** `locked`: the photo was locked or unlocked. */
  field: FieldName | 'tags' | 'albums' | 'locked';
  /** The value of a field, null if it was removed; for a tag or album whether the photo was in it. */
  value: unknown;
  /** The tag or album. */
  element?: string;
  at: Stamp;
  by: string;
  /** The wall clock's time, UTC, if the stamp differs from it; any server may have written it. */
  made?: string;
  /** It is the value that is shown. */
  shown?: true;
  /** It was made without knowledge of a concurrent edit of the same field, which won the merge. */
  lost?: true;
}

/** The edits of a photo, newest first. */
export function historyOf(document: PhotoDocument): PastEdit[] {
  const edits: Edits = photoOf(document)?.edits ?? {};
  const ofFields = fieldNames.flatMap((field): PastEdit[] => {
    const kept: unknown = edits[field];
    const list = (Array.isArray(kept) ? kept : []).filter((edit): edit is Edit<unknown> => isStamp(own(edit, 'at')));
    const shown = shownEdit(edits, field)?.at;
    const seen = new Set(list.flatMap(({ over, saw }) => [over, ...(Array.isArray(saw) ? saw : [])]));
    return list.map(({ value, at, by, made }) => ({
      ...{ field, value, at, by: textOf(by), ...madeOf(made) },
      ...(at === shown && { shown: true as const }),
      ...(at !== shown && !seen.has(at) && { lost: true as const }),
    }));
  });
  const ofSets = (['tags', 'albums'] as const).flatMap((field) =>
    entriesOf(edits[field]).flatMap(([element, said]): PastEdit[] => {
      const counts = effective(edits.overruled, `${field} ${element}`, said);
      const [at, by, made] = [own(counts, 'at'), own(counts, 'by'), own(counts, 'made')];
      const value = own(counts, 'present') === true;
      return isStamp(at) ? [{ field, element, value, at, by: textOf(by), ...madeOf(made), shown: true }] : [];
    }),
  );
  return [...ofFields, ...ofSets, ...locksIn(edits)].sort((a, b) => compareText(b.at, a.at));
}

/** The locks of a photo: the ends of everything, and the gives that opened it again. */
function locksIn(edits: Edits): PastEdit[] {
  const lockAt = new RegExp(`^\\${everything} (\\S+)$`);
  const openAt = new RegExp(`^\\${everything} unlocked (\\S+)$`);
  const told = [
    ...entriesOf(own(edits, 'ends')).map(([key, entry]) => ({ at: lockAt.exec(key)?.[1], entry, value: true })),
    ...entriesOf(own(edits, 'gives')).map(([key, entry]) => ({ at: openAt.exec(key)?.[1], entry, value: false })),
  ];
  return told.flatMap(({ at, entry, value }): PastEdit[] =>
    isStamp(at) ? [{ field: 'locked', value, at, by: textOf(own(entry, 'by')) }] : [],
  );
}

const madeOf = (made: unknown): Pick<PastEdit, 'made'> => (typeof made === 'string' ? { made } : {});

/** All arrivals of these bytes, under each name and on each server, the first one first. */
export const sightingsOf = (
  document: Pick<PhotoDocument, 'sightings'>,
): (Pick<Sighting, 'at' | 'server' | 'name' | 'folder'> & { by: string })[] =>
  entriesOf(document.sightings)
    .map(([, told]) => ({
      at: textOf(own(told, 'at')),
      server: textOf(own(told, 'server')),
      name: textOf(own(told, 'name')),
      by: textOf(own(told, 'by')) || owner,
      ...(textOf(own(told, 'folder')) !== '' && { folder: textOf(own(told, 'folder')) }),
    }))
    .filter(({ at }) => at !== '')
    .sort((a, b) => compareText(a.at, b.at) || compareText(a.name, b.name));

/** A sidecar of a photo: its values and its sender. */
export interface PastSidecar {
  name: string;
  /** When it was last written, UTC; empty if unknown. */
  at: string;
  by: string;
  /** Only values that a sidecar may have and that this version understands. */
  values: SidecarValues;
  /** It is the newest of its name, so its values are shown in unedited fields. */
  shown?: true;
}

/** The sidecars of a photo, the newest first. */
export function sidecarsIn(document: Pick<PhotoDocument, 'sidecars'>): PastSidecar[] {
  const names = new Set<string>();
  return newestFirst(document).map(({ name, modified, by, values }) => ({
    ...{ name, at: textOf(modified), by: by ?? owner, values: valuesIn(values) },
    ...(names.size < names.add(name).size && { shown: true as const }),
  }));
}

/** The values of a sidecar, validated: any server may have written them. */
function valuesIn(values: unknown): SidecarValues {
  const given = sidecarFields.flatMap((field) => {
    const value = own(values, field);
    return field === 'tags'
      ? Array.isArray(value)
        ? [[field, value.filter((tag) => elementOf(tag) !== undefined)]]
        : []
      : value !== null && value !== undefined && (field === 'taken' ? isWallTime(value) : fields[field](value))
        ? [[field, value]]
        : [];
  });
  return Object.fromEntries(given) as SidecarValues;
}

const sidecarFields = ['title', 'description', 'tags', 'rating', 'gps', 'place', 'taken', 'favourite'] as const;
