/**
 * Values that searches compare, computed once per distinct value in the columns: words, folded text, country, and the
 * displayed name.
 */
import type { Columns } from './columns.js';
import { placeLabel, placeWords, type PlaceKey } from './place-names.js';
import { derive } from './value-dictionary.js';
import { fold, wordsOf } from './tokenize.js';

/** The derived values, by the number of a value. */
export interface Derived {
  words: Record<'camera' | 'lens' | 'place' | 'folder' | 'tag', (number: number) => readonly string[]>;
  folded: Record<'camera' | 'lens' | 'place' | 'folder' | 'tag' | 'album', (number: number) => string>;
  label: Record<'camera' | 'lens' | 'place' | 'folder' | 'tag' | 'album', (number: number) => string>;
  country: (number: number) => string;
}

const known = new WeakMap<Columns, Derived>();

/** The derived values of these columns. */
export function derivedOf(columns: Columns): Derived {
  let derived = known.get(columns);
  if (!derived) known.set(columns, (derived = deriveAll(columns)));
  return derived;
}

const same = (text: string): string => text;
const folding = (text: string): string => fold(text.trim());

function deriveAll({ values: { camera, lens, place, folder, tag, album } }: Columns): Derived {
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
      folder: derive(folder, (text) => wordsOf(text)),
      tag: derive(tag, (text) => wordsOf(text)),
    },
    folded: {
      camera: derive(camera, folding),
      lens: derive(lens, folding),
      place: byPlace((place) => folding(placeLabel(place))),
      folder: derive(folder, folding),
      tag: derive(tag, folding),
      album: derive(album, folding),
    },
    label: {
      camera: derive(camera, same),
      lens: derive(lens, same),
      place: label,
      folder: derive(folder, same),
      tag: derive(tag, same),
      album: derive(album, same),
    },
    country: byPlace((place) => place[2].toUpperCase()),
  };
}
