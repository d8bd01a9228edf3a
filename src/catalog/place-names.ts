/**
 * Names of places and cameras as the catalog shows and searches them. Pure.
 */
import { wordsOf } from './tokenize.js';

const english = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

/** The English name of a country by its ISO 3166 code of two letters; undefined where there is none. */
export function countryName(code: string): string | undefined {
  if (!/^[A-Za-z]{2}$/.test(code)) return undefined;
  return english.of(code.toUpperCase());
}

/** The ISO 3166 code that two letters stand for (`uk` is `GB`); undefined where they name no country. */
export function countryCode(text: string): string | undefined {
  if (countryName(text) === undefined) return undefined;
  return new Intl.Locale(`und-${text}`).region;
}

/** City, region, country code: as a place is stored. Empty where not known. */
export type PlaceKey = [city: string, region: string, country: string];

/** What is shown of a place: `Palisade, Colorado, United States`. */
export function placeLabel([city, region, country]: PlaceKey): string {
  return [city, region, countryName(country) ?? country].filter((part) => part !== '').join(', ');
}

/** The words by which a place is found: its name as shown, and the country's code. */
export function placeWords(key: PlaceKey): string[] {
  return [...wordsOf(placeLabel(key)), ...(countryName(key[2]) === undefined ? [] : wordsOf(key[2]))];
}

/** What is shown of a camera: make and model, the make only where the model does not begin with a word of it. */
export function cameraLabel(make: string, model: string): string {
  const first = wordsOf(model)[0];
  return first !== undefined && wordsOf(make).includes(first) ? model : `${make} ${model}`.trim();
}
