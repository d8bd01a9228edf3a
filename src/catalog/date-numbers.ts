/** Dates as numbers, `20240701` for the first of July 2024, so that years, months and days are ranges of them. Pure. */

/** A closed range of numbers. */
export interface Range {
  min: number;
  max: number;
}

/** The number of a date in `2024-07-01T12:00:00.000`; 0 if the text is invalid. */
export function dateNumber(text: string): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(text);
  return match ? Number(`${match[1] ?? ''}${match[2] ?? ''}${match[3] ?? ''}`) : 0;
}

/** The month of a date's number: `2024-07`. */
export function monthText(month: number): string {
  return `${String(Math.floor(month / 100)).padStart(4, '0')}-${String(month % 100).padStart(2, '0')}`;
}

/** A date's number as text: `2024-07-01`. */
export const dayText = (date: number): string =>
  `${monthText(Math.floor(date / 100))}-${String(date % 100).padStart(2, '0')}`;

/** The range of `2024`, `2024-06` or `2024-06-15`; undefined for an impossible date. */
export function dateRange(text: string): Range | undefined {
  const match = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(text);
  if (!match) return undefined;
  const year = Number(match[1]);
  if (match[2] === undefined) return { min: year * 10_000, max: year * 10_000 + 9_999 };
  const month = Number(match[2]);
  if (month < 1 || month > 12) return undefined;
  const from = year * 10_000 + month * 100;
  if (match[3] === undefined) return { min: from, max: from + 99 };
  const day = Number(match[3]);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (day < 1 || date.getUTCDate() !== day) return undefined;
  return { min: from + day, max: from + day };
}
