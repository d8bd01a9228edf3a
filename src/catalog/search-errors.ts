/** Errors of the search language: a sentence that names the word, and a hint with the permitted forms. */
import { PhotospoolError, printable } from '../base/errors.js';

const shown = 60;

/** A PhotospoolError `invalid`: a sentence and a hint, or a word of the search, its problem, and a hint. */
export function invalid(
  ...parts: [sentence: string, hint: string] | [word: string, wrong: string, hint: string]
): PhotospoolError {
  const [first, second, third] = parts;
  if (third === undefined) return new PhotospoolError('invalid', first, { op: 'search', hint: second });
  const word = first.length > shown ? `${first.slice(0, shown)}…` : first;
  return new PhotospoolError('invalid', `“${printable(word)}” ${second}`, { op: 'search', hint: third });
}
