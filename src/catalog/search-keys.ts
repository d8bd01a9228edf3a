/**
 * The keys of the search language, one entry each: the meaning of its values, and the permitted forms. Adding a key
 * adds an entry to `keys`. Pure.
 */
import { albumNamed, house, isPerson, type Holder } from '../document/item-id.js';
import { audiences, type Audience } from '../document/photo-document.js';
import { parseBox, parseNear } from './geo-area.js';
import { dateRange, type Range } from './date-numbers.js';
import { invalid, quoted } from './search-errors.js';
import { countryCode } from './place-names.js';
import type { Condition } from './query.js';
import { audienceBits, bit, kindBit, type StateTest } from './photo-flags.js';
import { fold, wordsOf } from './tokenize.js';

/** A term with a key, as written. */
export interface Keyed {
  raw: string;
  key: string;
  value: string;
  quoted: boolean;
  /** Written with a preceding `=`: matches the whole value. */
  exact: boolean;
}

type Key = (keyed: Keyed) => Condition;

const keys: Record<string, Key> = {
  tag: (keyed) => ({ kind: 'element', column: 'tag', folded: fold(text(keyed)) }),
  album: (keyed) => ({ kind: 'element', column: 'album', folded: fold(text(keyed)) }),
  holder: (keyed) => ({ kind: 'holder', holder: holderIn(keyed) }),
  in: (keyed) => ({ kind: 'entry', album: albumIn(keyed) }),
  burst: (keyed) => ({ kind: 'burst', series: burstIn(keyed) }),
  camera: (keyed) => valueOf('camera', keyed),
  lens: (keyed) => valueOf('lens', keyed),
  folder: (keyed) => valueOf('folder', keyed),
  place: (keyed) => {
    const code = keyed.quoted || keyed.exact ? undefined : countryCode(keyed.value);
    return code === undefined ? valueOf('place', keyed) : { kind: 'value', column: 'place', match: { country: code } };
  },
  near: (keyed) => ({ kind: 'area', area: parseNear(keyed.raw, keyed.value) }),
  box: (keyed) => ({ kind: 'area', area: parseBox(keyed.raw, keyed.value) }),
  type: (keyed) => stateOf(keyed, { photo: { mask: bit.video, value: 0 }, video: flag(bit.video) }),
  is: (keyed) => {
    const states = {
      favourite: flag(bit.favourite),
      reviewed: flag(bit.reviewed),
      trashed: flag(bit.trashed),
      geotagged: flag(bit.geotagged),
      dated: flag(bit.dated),
      damaged: flag(bit.damaged),
      archived: flag(bit.archived),
      guest: flag(bit.guest),
    };
    return stateOf(keyed, states, kindBit);
  },
  audience: (keyed) => stateOf(keyed, Object.fromEntries(audiences.map((name) => [name, seenBy(name)]))),
  taken: (keyed) => ({ kind: 'range', column: 'taken', range: dates(keyed) }),
  added: (keyed) => ({ kind: 'range', column: 'added', range: dates(keyed) }),
  day: (keyed) => ({ kind: 'day', day: dayOf(keyed) }),
  rating: (keyed) => ({
    kind: 'range',
    column: 'rating',
    range: numbers(keyed, 5, 'rating:5, rating:>=4 or rating:2..4'),
  }),
  iso: (keyed) => ({
    kind: 'range',
    column: 'iso',
    range: numbers(keyed, 99_999_999, 'iso:100, iso:>800 or iso:100..400'),
  }),
};

/** Converts `key:value` to a condition. @throws PhotospoolError `invalid` for an unknown key or an invalid value. */
export function parseValue(keyed: Keyed): Condition {
  const parse = Object.hasOwn(keys, keyed.key) ? keys[keyed.key] : undefined;
  if (!parse) {
    const alike = Object.keys(keys).filter((key) => key.slice(0, 3) === keyed.key.slice(0, 3));
    const named = alike.map((key) => `${key}:`).join(', ');
    const use = alike.length > 0 ? `Use ${alike.length > 1 ? 'one of ' : ''}${named}, or put` : 'Put';
    throw invalid(
      `We don’t know the filter ${quoted(`${keyed.key}:`)}.`,
      `${use} the term in quotes to search for it as text.`,
    );
  }
  return parse(keyed);
}

const flag = (value: number): StateTest => ({ mask: value, value });
const seenBy = (audience: Audience): StateTest => ({ mask: bit.audience, value: audienceBits(audience) });

function text(keyed: Keyed): string {
  const value = keyed.value.trim();
  if (value === '') throw invalid(keyed.raw, 'has no value.', `Write one after the colon: ${keyed.key}:something.`);
  return value;
}

function albumIn(keyed: Keyed): string {
  const album = text(keyed);
  if (albumNamed(album)) return album;
  throw invalid(keyed.raw, 'doesn’t match an album.', 'Use in:HOLDER:ALBUM, as `photospool albums list` shows it.');
}

function burstIn(keyed: Keyed): string {
  const series = text(keyed);
  if (/^\d{1,15}$/.test(series)) return series;
  throw invalid(keyed.raw, 'doesn’t match a burst.', 'Open a burst to search its photos.');
}

function holderIn(keyed: Keyed): Holder {
  const holder = text(keyed);
  if (holder === 'me' || holder === house || isPerson(holder)) return holder;
  throw invalid(
    keyed.raw,
    'doesn’t match a person.',
    'Use holder:me, holder:house, or holder: followed by a person’s id.',
  );
}

function valueOf(column: 'camera' | 'lens' | 'place' | 'folder', keyed: Keyed): Condition {
  const value = text(keyed);
  if (keyed.exact || /^=./.test(value))
    return { kind: 'value', column, match: { whole: fold(value.replace(/^=/, '')) } };
  const words = wordsOf(value);
  if (words.length === 0) throw invalid(keyed.raw, 'has no letter or digit.', `Write ${keyed.key}:something.`);
  return { kind: 'value', column, match: { phrase: { words, prefix: !keyed.quoted } } };
}

function stateOf(
  keyed: Keyed,
  tests: Record<string, StateTest>,
  kinds: Readonly<Record<string, number>> = {},
): Condition {
  const values = keyed.value.toLowerCase().split('|');
  const known = [...Object.keys(tests), ...Object.keys(kinds)].map((name) => `${keyed.key}:${name}`);
  const chosen = values.flatMap((value) => (Object.hasOwn(tests, value) ? [tests[value]!] : []));
  const wanted = values.flatMap((value) => (Object.hasOwn(kinds, value) ? [kinds[value]!] : []));
  if (chosen.length + wanted.length < values.length)
    throw invalid(keyed.raw, 'isn’t a valid value.', `Use ${known.join(', ')}.`);
  return { kind: 'state', tests: chosen, ...(wanted.length > 0 && { kinds: wanted.reduce((all, one) => all | one) }) };
}

function dates(keyed: Keyed): Range {
  const hint = `A date is ${keyed.key}:2024, ${keyed.key}:2024-06 or ${keyed.key}:2024-06-15; a range 2024-06..2024-08, 2024.. or ..2024.`;
  return ranges(keyed, dateRange, { min: 0, max: 99_999_999 }, hint);
}

/** `12-24` as a number; checked against a leap year, so that the 29th of February is valid. */
function dayOf(keyed: Keyed): number {
  const found = dateRange(`2024-${keyed.value.trim()}`);
  if (keyed.exact || !found || found.min !== found.max)
    throw invalid(keyed.raw, 'isn’t valid.', 'Use a month and a day, such as day:12-24 (any year).');
  return found.min % 10_000;
}

function numbers(keyed: Keyed, max: number, examples: string): Range {
  const single = (value: string): Range | undefined => {
    const number = /^\d{1,8}$/.test(value) ? Number(value) : Infinity;
    return number <= max ? { min: number, max: number } : undefined;
  };
  return ranges(keyed, single, { min: 0, max }, `It is a whole number from 0 to ${max}: ${examples}.`);
}

/** Parses `v`, `=v`, `>v`, `>=v`, `<v`, `<=v`, `a..b`, `a..`, `..b`; `single` gives the range of one value. */
function ranges(keyed: Keyed, single: (value: string) => Range | undefined, all: Range, hint: string): Range {
  const [from, to, ...more] = (keyed.exact ? `=${keyed.value}` : keyed.value).trim().split('..');
  const wrong = (): never => {
    throw invalid(keyed.raw, 'isn’t valid.', hint);
  };
  const read = (value: string): Range => single(value) ?? wrong();
  if (more.length > 0 || from === undefined) return wrong();
  if (to !== undefined) {
    if (from === '' && to === '') return wrong();
    const range = { min: from === '' ? all.min : read(from).min, max: to === '' ? all.max : read(to).max };
    if (range.min > range.max) throw invalid(keyed.raw, 'ends before it starts.', hint);
    return range;
  }
  const match = /^([<>]?=?)(.*)$/s.exec(from);
  const value = read(match?.[2] ?? '');
  switch (match?.[1]) {
    case '>':
      return { min: value.max + 1, max: all.max };
    case '>=':
      return { min: value.min, max: all.max };
    case '<':
      return { min: all.min, max: value.min - 1 };
    case '<=':
      return { min: all.min, max: value.max };
    default:
      return value;
  }
}
