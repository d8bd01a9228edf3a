/** Errors of the search language: a sentence that names the word, and a hint with the permitted forms. */
import { PhotospoolError, printable } from '../base/errors.js';

const shown = 60;

/** A PhotospoolError `invalid`: a sentence and a hint, or a word of the search, its problem, and a hint. */
export function invalid(
  ...parts: [sentence: string, hint: string] | [word: string, wrong: string, hint: string]
): PhotospoolError {
  const [first, second, third] = parts;
  if (third === undefined) return new PhotospoolError('invalid', first, { op: 'search', hint: second });
  return new PhotospoolError('invalid', `${quoted(first)} ${second}`, { op: 'search', hint: third });
}

/** A word of a search in quotes, cut if it is long. */
export const quoted = (word: string): string =>
  `“${printable(word.length > shown ? `${word.slice(0, shown)}…` : word)}”`;
