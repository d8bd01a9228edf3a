/**
 * What searches compare of the distinct values in the columns, computed once per value: words, folded text, country,
 * and the name that is shown.
 */
import type { Columns } from './columns.js';
import { placeLabel, placeWords, type PlaceKey } from './place-names.js';
import { derive } from './value-dictionary.js';
import { fold, wordsOf } from './tokenize.js';

/** Of each value, by its number. */
export interface Derived {
  words: Record<'camera' | 'lens' | 'place' | 'tag', (number: number) => readonly string[]>;
  folded: Record<'camera' | 'lens' | 'place' | 'tag' | 'album', (number: number) => string>;
  label: Record<'camera' | 'lens' | 'place' | 'tag' | 'album', (number: number) => string>;
  country: (number: number) => string;
}

const known = new WeakMap<Columns, Derived>();

/** What is derived from the values of these columns. */
export function derivedOf(columns: Columns): Derived {
  let derived = known.get(columns);
  if (!derived) known.set(columns, (derived = deriveAll(columns)));
  return derived;
}

const same = (text: string): string => text;
const folding = (text: string): string => fold(text.trim());

function deriveAll({ values: { camera, lens, place, tag, album } }: Columns): Derived {
  const key = derive(place, (json) => (json === '' ? ['', '', ''] : JSON.parse(json)) as PlaceKey);
  const byPlace = <T>(compute: (key: PlaceKey) => T): ((number: number) => T) => {
    const computed: T[] = [];
    return (number) => (computed[number] ??= compute(key(number)));
  };
  const label = byPlace(placeLabel);
  return {
    words: {
      camera: derive(camera, (text) => wordsOf(text)),
      lens: derive(lens, (text) => wordsOf(text)),
      place: byPlace(placeWords),
      tag: derive(tag, (text) => wordsOf(text)),
    },
    folded: {
      camera: derive(camera, folding),
      lens: derive(lens, folding),
      place: byPlace((place) => folding(placeLabel(place))),
      tag: derive(tag, folding),
      album: derive(album, folding),
    },
    label: {
      camera: derive(camera, same),
      lens: derive(lens, same),
      place: label,
      tag: derive(tag, same),
      album: derive(album, same),
    },
    country: byPlace((place) => place[2].toUpperCase()),
  };
}
