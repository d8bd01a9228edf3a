/**
 * When a picture was taken: local wall time at the place, and the UTC offset only if it is known. Pure.
 *
 * The precedence follows the guidelines of the Metadata Working Group ("original" before "digitised"):
 *
 * 1. EXIF DateTimeOriginal, with SubSecTimeOriginal and OffsetTimeOriginal (never OffsetTime, which belongs to
 *    ModifyDate)
 * 2. XMP exif:DateTimeOriginal, XMP photoshop:DateCreated
 * 3. IPTC DateCreated with TimeCreated
 * 4. EXIF CreateDate (DateTimeDigitized), with SubSecTimeDigitized and OffsetTimeDigitized
 * 5. XMP exif:DateTimeDigitized, XMP xmp:CreateDate
 * 6. IPTC DigitalCreationDate with DigitalCreationTime
 * 7. DateTimeOriginal outside EXIF (maker notes, old cameras), PNG CreationTime
 * 8. GPS date and time, which are UTC, converted to the time zone of the place
 * 9. EXIF ModifyDate: when a program last saved the file, better than its mtime
 *
 * For videos, before all these: the creation date with offset that Apple devices write. After 8: the dates of the
 * container (QuickTime, ISO 14496-12), which are UTC by the standard, converted to the time zone of the place; without
 * a place the UTC digits stay, without an offset, because the zone is unknown.
 *
 * 7 and 9 count as `exif`. If the wall time has no offset but there is a GPS time, their difference is the offset,
 * provided that it is within a minute of one in use.
 */
import type { Facts } from '../../document/photo-document.js';
import type { Tags } from './exif-tags.js';

/** The time taken and its source, if known. */
export type CaptureTime = Pick<Facts, 'taken' | 'offset' | 'takenSource'>;

/** A wall time as milliseconds of a clock without a zone, and its offset in minutes if it has one. */
interface Moment {
  wall: number;
  offset?: number;
}

/** The first photograph was made in 1826; no camera's clock goes beyond the second year. */
const years = [1826, 2199] as const;

const pattern =
  /^(\d{4})(?:[:\-/.](\d{1,2})(?:[:\-/.](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?)?)?\s*(?:(Z|UTC)|([+-])(\d{1,2}):?(\d{2}))?$/;

/**
 * Parses a date as ExifTool prints it or programs write it (also ISO 8601); a partial date gives its beginning.
 * Undefined for zeros, impossible dates and anything else.
 */
export function parseMoment(text: string | undefined): Moment | undefined {
  const found = pattern.exec(text?.trim() ?? '');
  if (!found) return undefined;
  const part = (index: number, otherwise: number): number => Number(found[index] ?? otherwise);
  const [year, month, day, hour, minute] = [part(1, 0), part(2, 1), part(3, 1), part(4, 0), part(5, 0)];
  // Second 60 is a leap second, or a camera that rounds up.
  const second = Math.min(part(6, 0), 59);
  const millisecond = Math.trunc(Number(`0.${found[7] ?? 0}`) * 1000);
  if (year < years[0] || year > years[1] || hour > 24 || minute > 59 || part(6, 0) > 60) return undefined;
  // Phones that count hours from 1 to 24 write the first hour after midnight as 24 of the day that begins.
  const wall = Date.UTC(year, month - 1, day, hour % 24, minute, second, millisecond);
  const date = new Date(wall);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const offset = parseOffset(found[8] ?? (found[9] && `${found[9]}${found[10]}:${found[11]}`));
  return { wall, ...(offset !== undefined && { offset }) };
}

/** Parses `+02:00`, `+0200` or `Z` to minutes east of UTC; undefined for anything else, or beyond 14 hours. */
export function parseOffset(text: string | undefined): number | undefined {
  const found = /^(?:(Z|UTC)|([+-])(\d{1,2}):?(\d{2}))$/.exec(text?.trim() ?? '');
  if (!found) return undefined;
  if (found[1]) return 0;
  const minutes = Number(found[3]) * 60 + Number(found[4]);
  if (Number(found[4]) > 59 || minutes > 14 * 60) return undefined;
  return found[2] === '-' ? -minutes : minutes;
}

/** Formats minutes as `+02:00`. */
export function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The offset of a zone (`Europe/Zurich`) at an instant, in minutes; undefined for an unknown zone. */
export function offsetOf(zone: string | undefined, instant: number): number | undefined {
  if (zone === undefined) return undefined;
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value;
    return name === 'GMT' ? 0 : parseOffset(name?.replace(/^GMT/, ''));
  } catch (error) {
    // This Node does not know the zone.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The instant of the GPS clock as milliseconds since 1970 UTC. */
function gpsInstant(tags: Tags): number | undefined {
  const date = tags.text('GPS:GPSDateStamp');
  const time = tags.text('GPS:GPSTimeStamp');
  // A time without its date is useless; receivers without a fix write zeros for both.
  const exif = date !== undefined && time !== undefined ? parseMoment(`${date} ${time}`) : undefined;
  const moment = exif ?? parseMoment(tags.text('XMP-exif:GPSDateTime', 'XMP-exif:GPSTimeStamp'));
  return moment === undefined ? undefined : moment.wall - (moment.offset ?? 0) * 60_000;
}

/** Offsets in use: whole and half hours, and the quarter hours of Nepal, Eucla and the Chatham Islands. */
const quarters = [5 * 60 + 45, 8 * 60 + 45, 12 * 60 + 45, 13 * 60 + 45];
const tolerance = 60_000;

/** The offset that explains the difference between a wall clock and an instant; undefined if none does. */
function offsetBetween(wall: number, instant: number): number | undefined {
  const nearest = Math.round((wall - instant) / 900_000) * 15;
  if (Math.abs(wall - instant - nearest * 60_000) > tolerance || nearest < -12 * 60 || nearest > 14 * 60)
    return undefined;
  return nearest % 30 === 0 || quarters.includes(nearest) ? nearest : undefined;
}

/** EXIF stores fractions and offsets of its dates in separate tags. */
function exifMoment(tags: Tags, date: string, fraction: string, offset: string): Moment | undefined {
  const inExif = (name: string): string[] => ['ExifIFD', 'IFD0', 'SubIFD'].map((group) => `${group}:${name}`);
  const moment = parseMoment(tags.text(...inExif(date)));
  if (!moment) return undefined;
  const digits = /^\d+/.exec(tags.text(...inExif(fraction)) ?? '')?.[0];
  const minutes = parseOffset(tags.text(...inExif(offset))) ?? moment.offset;
  const wall =
    moment.wall % 1000 !== 0 || !digits ? moment.wall : moment.wall + Math.trunc(Number(`0.${digits}`) * 1000);
  return { wall, ...(minutes !== undefined && { offset: minutes }) };
}

/** Programs without a time zone write IPTC times with +00:00, so that offset means nothing. */
function iptcMoment(tags: Tags, date: string, time: string): Moment | undefined {
  const day = tags.text(`IPTC:${date}`);
  const moment = parseMoment(`${day} ${tags.text(`IPTC:${time}`) ?? ''}`) ?? parseMoment(day);
  return moment?.offset === 0 ? { wall: moment.wall } : moment;
}

/** The dates of a container, which are UTC. Clocks that were never set start in 1904 or 1970. */
function filmMoment(tags: Tags, zone: string | undefined): Moment | undefined {
  for (const name of [
    'QuickTime:CreateDate',
    'Track1:MediaCreateDate',
    'Track1:TrackCreateDate',
    'Matroska:DateTimeOriginal',
  ]) {
    const utc = parseMoment(tags.text(name));
    if (!utc || [1904, 1970].includes(new Date(utc.wall).getUTCFullYear())) continue;
    const offset = offsetOf(zone, utc.wall);
    return offset === undefined ? { wall: utc.wall } : { wall: utc.wall + offset * 60_000, offset };
  }
  return undefined;
}

type Source = NonNullable<Facts['takenSource']>;

/** All possible dates, in the order above. */
function* candidates(tags: Tags, zone: string | undefined): Generator<[Source, Moment | undefined]> {
  const xmp = (name: string): [Source, Moment | undefined] => ['xmp', parseMoment(tags.text(name))];
  const apple = parseMoment(tags.text('Keys:CreationDate', 'ItemList:ContentCreateDate', 'UserData:ContentCreateDate'));
  if (apple?.offset !== undefined) yield ['quicktime', apple];
  yield ['exif', exifMoment(tags, 'DateTimeOriginal', 'SubSecTimeOriginal', 'OffsetTimeOriginal')];
  yield xmp('XMP-exif:DateTimeOriginal');
  yield xmp('XMP-photoshop:DateCreated');
  yield ['iptc', iptcMoment(tags, 'DateCreated', 'TimeCreated')];
  yield ['exif', exifMoment(tags, 'CreateDate', 'SubSecTimeDigitized', 'OffsetTimeDigitized')];
  yield xmp('XMP-exif:DateTimeDigitized');
  yield xmp('XMP-xmp:CreateDate');
  yield ['iptc', iptcMoment(tags, 'DigitalCreationDate', 'DigitalCreationTime')];
  const makers = tags.groupsOf('DateTimeOriginal').filter((name) => !/^(XMP|Composite)/.test(name));
  for (const name of makers) yield ['exif', parseMoment(tags.text(name))];
  yield ['exif', parseMoment(tags.text('PNG:CreationTime'))];
  const instant = gpsInstant(tags);
  const offset = instant === undefined ? undefined : offsetOf(zone, instant);
  if (instant !== undefined && offset !== undefined) yield ['gps', { wall: instant + offset * 60_000, offset }];
  if (apple) yield ['quicktime', apple];
  yield ['quicktime', filmMoment(tags, zone)];
  yield ['exif', parseMoment(tags.text('IFD0:ModifyDate'))];
}

/** The time taken, from the tags of a file and the zone of the place (`Europe/Zurich`), if known. */
export function readTaken(tags: Tags, zone: string | undefined): CaptureTime {
  for (const [takenSource, moment] of candidates(tags, zone)) {
    if (!moment) continue;
    const instant = gpsInstant(tags);
    const offset = moment.offset ?? (instant === undefined ? undefined : offsetBetween(moment.wall, instant));
    const taken = new Date(moment.wall).toISOString().slice(0, -1);
    return { taken, takenSource, ...(offset !== undefined && { offset: formatOffset(offset) }) };
  }
  return {};
}
