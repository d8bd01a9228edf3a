/** Names of people, tokens and passkeys: one line of text, unique regardless of case. Pure. */
import { PhotospoolError, printable } from '../base/errors.js';

/** The maximum length of a name, in characters. */
export const longestName = 100;

/**
 * A name in its stored form: NFC, trimmed, with single spaces.
 * @throws PhotospoolError `invalid` if it is empty, too long, or contains invisible characters.
 */
export function readName(given: string): string {
  const name = given.normalize('NFC').trim().replace(/\s+/gu, ' ');
  if (isName(name)) return name;
  throw new PhotospoolError('invalid', `A name must have 1 to ${longestName} visible characters.`, {
    op: 'name',
  });
}

/** Whether an untrusted text is a name in the form of `readName`. */
export const isName = (text: unknown): text is string =>
  typeof text === 'string' && text.trim() !== '' && text.length <= longestName && printable(text) === text;

/** The key by which names are unique: ignores compatibility forms and case. */
export const keyOfName = (name: string): string =>
  name.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase().toUpperCase().toLowerCase();
