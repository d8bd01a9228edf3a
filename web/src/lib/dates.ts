/**
 * Dates in the browser's locale. `taken` is local wall time at the place of the picture, so it is never converted to
 * the viewer's time zone.
 */
import { locale } from './language.js';
const formats = {
  month: { month: 'long', year: 'numeric' },
  monthAlone: { month: 'long' },
  monthShort: { month: 'short', year: 'numeric' },
  monthBrief: { month: 'short' },
  day: { weekday: 'short', day: 'numeric', month: 'short' },
  dayShort: { weekday: 'short', day: 'numeric' },
  dayMonth: { day: 'numeric', month: 'long' },
  weekday: { weekday: 'narrow' },
  dayYear: { day: 'numeric', month: 'short', year: 'numeric' },
  dayWeek: { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' },
  dayLong: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  time: { hour: 'numeric', minute: '2-digit' },
  full: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit' },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

const made = new Map<string, Intl.DateTimeFormat>();

function formatOf(kind: keyof typeof formats): Intl.DateTimeFormat {
  let format = made.get(kind);
  if (!format) made.set(kind, (format = new Intl.DateTimeFormat(locale, { ...formats[kind], timeZone: 'UTC' })));
  return format;
}

function write(kind: keyof typeof formats, taken: string): string {
  const time = Date.parse(`${taken}Z`);
  return Number.isNaN(time) ? taken : formatOf(kind).format(time);
}

/** `July 2024` for `2024-07`. */
export const monthName = (month: string): string => write('month', `${month}-01T00:00:00`);
/** `March – October 2008` for the oldest and the newest month; `July 2024` for a single one. */
export function monthRange(oldest: string, newest: string): string {
  if (oldest === newest) return monthName(newest);
  const [from, to] = [Date.parse(`${oldest}-01T00:00:00Z`), Date.parse(`${newest}-01T00:00:00Z`)];
  return Number.isNaN(from) || Number.isNaN(to) ? `${oldest} – ${newest}` : formatOf('month').formatRange(from, to);
}
/** `July` for `2024-07`. */
export const monthAlone = (month: string): string => write('monthAlone', `${month}-01T00:00:00`);
/** `Jul 2024` for `2024-07`. */
export const monthShort = (month: string): string => write('monthShort', `${month}-01T00:00:00`);
/** `Jul` for `2024-07`. */
export const monthBrief = (month: string): string => write('monthBrief', `${month}-01T00:00:00`);
/** `Mon 1 Jul` for `2024-07-01`. */
export const dayName = (day: string): string => write('day', `${day}T00:00:00`);
/** `Mon 1` for `2024-07-01`. */
export const dayShort = (day: string): string => write('dayShort', `${day}T00:00:00`);
/** `1 July` for `2024-07-01`. */
export const dayMonth = (day: string): string => write('dayMonth', `${day}T00:00:00`);
/** `1 Jul 2024` for `2024-07-01`. */
export const dayYear = (day: string): string => write('dayYear', `${day}T00:00:00`);
/** `Mon, 1 July 2024` for wall time. */
export const dayWeek = (taken: string): string => write('dayWeek', taken);
/** `Monday, 1 July 2024` for wall time. */
export const dayLong = (taken: string): string => write('dayLong', taken);
/** `12:00` for wall time. */
export const timeName = (taken: string): string => write('time', taken);
/** `Monday, 1 July 2024, 12:00` for wall time. */
export const fullName = (taken: string): string => write('full', taken);

/** The day of wall time, `2024-07-01`. */
export const dayOf = (taken: string): string => taken.slice(0, 10);

/** The first day of the week (0 is Sunday) and the narrow names of the days from it, by the conventions of the locale. */
export const weekdays = {
  get first(): number {
    const { weekInfo, getWeekInfo } = new Intl.Locale(locale) as { weekInfo?: WeekInfo; getWeekInfo?: () => WeekInfo };
    return ((getWeekInfo?.call(new Intl.Locale(locale)) ?? weekInfo)?.firstDay ?? 1) % 7;
  },
  get names(): string[] {
    // The 7th of January 2024 was a Sunday.
    return Array.from({ length: 7 }, (_, i) =>
      write('weekday', `2024-01-${`${7 + ((this.first + i) % 7)}`.padStart(2, '0')}T00:00:00`),
    );
  },
};

/** Not in TypeScript's library yet: Intl Locale Info. */
interface WeekInfo {
  /** 1 is Monday, 7 Sunday. */
  firstDay: number;
}
