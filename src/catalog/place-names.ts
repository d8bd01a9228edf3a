/** Names of places and cameras for display and search. Pure. */
import { wordsOf } from './tokenize.js';

const english = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

/** The English name of a country by its two-letter ISO 3166 code; undefined if it is unknown. */
export function countryName(code: string): string | undefined {
  if (!/^[A-Za-z]{2}$/.test(code)) return undefined;
  return english.of(code.toUpperCase());
}

/** The ISO 3166 code for two letters (`uk` is `GB`); undefined if they name no country. */
export function countryCode(text: string): string | undefined {
  if (countryName(text) === undefined) return undefined;
  return new Intl.Locale(`und-${text}`).region;
}

/** City, region, country code: the stored form of a place. Empty if unknown. */
export type PlaceKey = [city: string, region: string, country: string];

/** The displayed name of a place: `Palisade, Colorado, United States`. */
export function placeLabel([city, region, country]: PlaceKey): string {
  return [city, region, countryName(country) ?? country].filter((part) => part !== '').join(', ');
}

/** The most precise part of a place: `Palisade`; without a city the region, otherwise the country. Empty if unknown. */
export const placeName = ([city, region, country]: PlaceKey): string =>
  city || region || (countryName(country) ?? country);

/** The searchable words of a place: its displayed name, and the country's code. */
export function placeWords(key: PlaceKey): string[] {
  return [...wordsOf(placeLabel(key)), ...(countryName(key[2]) === undefined ? [] : wordsOf(key[2]))];
}

/** The displayed name of a camera: make and model, without the make if the model begins with one of its words. */
export function cameraLabel(make: string, model: string): string {
  const first = wordsOf(model)[0];
  return first !== undefined && wordsOf(make).includes(first) ? model : `${make} ${model}`.trim();
}
