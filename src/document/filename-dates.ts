/**
 * Dates in file names, as phones, messengers and sync tools write them. The digits count as wall time; a date without a
 * time gives noon, which is the same day in every time zone. Pixel phones (`PXL_…`) and names of milliseconds since
 * 1970 use UTC: without a place the zone is unknown, so their digits stay unchanged. Invalid dates and years outside
 * 1900 to 2099 are ignored.
 */
import { isDay } from './field-validation.js';

/** `20240701`, `2024-07-01`, `2024_07_01`, `2024.07.01`, anywhere in a name but not inside a longer number. */
const days = /(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)/g;
/** The separator between date and time: nothing, `_`, `-`, `, `, ` at `, or that word in another language. */
const between = String.raw`^(?:[-_ T.,]{0,3}|[ ,_]{1,2}\p{L}{1,4}[ _])`;
/** `120000`, on Pixel phones with milliseconds directly after it. */
const solid = new RegExp(String.raw`${between}(\d\d)(\d\d)(\d\d)(\d{3})?(?!\d)`, 'u');
/** `12-00-00`, `12.00.00`, `12:00:00.123`, and on macOS `9.05.00 PM` (with U+202F since macOS 13). */
const divided = new RegExp(
  String.raw`${between}(\d\d?)([-_.:])(\d\d)\2(\d\d)(?:[-.](\d{3}))?(?!\d)(?:[ \u00a0\u202f]?([AP])M\b)?`,
  'ui',
);
/** Milliseconds since 1970, alone or after the prefixes of messengers; 2001 to 2033. */
const milliseconds = /^(?:FB_IMG_|IMG_|mmexport|wx_camera_|received_|image)?(1\d{12})(?!\d)/i;

/** The wall time in a file name, `2024-07-01T12:00:00.000`; undefined if there is none. */
export function wallTimeInName(name: string): string | undefined {
  for (const match of name.matchAll(days)) {
    const rest = name.slice(match.index + match[0].length);
    const time = timeAt(rest);
    if (!isDay(Number(match[1]), Number(match[3]), Number(match[4])) || (time === undefined && /^\d/.test(rest)))
      continue;
    return `${match[1]!}-${match[3]!}-${match[4]!}T${time ?? '12:00:00.000'}`;
  }
  const ms = milliseconds.exec(name)?.[1];
  return ms === undefined ? undefined : new Date(Number(ms)).toISOString().slice(0, -1);
}

/** The time of day at the start of a text. */
function timeAt(rest: string): string | undefined {
  const [, hour, minute, second, ms] = solid.exec(rest) ?? [];
  if (hour !== undefined) return timeOfDay(Number(hour), minute!, second!, ms);
  const [, hours, , minutes, seconds, thousandths, half] = divided.exec(rest) ?? [];
  if (hours === undefined) return undefined;
  if (half === undefined) return timeOfDay(Number(hours), minutes!, seconds!, thousandths);
  return Number(hours) > 12
    ? undefined
    : timeOfDay((Number(hours) % 12) + (/p/i.test(half) ? 12 : 0), minutes!, seconds!, thousandths);
}

function timeOfDay(hour: number, minute: string, second: string, ms = '000'): string | undefined {
  if (hour > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  return `${String(hour).padStart(2, '0')}:${minute}:${second}.${ms}`;
}
