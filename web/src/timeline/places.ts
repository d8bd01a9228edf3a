/** Where the photos of each month and day were taken mostly, for the heads of the timeline. */
import { addressed, ask } from '../api.js';

/** By month (`2024-07`), in words: `Palisade, Colorado`. Never rejects: a head without a place is a head. */
export async function fetchPlaces(q: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  try {
    const months = await ask<{ month: string; places: string[] }[]>(addressed('/api/timeline/places', { q }), {
      signal,
    });
    return new Map(months.map(({ month, places }) => [month, inWords(places)]));
  } catch {
    return new Map();
  }
}

/** The same of the days (`2024-07-01`) of some months, `from` and `to` among them. */
export async function fetchDayPlaces(
  q: string,
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  try {
    const path = addressed('/api/timeline/places/days', { q, from, to });
    const days = await ask<{ day: string; places: string[] }[]>(path, { signal });
    return new Map(days.map(({ day, places }) => [day, inWords(places)]));
  } catch {
    return new Map();
  }
}

/** One place with its region, `Palisade, Colorado`; two by their own names, `Oslo and Bergen`. */
export function inWords(places: readonly string[]): string {
  const parts = places.map((place) => place.split(', '));
  const [first, second] = parts;
  if (!first) return '';
  if (!second)
    return [first[0], first.length > 2 ? first[1] : first.at(-1)]
      .filter((part, i, all) => all.indexOf(part) === i)
      .join(', ');
  return new Intl.ListFormat(undefined, { type: 'conjunction' }).format([first[0]!, second[0]!]);
}
