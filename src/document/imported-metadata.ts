/**
 * The metadata of a photo in the export of another album (Google Takeout, iCloud Photos), added to the photo's
 * document: values below every edit and above the facts; albums and tags as edits older than any made here. Importing
 * the same metadata again changes nothing, so an import can be repeated; it never overrides a person. Pure.
 */
import { createHash } from 'node:crypto';
import { canonical, wellFormed } from './canonical-json.js';
import { elementOf, fields, isWallTime } from './field-validation.js';
import { isObject, own, textOf } from './json-values.js';
import { mergeEdits } from './merge.js';
import { wallTimeInName } from './filename-dates.js';
import type { Edits, Gps, Membership, PhotoDocument, Sidecar, SidecarValues } from './photo-document.js';
import { owner } from './photo-senders.js';
import { formatStamp } from './stamp.js';
import { earliestSighting } from './time-taken.js';

/** The metadata of one photo in an export. Times are milliseconds since 1970 (UTC). */
export interface ImportedMetadata {
  /** The name of its metadata file, without folders. */
  name: string;
  /** When that file was written: of two exports the later one is shown. */
  written: number;
  /** When the photo was added to the other album: edits made there count as made at that time. */
  added?: number;
  description?: string;
  favourite?: true;
  /** The position; `moved`: a person placed it, so it overrides the position in the file. */
  gps?: Gps;
  moved?: true;
  /** The time taken. */
  taken?: number;
  tags?: string[];
  albums?: string[];
}

/** The epoch in the stamps of imported edits. No server has it: theirs are random, and longer. */
const epoch = 'import';
/** The maximum number of tags, and of albums, imported per photo. */
const most = 500;
const hour = 3_600_000;
const quarter = hour / 4;

/**
 * A document with the imported metadata of its photo; the same document if it contains them already. `by`: the author
 * of the edits in the other album, regardless of the holder of the photo.
 */
export function withBrought(document: PhotoDocument, brought: ImportedMetadata, by: string = owner): PhotoDocument {
  const sidecars = sidecarsWith(document, brought, by);
  const edits = mergeEdits(document.edits, editsOf(document, brought, by));
  return { ...document, sidecars, edits };
}

/** The field `brought` of `item.json`, validated: the record may be of another version, or edited by hand. */
export function parseBrought(value: unknown): ImportedMetadata | undefined {
  const [name, written] = [own(value, 'name'), own(value, 'written')];
  if (!isObject(value) || typeof name !== 'string' || !isTime(written)) return undefined;
  const texts = (key: string): string[] => {
    const list = own(value, key);
    return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : [];
  };
  const [description, gps, taken, added] = ['description', 'gps', 'taken', 'added'].map((key) => own(value, key));
  return {
    name,
    written,
    ...(typeof description === 'string' && { description }),
    ...(own(value, 'favourite') === true && { favourite: true as const }),
    ...(isObject(gps) && fields.gps(gps) && { gps: gps as unknown as Gps }),
    ...(own(value, 'moved') === true && { moved: true as const }),
    ...(isTime(taken) && { taken }),
    ...(isTime(added) && { added }),
    tags: texts('tags'),
    albums: texts('albums'),
  };
}

/** A time that fits a Date. */
const isTime = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= 8.64e15;

/**
 * Keyed by the values, not by the bytes of the file: an export contains view counts, so its bytes differ every time.
 */
function sidecarsWith(
  { sidecars, ...document }: PhotoDocument,
  brought: ImportedMetadata,
  by: string,
): Record<string, Sidecar> {
  const values = valuesOf({ sidecars, ...document }, brought);
  if (Object.keys(values).length === 0) return sidecars;
  const key = createHash('sha256')
    .update(canonical([brought.name, values]))
    .digest('hex');
  const known = own(sidecars, key);
  const written = new Date(brought.written).toISOString();
  // Repeats an earlier state only if a different one came in between.
  const rivals = Object.entries(sidecars).some(([other, { name }]) => other !== key && name === brought.name);
  const isNewer = textOf(own(known, 'modified')) < written;
  if (known !== undefined && !(rivals && isNewer)) return sidecars;
  return { ...sidecars, [key]: { name: brought.name, values, modified: written, ...(by !== owner && { by }) } };
}

function valuesOf(document: PhotoDocument, brought: ImportedMetadata): SidecarValues {
  const { description, favourite, gps, moved } = brought;
  const useGps = gps !== undefined && (moved === true || document.facts.gps === undefined);
  return {
    ...(description !== undefined && { description: wellFormed(description.slice(0, 8_000)) }),
    ...(favourite && { favourite }),
    ...(useGps && { gps }),
    ...takenFrom(document, brought),
  };
}

/** The time taken, if the file has no plausible one. */
function takenFrom(
  document: PhotoDocument,
  { taken, added }: ImportedMetadata,
): Pick<SidecarValues, 'taken' | 'offset'> {
  if (taken === undefined || isSane(document.facts.taken, taken, added)) return {};
  const name = earliestSighting(document)?.name;
  return localOf(taken, name === undefined ? undefined : wallTimeInName(name));
}

/** The first days of clocks that were never set. */
const unset = /^(?:1904|1970|1980|2000)-01-01T/;

/** Whether the file's own time is plausible; a clock may be up to 14 hours off UTC. */
function isSane(read: unknown, instant: number, added: number | undefined): boolean {
  if (!isWallTime(read)) return false;
  const digits = Date.parse(`${read}Z`);
  if (added !== undefined && digits > added + 15 * hour) return false;
  return !unset.test(read) || Math.abs(digits - instant) <= 24 * hour;
}

/**
 * An instant as wall time: the one in the file name if it is the same instant in some time zone; otherwise the digits
 * of UTC.
 */
function localOf(instant: number, named: string | undefined): Pick<SidecarValues, 'taken' | 'offset'> {
  const utc = new Date(instant).toISOString().slice(0, -1);
  if (!isWallTime(utc)) return {};
  if (named === undefined) return { taken: utc };
  // Exports have whole seconds, and a file is named a moment after it was taken.
  const difference = Date.parse(`${named}Z`) - instant;
  const minutes = (Math.round(difference / quarter) * quarter) / 60_000;
  const isZone = Math.abs(difference - minutes * 60_000) <= 3_000 && Math.abs(minutes) <= 14 * 60;
  if (!isZone) return { taken: utc };
  return minutes === 0 ? { taken: named } : { taken: named, offset: offsetText(minutes) };
}

function offsetText(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}

/**
 * Albums and tags as they were set in the other album: before the photo arrived here, and so before every edit here.
 */
function editsOf(
  document: PhotoDocument,
  { added, taken, tags = [], albums = [] }: ImportedMetadata,
  by: string,
): Edits {
  const came = Date.parse(earliestSighting(document)?.at ?? '');
  const latest = Number.isNaN(came) ? 0 : came - 1;
  const ms = Math.max(0, Math.min(Math.floor(added ?? taken ?? 0), latest));
  const membership: Membership = { present: true, at: formatStamp({ ms, counter: 0, epoch }), by };
  const set = (names: readonly string[]): Record<string, Membership> =>
    Object.fromEntries(
      names.slice(0, most).flatMap((name) => (elementOf(name) === undefined ? [] : [[elementOf(name)!, membership]])),
    );
  return {
    ...(tags.length > 0 && { tags: set(tags) }),
    ...(albums.length > 0 && { albums: set(albums) }),
  };
}
