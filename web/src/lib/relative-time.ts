/** Instants (UTC, `2026-11-24T10:00:00.000Z`) in relative form, in the viewer's time zone and language. */
import { locale } from './language.js';
import { legible } from './legible.js';

const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' });
const seconds = new Intl.NumberFormat(locale, { style: 'unit', unit: 'second', unitDisplay: 'short' });
const minutes = new Intl.NumberFormat(locale, { style: 'unit', unit: 'minute', unitDisplay: 'short' });

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** An invalid date, as far as it may be shown. */
const strange = (at: string): string => legible(at).slice(0, 40);

/** `3 minutes ago`, `yesterday`, `4 Mar 2026`; an invalid date is shown unchanged. */
export function agoName(at: string, now = Date.now()): string {
  const past = now - Date.parse(at);
  if (Number.isNaN(past)) return strange(at);
  if (past < minute) return relative.format(0, 'second');
  if (past < hour) return relative.format(-Math.floor(past / minute), 'minute');
  if (past < day) return relative.format(-Math.floor(past / hour), 'hour');
  if (past < 30 * day) return relative.format(-Math.floor(past / day), 'day');
  return date.format(Date.parse(at));
}

/** `10:32` for today, otherwise with the date. */
export function clockName(at: string, now = Date.now()): string {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return strange(at);
  const same = new Date(time).toDateString() === new Date(now).toDateString();
  return same ? clock.format(time) : `${date.format(time)}, ${clock.format(time)}`;
}

/** `12 sec`, `3 min`: the duration since an instant. */
export function spanName(since: string, now = Date.now()): string {
  const past = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  if (Number.isNaN(past)) return '';
  return past < 120 ? seconds.format(past) : minutes.format(Math.floor(past / 60));
}

/** The complete form: `Tuesday, 24 November 2026 at 10:32:00`. */
export const fullMoment = (at: string): string =>
  Number.isNaN(Date.parse(at)) ? strange(at) : full.format(Date.parse(at));
