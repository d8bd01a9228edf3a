/**
 * A search in words, as people would say it: `place:="Rome, Lazio, Italy" taken:2008` is “Rome, 2008”. The text remains
 * the source of truth; terms that can't be put in better words, or not yet, are shown as typed. Values may come from
 * files, and are shown as text.
 */
import { dayMonth, dayYear, monthName } from '../../lib/dates.js';
import { locale } from '../../lib/language.js';
import { holders } from '../../lib/holders.svelte.js';
import { m } from '../../lib/messages.js';
import { knownNames } from './known-names.js';
import { termsOf } from './search-terms.js';

const parts = /^(-?)(?:(\p{L}+):)?(.+)$/su;

/** The keys whose values have names in the library. */
const readable = new Set(['place', 'camera', 'lens', 'tag', 'album']);

/** One term in words, at the beginning of a text or `inside` it; with `brief` a place by its own name alone. */
export function wordOf(term: string, brief = false, inside = false): string {
  const [, minus, key, raw = ''] = parts.exec(term) ?? [];
  const named: Partial<Record<string, string>> = m.app.searchValues;
  if (minus === '-' && Object.hasOwn(named, term)) return named[term]!;
  const value = raw
    .replace(/^=/, '')
    .replace(/^"(.*)"$/s, '$1')
    .replaceAll(/\\(.)/gsu, '$1');
  const name = key?.toLowerCase();
  if (name === undefined && minus === '') return nameOf(value);
  // A value with “=” is already written as in the library.
  const written = name !== undefined && readable.has(name) && !raw.startsWith('=');
  const word = name === undefined ? value : keyedWord(name, written ? knownNames.written(value, name) : value, brief);
  const said = word ?? `${key!}:${raw}`;
  if (minus !== '-') return said;
  const { not, notIn } = m.app.searchWords;
  return (name === 'place' ? notIn : not)(said, inside);
}

/** Words without a key, as the library writes the place, album, tag or camera of this name. */
const nameOf = (words: string): string => knownNames.written(words, 'place', 'album', 'tag', 'camera');

/** The words for a value; undefined for a key or value without any. */
function keyedWord(key: string, value: string, brief: boolean): string | undefined {
  const named: Partial<Record<string, string>> = m.app.searchValues;
  switch (key) {
    case 'tag':
    case 'album':
    case 'camera':
    case 'lens':
    case 'folder':
      return value;
    case 'in':
      return knownNames.album(`in:${value}`);
    case 'place':
      return countryName(value) ?? (brief ? value.split(', ')[0] : value);
    case 'taken':
      return datesIn(value);
    case 'added': {
      const dates = datesIn(value);
      return dates === undefined ? undefined : m.app.searchWords.added(dates);
    }
    case 'day':
      return /^\d\d-\d\d$/.test(value) ? dayMonth(`2024-${value}`) : undefined;
    case 'rating':
      return starsIn(value);
    case 'iso':
      return /^(?:[<>]=?)?\d+(?:\.\.\d+)?$/.test(value) ? m.app.searchWords.iso(value) : undefined;
    case 'burst':
      return m.app.searchWords.burst;
    case 'holder':
      return named[`holder:${value}`] ?? holders.of(value)?.name;
    case 'near':
    case 'box':
      return m.app.searchWords.area;
    default:
      return Object.hasOwn(named, `${key}:${value}`) ? named[`${key}:${value}`] : undefined;
  }
}

/** The name of a country by its code of two letters. */
function countryName(value: string): string | undefined {
  if (!/^[a-z]{2}$/i.test(value)) return undefined;
  const code = value.toUpperCase();
  const name = new Intl.DisplayNames(locale, { type: 'region', fallback: 'none' }).of(code);
  return name === code ? undefined : name;
}

/** A number of stars, or a range. */
function starsIn(value: string): string | undefined {
  const [, sign = '', from, to] = /^([<>]?=?)([1-5])(?:\.\.([1-5]))?$/.exec(value) ?? [];
  if (from === undefined || value === '>5') return undefined;
  const words = m.app.searchWords;
  const stars = Number(from);
  if (to !== undefined) return words.stars(stars, Number(to));
  if (sign.startsWith('>')) return words.stars(sign === '>' ? stars + 1 : stars, 5);
  if (sign.startsWith('<')) return words.stars(0, sign === '<' ? stars - 1 : stars);
  return m.app.stars(stars);
}

/** A date or a range of dates. */
function datesIn(value: string): string | undefined {
  const [, sign = '', from = '', to] = /^([<>]?=?)([\d-]+)?(?:\.\.([\d-]+)?)?$/.exec(value) ?? [];
  const words = m.app.searchWords;
  const [first, last] = [dateIn(from), to === undefined ? undefined : dateIn(to)];
  if (value.includes('..')) {
    if (first !== undefined && last !== undefined) return words.range(first, last);
    return first === undefined ? last && words.until(last) : words.since(first);
  }
  if (first === undefined) return undefined;
  if (sign === '>=') return words.since(first);
  if (sign === '<=') return words.until(first);
  if (sign === '<') return words.before(first);
  return sign === '>' ? words.after(first) : first;
}

function dateIn(value: string): string | undefined {
  if (/^\d{4}$/.test(value)) return value;
  if (/^\d{4}-\d\d$/.test(value)) return monthName(value);
  return /^\d{4}-\d\d-\d\d$/.test(value) ? dayYear(value) : undefined;
}

/** A whole search: words without keys stay together, the rest is listed. */
export function inWords(q: string): string {
  const terms = termsOf(q);
  if (terms.length === 1) return wordOf(terms[0]!);
  const groups: string[] = [];
  let plain = false;
  for (const term of terms) {
    const isPlain = !/^-|^\p{L}+:/u.test(term);
    const word = wordOf(term, true, groups.length > 0);
    if (isPlain && plain) groups.push(nameOf(`${groups.pop()!} ${word}`));
    else groups.push(word);
    plain = isPlain;
  }
  return groups.join(', ');
}
