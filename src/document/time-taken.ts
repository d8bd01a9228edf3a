/**
 * When a picture was taken: by an edit, otherwise a sidecar, otherwise the file's metadata, otherwise the name of its
 * first sighting, otherwise the mtime of that file. Always local wall time; the offset only from the source of the
 * time. Pure, and independent of the machine's time zone, so that servers in different zones agree.
 */
import { shownEdit } from './edits.js';
import { isOffset, isWallTime } from './field-validation.js';
import { compareText, entriesOf, own, textOf } from './json-values.js';
import { wallTimeInName } from './filename-dates.js';
import type { PhotoDocument, Sighting, TakenSource } from './photo-document.js';
import { sidecarsOf } from './sidecar-values.js';

/** A time taken and its source. */
export interface TimeTaken {
  /** Local wall time, `2024-07-01T12:00:00.000`. */
  taken: string;
  /** `+02:00`, if known. */
  offset?: string;
  takenSource: TakenSource;
}

/** For a document without any date: the order stays defined, and people see that the date can't be right. */
const beginning = '1970-01-01T00:00:00.000';

/** The first sighting on any server; of equal times the one whose server and name sort first. */
export function earliestSighting(document: PhotoDocument): Sighting | undefined {
  const sightings = entriesOf(document.sightings).filter(([, sighting]) => typeof own(sighting, 'at') === 'string');
  if (sightings.length < 2) return sightings[0]?.[1] as Sighting | undefined;
  const order = ([key, sighting]: [string, unknown]): string => `${String(own(sighting, 'at'))} ${key}`;
  return sightings.sort((a, b) => compareText(order(a), order(b)))[0]?.[1] as Sighting | undefined;
}

/** The time a picture was taken. */
export function takenOf(document: PhotoDocument): TimeTaken {
  const edit = shownEdit(document.edits, 'taken')?.value;
  if (edit) return taken(edit.local, edit.offset, 'edit');
  for (const { taken: local, offset } of sidecarsOf(document))
    if (isWallTime(local)) return taken(local, offset, 'sidecar');
  const [read, source] = [own(document.facts, 'taken'), textOf(own(document.facts, 'takenSource'))];
  if (isWallTime(read)) return taken(read, own(document.facts, 'offset'), (source || 'exif') as TakenSource);
  const sighting = earliestSighting(document);
  const named = wallTimeInName(textOf(sighting?.name));
  if (named !== undefined) return taken(named, undefined, 'name');
  return taken(wallTimeOf(sighting?.modified) ?? wallTimeOf(sighting?.at) ?? beginning, undefined, 'modified');
}

function taken(local: string, offset: unknown, takenSource: TakenSource): TimeTaken {
  return { taken: local, ...(isOffset(offset) && { offset }), takenSource };
}

/**
 * `2024-07-01T12:00:00.000Z` as wall time: the digits of UTC, since the zone is unknown and must not depend on the
 * server.
 */
function wallTimeOf(utc: unknown): string | undefined {
  if (typeof utc !== 'string') return undefined;
  const local = utc.replace(/Z$/, '');
  return isWallTime(local) ? local : undefined;
}
