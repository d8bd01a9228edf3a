/** Parses a time taken as entered by people and programs, for an edit. */
import { PhotospoolError } from '../base/errors.js';
import { isOffset, isWallTime } from '../document/field-validation.js';

/**
 * A time taken in the form of documents: local wall time `2024-07-01T12:00:00.000`, and the offset `+02:00` if known.
 */
export interface TakenEdit {
  local: string;
  offset?: string;
}

/**
 * Parses `2024-07-01T12:00:00.000` as in a photo's JSON, also with an offset after it (ISO 8601), or both separately.
 * Seconds may be missing; `Z` means +00:00.
 * @throws PhotospoolError `invalid` for an impossible date, time or offset.
 */
export function readTaken(given: string | TakenEdit): TakenEdit {
  const { local, offset } = typeof given === 'string' ? split(given) : given;
  const full = fullTime(local);
  if (!isWallTime(full)) throw noTime(local, 'time', '2024-07-01T12:00:00');
  if (offset === undefined) return { local: full };
  const known = offset === 'Z' ? '+00:00' : offset;
  if (!isOffset(known)) throw noTime(offset, 'offset', '+02:00');
  return { local: full, offset: known };
}

/** Splits a text after the time of day; the rest is the offset. */
function split(text: string): TakenEdit {
  const [, local, offset] = /^(.*T[\d:.]*)(Z|[+-].*)$/s.exec(text) ?? [];
  return local === undefined || offset === undefined ? { local: text } : { local, offset };
}

/** Local wall time with seconds and milliseconds; an invalid text stays unchanged. */
function fullTime(local: string): string {
  const [, minutes, seconds = ':00', fraction = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?:(:\d\d)(?:\.(\d{1,3})\d*)?)?$/.exec(local) ?? [];
  return minutes === undefined ? local : `${minutes}${seconds}.${fraction.padEnd(3, '0')}`;
}

const noTime = (text: string, what: string, like: string): PhotospoolError =>
  new PhotospoolError('invalid', `“${text}” is not a valid ${what}.`, {
    op: 'edit',
    hint: `Use the format ${like}.`,
  });
