/**
 * The password policy (NIST SP 800-63B, 5.1.1.2; OWASP Authentication Cheat Sheet): long enough, not among the most
 * common ones, and not the person's own name. No rules about kinds of characters: they make passwords worse. Pure.
 */
import { PhotospoolError } from '../base/errors.js';
import { keyOfName } from './account-names.js';

/** The minimum length of a password, in characters. */
export const shortest = 10;
/** The maximum length, so that senders can't have megabytes hashed. */
export const longest = 256;

/** Words in the most common passwords, regardless of the digits and signs around them. */
const words = new Set(
  `abc abcd abcdef abcdefg abcdefgh abcdefghij admin administrator album alexander angel apple arsenal asdf asdfgh asdfghjkl
  asdfghjklqwertyuiop babygirl baseball basketball batman beautiful butterfly changeit changeme charlie chelsea chocolate
  computer cookie correcthorsebatterystaple daniel default dragon facebook family flower football forever freedom friends fuckyou
  google guest hello helloworld hunter iloveu iloveyou iloveyouforever internet jennifer jessica jordan killer letmein letmeinnow
  liverpool login loveme lovely manchester master matrix michael michelle minecraft monkey mustang mypassword naruto ninja
  nothing passphrase passwort passw password passwordpassword photo photos photospool picture pictures pokemon princess qazwsx
  qazwsxedc qwer qwert qwerty qwertyqwerty qwertyui qwertyuiop qwertz qwertzuiop root samsung secret secretpassword shadow
  starwars startrek success summer sunshine superman superstar test testing testtest thomas trustno unknown user welcome
  whatever winter yankees zaq zxcvbn zxcvbnm`.split(/\s+/),
);

/** Keyboard rows and alphabetic sequences. */
const runs = [
  '01234567890123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
];

/** Mixed sequences among the most common passwords. */
const others = new Set([
  '1q2w3e4r5t',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  'q1w2e3r4t5',
  'q1w2e3r4t5y6',
  'zaq12wsxcde3',
  '1a2b3c4d5e',
  'a1b2c3d4e5',
]);

/**
 * Checks a chosen password; `name` is that of the person.
 * @throws PhotospoolError `invalid` with a sentence about the problem, never with the password.
 */
export function checkStrength(password: string, name: string): void {
  const text = password.normalize('NFKC');
  const length = [...text].length;
  if (length < shortest) throw weak(`The password is too short. Use at least ${shortest} characters.`);
  if (length > longest) throw weak(`The password is too long. Use at most ${longest} characters.`);
  if (isCommon(text.toLowerCase(), keyOfName(name))) {
    throw weak('This password is too easy to guess.');
  }
}

function isCommon(text: string, name: string): boolean {
  if (new Set(text).size < 4 || others.has(text)) return true;
  const letters = inner(text);
  // Also with signs instead of letters: p@ssw0rd.
  const plain = [letters, inner(withLetters(text)), withLetters(letters)];
  const names = new Set([name, name.replaceAll(' ', '')]);
  if (names.has(text) || plain.some((word) => words.has(word) || names.has(word))) return true;
  return runs.some((run) => isRun(text, run));
}

/** A text without leading and trailing characters that are not letters. */
const inner = (text: string): string => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');

const withLetters = (text: string): string => [...text].map((sign) => signs[sign] ?? sign).join('');

const signs: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};

/** Whether a text is part of a sequence, forwards or backwards. */
function isRun(text: string, run: string): boolean {
  return run.includes(text) || [...run].reverse().join('').includes(text);
}

function weak(message: string): PhotospoolError {
  return new PhotospoolError('invalid', message, { hint: 'A few unrelated words make a good password.' });
}
