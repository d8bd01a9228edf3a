/**
 * The history of a photo: what people said of it, newest first, as far as the document keeps it (of each field the newest
 * eight values, of each tag and album the last word), what its sidecars say, and where it came in; each with who that was. Pure;
 * never throws.
 */
import { shownEdit } from './edits.js';
import { elementOf, fieldNames, fields, isWallTime, type FieldName } from './field-rules.js';
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

/** Something that somebody said of a photo. */
export interface PastEdit {
  field: FieldName | 'tags' | 'albums';
  /** Of a field its value, null where it was taken away; of a tag or album whether the photo is in it. */
  value: unknown;
  /** Which tag or album. */
  element?: string;
  at: Stamp;
  by: string;
  /** When, UTC, where the stamp does not tell it; any server may have written it. */
  made?: string;
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
  return [...ofFields, ...ofSets].sort((a, b) => compareText(b.at, a.at));
}

const madeOf = (made: unknown): Pick<PastEdit, 'made'> => (typeof made === 'string' ? { made } : {});

/** Each time that these bytes came in, under another name or on another server, the first one first. */
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

/** A sidecar of a photo: what it says and who sent it. */
export interface PastSidecar {
  name: string;
  /** When it was last written, UTC; empty where that is not known. */
  at: string;
  by: string;
  /** Only what a sidecar may say, and of that what this version understands. */
  values: SidecarValues;
  /** It is the newest of its name, and so asked for what nobody edited. */
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

/** The values of a sidecar, looked at again: any server may have written them. */
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
