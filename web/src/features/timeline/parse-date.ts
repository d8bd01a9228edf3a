/** Parses a typed date. Pure. */
import { locale } from '../../lib/language.js';

/** A date, as precise as it was typed: `2019`, `2019-07`, `2019-07-14`. */
export type When = string;

const two = (n: number): string => `${n}`.padStart(2, '0');

/** The month with this beginning, in the page's language or in English. */
function monthOf(name: string): number | undefined {
  const wanted = name.toLowerCase().replace(/\.$/, '');
  if (wanted.length < 3) return undefined;
  for (const language of [locale, 'en']) {
    const format = new Intl.DateTimeFormat(language, { month: 'long', timeZone: 'UTC' });
    for (let month = 0; month < 12; month++)
      if (
        format
          .format(Date.UTC(2024, month, 1))
          .toLowerCase()
          .startsWith(wanted)
      )
        return month + 1;
  }
  return undefined;
}

function whenOf(year: number, month?: number, day?: number): When | undefined {
  if (year < 1 || year > 9999) return undefined;
  const text = `${year}`.padStart(4, '0');
  if (month === undefined) return text;
  if (month < 1 || month > 12) return undefined;
  if (day === undefined) return `${text}-${two(month)}`;
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year);
  return day >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? `${text}-${two(month)}-${two(day)}`
    : undefined;
}

/**
 * Parses `2019`, `2019-07`, `7/2019`, `2019-07-14`, `14.7.2019`, `July 2019`, `14 July 2019`; undefined for anything
 * else.
 */
export function readWhen(text: string): When | undefined {
  const said = text.trim();
  const n = (part: string | undefined): number | undefined => (part === undefined ? undefined : Number(part));
  let match = /^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?$/.exec(said);
  if (match) return whenOf(Number(match[1]), n(match[2]), n(match[3]));
  match = /^(?:(\d{1,2})[-/.])?(\d{1,2})[-/.](\d{4})$/.exec(said);
  if (match) return whenOf(Number(match[3]), n(match[2]), n(match[1]));
  match = /^(?:(\d{1,2})\.? )?(\p{L}+\.?),? (\d{4})$/u.exec(said);
  const month = match && monthOf(match[2]!);
  return match && month ? whenOf(Number(match[3]), month, n(match[1])) : undefined;
}
