/** Parses a typed place: names from small to large, or a position. Pure. */
import { locale } from '../../lib/language.js';
import type { Change } from '../../lib/edits/edit-request.js';

const position = /^\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*$/;
const longest = 200;

/** The edit for the text; undefined for an impossible position. */
export function readPlace(text: string): Pick<Change, 'place' | 'gps'> | undefined {
  const [, lat, lon] = position.exec(text) ?? [];
  if (lat !== undefined && lon !== undefined) {
    const gps = { lat: Number(lat), lon: Number(lon) };
    return Math.abs(gps.lat) <= 90 && Math.abs(gps.lon) <= 180 ? { gps } : undefined;
  }
  const parts = text
    .split(',')
    .map((part) => part.trim().slice(0, longest))
    .filter((part) => part !== '');
  const country = parts.length > 1 ? countryCode(parts.at(-1)!) : undefined;
  if (country !== undefined) parts.pop();
  const [city, ...region] = parts;
  if (city === undefined) return undefined;
  const named = region.join(', ').slice(0, longest);
  return { place: { city, ...(named !== '' && { region: named }), ...(country !== undefined && { country }) } };
}

/** The ISO 3166 code of a country by its name, in the page's language or in English. */
function countryCode(name: string): string | undefined {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const wanted = name.toLowerCase();
  if (/^[a-z]{2}$/.test(wanted)) return name.toUpperCase();
  const languages = [new Intl.DisplayNames(locale, { type: 'region', fallback: 'none' })];
  languages.push(new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }));
  for (const a of letters)
    for (const b of letters)
      if (languages.some((language) => language.of(a + b)?.toLowerCase() === wanted)) return a + b;
  return undefined;
}
