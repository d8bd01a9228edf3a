/** Names that people give to people, tokens and passkeys: one line of text, unique whatever their case. Pure. */
import { PhotospoolError, printable } from '../base/errors.js';

/** The longest name, in characters. */
export const longestName = 100;

/**
 * A name in the one form in which it is kept: NFC, without white space around it and with single spaces in it.
 * @throws PhotospoolError `invalid` where it is empty, too long, or has characters that can't be seen.
 */
export function readName(given: string): string {
  const name = given.normalize('NFC').trim().replace(/\s+/gu, ' ');
  if (isName(name)) return name;
  throw new PhotospoolError('invalid', `A name has 1 to ${longestName} characters, all of which can be seen.`, {
    op: 'name',
  });
}

/** Whether a text from elsewhere is a name as `readName` writes it. */
export const isName = (text: unknown): text is string =>
  typeof text === 'string' && text.trim() !== '' && text.length <= longestName && printable(text) === text;

/** The key by which names are unique: compatibility forms and case make no difference. */
export const keyOfName = (name: string): string =>
  name.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase().toUpperCase().toLowerCase();
