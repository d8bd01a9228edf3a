/**
 * The search language (docs/interface.md): parses text to a Query. An unknown key or an invalid value is an error with
 * a sentence, never an empty page. Pure.
 *
 * A search consists of terms separated by white space, which must all match. A term is a word, a quoted phrase, or
 * `key:value`;
 * `-` before it negates it. A bare word matches the beginning of a word, a quoted one whole words in that order.
 * Typographic quotes count as quotes, and `\"` is a quote within quotes.
 */
import { invalid } from './search-errors.js';
import { parseValue } from './search-keys.js';
import type { Query, Term } from './query.js';
import { wordsOf } from './tokenize.js';

/** The maximum characters of a search, and of terms: each costs a pass over all photos. */
const longest = 2_000;
const mostTerms = 32;

/**
 * One term: its minus, its key, and a value, quoted or bare. Control characters separate like white space, since they
 * can't be typed.
 */
const term = /(-?)(?:(\p{L}+):)?(?:(=?)["“”„]((?:[^"“”„\\]|\\.)*)(["“”„])?|([^\s\p{Cc}]*))/suy;
const gap = /[\s\p{Cc}]*/uy;

/**
 * Parses a search; the empty text matches everything. A word without a letter or digit is ignored if there are others.
 * @throws PhotospoolError `invalid` that names the word, with the permitted forms as the hint.
 */
export function parseQuery(text: string): Query {
  if (text.length > longest) {
    throw invalid(`The search is longer than ${longest} characters.`, 'Search for fewer words.');
  }
  const terms: Term[] = [];
  let passedOver: string | undefined;
  for (const found of termsOf(text)) {
    const parsed = parseTerm(found);
    if (parsed) terms.push(parsed);
    else passedOver ??= found.raw;
    if (terms.length > mostTerms) {
      throw invalid(`The search has more than ${mostTerms} words.`, 'Search for fewer words, or a phrase in quotes.');
    }
  }
  if (terms.length === 0 && passedOver !== undefined) {
    throw invalid(passedOver, 'has no letter or digit.', 'Search for a word, or clear the search.');
  }
  return { text: text.trim(), terms };
}

/** A term as typed. */
export interface SearchTerm {
  raw: string;
  negated: boolean;
  key: string | undefined;
  value: string;
  quoted: boolean;
  exact: boolean;
}

/** The terms of a search as typed, in their order. @throws PhotospoolError `invalid` for an open quote. */
export function* termsOf(text: string): Generator<SearchTerm> {
  let at = 0;
  for (;;) {
    gap.lastIndex = at;
    at += gap.exec(text)?.[0].length ?? 0;
    if (at >= text.length) return;
    term.lastIndex = at;
    const match = term.exec(text);
    const raw = match?.[0] ?? '';
    if (!match || raw === '') throw invalid(text.slice(at), 'can’t be searched as written.', 'Put it in quotes.');
    at += raw.length;
    const [, minus, key, equals, quoted, closing, bare] = match;
    if (quoted !== undefined && closing === undefined) {
      throw invalid(raw, 'has an opening quote without a closing one.', 'Add the closing ".');
    }
    const value = quoted === undefined ? (bare ?? '') : quoted.replace(/\\(.)/gsu, '$1');
    const exact = equals === '=';
    yield { raw, negated: minus === '-', key: key?.toLowerCase(), value, quoted: quoted !== undefined, exact };
  }
}

function parseTerm({ raw, negated, key, value, quoted, exact }: SearchTerm): Term | undefined {
  if (key !== undefined) return { negated, ...parseValue({ raw, key, value, quoted, exact }) };
  const words = wordsOf(value);
  return words.length === 0 ? undefined : { negated, kind: 'words', phrase: { words, prefix: !quoted } };
}
