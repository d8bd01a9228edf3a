/**
 * What a JSON file of a Google Takeout says. Everything in it is hostile: what has not the type that it should have is as if it
 * were not there. Pure.
 */
import { wellFormed } from '../document/canonical-json.js';
import { own } from '../document/json-values.js';
import type { Gps } from '../document/photo-document.js';
import { withoutEntities } from './google-filenames.js';

/** What is said of a photo. Times are ms since 1970 (UTC). */
export interface PhotoSaid {
  kind: 'photo';
  /** The name that the photo had before it was exported. */
  title: string;
  description?: string;
  taken?: number;
  /** When it was uploaded. */
  added?: number;
  gps?: Gps;
  /** Whether somebody put it somewhere else than its file says. */
  moved?: true;
  people: string[];
  favourite?: true;
  archived?: true;
  locked?: true;
  trashed?: true;
}

/** What a JSON file says: of a photo, of an album, or of something else. */
export type Said = PhotoSaid | { kind: 'album'; title: string } | { kind: 'other' };

const mostPeople = 200;
/** Positions that are nearer than this, in degrees, are the same one: some 10 m. */
const near = 1e-4;

/** Reads a JSON file; undefined where it is none. */
export function readGoogle(text: string): Said | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    // What is no JSON says nothing; the report names it.
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

/** `{"timestamp": "1561975200"}`, seconds since 1970; 0 is what Google writes where it knows none. */
function timeOf(value: unknown): number | undefined {
  const given = own(value, 'timestamp');
  const seconds = typeof given === 'string' && /^-?\d{1,12}$/.test(given) ? Number(given) : given;
  if (typeof seconds !== 'number' || seconds === 0 || Math.abs(seconds) > 8e12) return undefined;
  return Math.floor(seconds) * 1000;
}

/** The position that Google shows, else that of the file; 0, 0 is none. */
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
