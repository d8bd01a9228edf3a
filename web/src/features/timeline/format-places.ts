/** Places in few words, for the headings of the timeline. Pure. */
import { listOf } from '../../lib/language.js';

/** One place with its region, `Palisade, Colorado`; two by their own names, `Oslo and Bergen`. */
export function inWords(places: readonly string[]): string {
  const parts = places.map((place) => place.split(', '));
  const [first, second] = parts;
  if (!first) return '';
  if (!second)
    return [first[0], first.length > 2 ? first[1] : first.at(-1)]
      .filter((part, i, all) => all.indexOf(part) === i)
      .join(', ');
  return listOf([first[0]!, second[0]!]);
}
