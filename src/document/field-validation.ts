/**
 * The valid values of each field of a photo. The same rules apply to making an edit and to showing one: an invalid
 * value by a foreign writer is kept and replicated, but never shown.
 */
import { isDevelop } from './develop.js';
import { isObject, own } from './json-values.js';
import { audiences, type EditableFields } from './photo-document.js';

/** The names of single-value fields. */
export type FieldName = keyof EditableFields;

const number = (value: unknown, from: number, to: number): boolean =>
  typeof value === 'number' && value >= from && value <= to;
const text = (value: unknown, limit: number): boolean => typeof value === 'string' && value.length <= limit;
const optional = (value: unknown, is: (value: unknown) => boolean): boolean => value === undefined || is(value);
const orNull = (is: (value: unknown) => boolean) => (value: unknown) => value === null || is(value);
const flag = (value: unknown): boolean => typeof value === 'boolean';

/** Local wall time as stored in documents, `2024-07-01T12:00:00.000`. */
const wallTime = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.\d{3}$/;
const offset = /^[+-](?:0\d|1[0-4]):[0-5]\d$/;

/** Whether a text is a local wall time `2024-07-01T12:00:00.000` with a valid date. */
export function isWallTime(value: unknown): value is string {
  const match = typeof value === 'string' ? wallTime.exec(value) : null;
  if (!match) return false;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return isDay(year, month, day) && hour < 24 && minute < 60 && second < 60;
}

/** Whether a date is in the calendar; years 1 to 9999. */
export function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);
}

/** Whether a text is a UTC offset such as `+02:00`, up to 14 hours. */
export const isOffset = (value: unknown): value is string => typeof value === 'string' && offset.test(value);

/** The valid values of each field; `null` removes the value. */
export const fields: { [F in FieldName]: (value: unknown) => boolean } = {
  title: orNull((value) => text(value, 1_000)),
  description: orNull((value) => text(value, 8_000)),
  taken: orNull((value) => isWallTime(own(value, 'local')) && optional(own(value, 'offset'), isOffset)),
  place: orNull(
    (value) =>
      isObject(value) &&
      ['city', 'region', 'country'].every((key) => optional(own(value, key), (part) => text(part, 200))),
  ),
  gps: orNull(
    (value) =>
      number(own(value, 'lat'), -90, 90) &&
      number(own(value, 'lon'), -180, 180) &&
      optional(own(value, 'alt'), (alt) => number(alt, -100_000, 100_000)),
  ),
  rating: orNull((value) => number(value, 0, 5) && Number.isInteger(value)),
  favourite: flag,
  audience: (value) => audiences.some((audience) => audience === value),
  reviewed: flag,
  trashed: flag,
  archived: flag,
  burstCover: flag,
  develop: orNull(isDevelop),
};

/** The names of all fields. */
export const fieldNames = Object.keys(fields) as FieldName[];

/** A tag or album id in the form that is compared: NFC, trimmed; undefined if it is then empty or longer than 200. */
export function elementOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const element = value.normalize('NFC').trim();
  return element === '' || element.length > 200 ? undefined : element;
}
