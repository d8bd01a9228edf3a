/** Parses a typed place: names from small to large, a position, or a link to a map. Pure. */
import { locale } from '../../lib/language.js';
import type { Change } from '../../lib/edits/edit-request.js';

const position = /^\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*$/;
const longest = 200;

const number = String.raw`(-?\d{1,3}(?:\.\d+)?)`;
/**
 * The formats of a position in links to maps: Google Maps (`!3d…!4d…` of a place, `@…` of a view, `q=`), OpenStreetMap
 * (`mlat=`, `#map=zoom/…`), Apple Maps (`ll=`, `coordinate=`), and `geo:` (RFC 5870). The place of a pin comes before
 * the view.
 */
const inLinks = [
  `!3d${number}!4d${number}`,
  `[?&]mlat=${number}&mlon=${number}`,
  `[?&](?:q|query|ll|coordinate|destination)=(?:loc:)?${number}(?:,|%2C)${number}`,
  `/@${number},${number}`,
  `#map=[\\d.]+/${number}/${number}`,
  `^geo:${number},${number}`,
].map((pattern) => new RegExp(pattern, 'i'));

/** The position in a link to a map. */
function linked(text: string): { lat: number; lon: number } | undefined {
  if (!/^(?:https?:\/\/|geo:)/i.test(text.trim())) return undefined;
  for (const pattern of inLinks) {
    const [, lat, lon] = pattern.exec(text.trim()) ?? [];
    if (lat !== undefined && lon !== undefined) return { lat: Number(lat), lon: Number(lon) };
  }
  return undefined;
}

/** The edit for the text; undefined for an impossible position, and for a link without one. */
export function readPlace(text: string): Pick<Change, 'place' | 'gps'> | undefined {
  const [, lat, lon] = position.exec(text) ?? [];
  const gps = lat !== undefined && lon !== undefined ? { lat: Number(lat), lon: Number(lon) } : linked(text);
  if (gps) return Math.abs(gps.lat) <= 90 && Math.abs(gps.lon) <= 180 ? { gps } : undefined;
  if (/^\s*(?:https?:|geo:)/i.test(text)) return undefined;
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
