/** Parses a JSON file of a Google Takeout. Everything in it is hostile: a value of the wrong type is ignored. Pure. */
import { wellFormed } from '../document/canonical-json.js';
import { own } from '../document/json-values.js';
import type { Gps } from '../document/photo-document.js';
import { withoutEntities } from './google-filenames.js';

/** The metadata of a photo. Times are ms since 1970 (UTC). */
export interface PhotoSaid {
  kind: 'photo';
  /** The name of the photo before the export. */
  title: string;
  description?: string;
  taken?: number;
  /** When it was uploaded. */
  added?: number;
  gps?: Gps;
  /** Whether a person moved it from the position in its file. */
  moved?: true;
  people: string[];
  favourite?: true;
  archived?: true;
  locked?: true;
  trashed?: true;
}

/** The content of a JSON file: metadata of a photo, of an album, or something else. */
export type Said = PhotoSaid | { kind: 'album'; title: string } | { kind: 'other' };

const mostPeople = 200;
/** Positions closer than this, in degrees, count as equal: about 10 m. */
const near = 1e-4;

/** Parses a JSON file; undefined if it is invalid. */
export function readGoogle(text: string): Said | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    // Invalid JSON is ignored; the report lists the file.
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  const taken = timeOf(own(json, 'photoTakenTime'));
  const added = timeOf(own(json, 'creationTime'));
  const album = own(json, 'albumData') ?? json;
  if (taken === undefined && added === undefined && own(json, 'url') === undefined) {
    const title = own(album, 'title');
    const isAlbum = ['description', 'access', 'date', 'enrichments'].some((key) => own(album, key) !== undefined);
    return typeof title === 'string' && isAlbum ? { kind: 'album', title: wordsOf(title) } : { kind: 'other' };
  }
  const title = own(json, 'title');
  if (typeof title !== 'string') return { kind: 'other' };
  const description = wordsOf(own(json, 'description'));
  return {
    kind: 'photo',
    title: wellFormed(title),
    ...(description !== '' && { description }),
    ...(taken !== undefined && { taken }),
    ...(added !== undefined && { added }),
    ...placeOf(own(json, 'geoData'), own(json, 'geoDataExif')),
    people: peopleOf(own(json, 'people')),
    ...(own(json, 'favorited') === true && { favourite: true as const }),
    ...(own(json, 'archived') === true && { archived: true as const }),
    ...(own(json, 'inLockedFolder') === true && { locked: true as const }),
    ...(own(json, 'trashed') === true && { trashed: true as const }),
  };
}

const wordsOf = (value: unknown): string =>
  typeof value === 'string' ? wellFormed(withoutEntities(value).slice(0, 8_000)).trim() : '';

/** `{"timestamp": "1561975200"}`, seconds since 1970; Google writes 0 if unknown. */
function timeOf(value: unknown): number | undefined {
  const given = own(value, 'timestamp');
  const seconds = typeof given === 'string' && /^-?\d{1,12}$/.test(given) ? Number(given) : given;
  if (typeof seconds !== 'number' || seconds === 0 || Math.abs(seconds) > 8e12) return undefined;
  return Math.floor(seconds) * 1000;
}

/** The position that Google shows, otherwise that of the file; 0, 0 means none. */
function placeOf(shown: unknown, embedded: unknown): Pick<PhotoSaid, 'gps' | 'moved'> {
  const [gps, own] = [positionOf(shown), positionOf(embedded)];
  if (!gps) return own ? { gps: own } : {};
  const isMoved = own !== undefined && (Math.abs(gps.lat - own.lat) > near || Math.abs(gps.lon - own.lon) > near);
  return { gps, ...(isMoved && { moved: true as const }) };
}

function positionOf(value: unknown): Gps | undefined {
  const [lat, lon, alt] = ['latitude', 'longitude', 'altitude'].map((key) => own(value, key));
  if (typeof lat !== 'number' || typeof lon !== 'number' || (lat === 0 && lon === 0)) return undefined;
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180) return undefined;
  return { lat, lon, ...(typeof alt === 'number' && alt !== 0 && Math.abs(alt) <= 100_000 && { alt }) };
}

function peopleOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const names = value.slice(0, mostPeople).map((person) => wordsOf(own(person, 'name')));
  return [...new Set(names.filter((name) => name !== ''))];
}
