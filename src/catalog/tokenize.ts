/**
 * Splits text into words, the same for searches and for searched text: ignores case, accents, width and ligatures
 * (Unicode NFKD, then NFKC). Letters, digits and marks form words; a character of a script without spaces (Chinese,
 * Japanese, Thai …) is a separate word, so that any part of such a text matches as a phrase; so are emoji. Therefore no
 * n-grams are needed: they would miss words of one and two characters, which in Chinese and Japanese are most. Pure.
 */

/** Longer words are cut: people don't type them, and a hostile file may be full of them. In UTF-16 units. */
const longest = 64;

const ascii = /^[ -~]*$/;
/** Accents, and the selectors for the style of emoji. Marks of other scripts are letters there, and stay. */
const marks = /[\u0300-\u036f\ufe00-\ufe0f]/gu;
const letters: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
};
const special = /[ßæœøłđðþıς]/gu;

const spaceless = [
  'scx=Han',
  'scx=Hira',
  'scx=Kana',
  'sc=Bopomofo',
  'sc=Thai',
  'sc=Lao',
  'sc=Khmer',
  'sc=Myanmar',
  'sc=Tibetan',
]
  .map((script) => `\\p{${script}}`)
  .join('');
const letter = '[\\p{L}\\p{N}\\p{M}]';
const word = new RegExp(
  `(?=${letter})[${spaceless}]|(?:(?![${spaceless}])${letter})+|\\p{Extended_Pictographic}|\\p{RI}\\p{RI}?`,
  'gu',
);

/** The text without differences of case, accents, width and ligatures. */
export function fold(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(marks, '')
    .replace(special, (c) => letters[c] ?? c)
    .normalize('NFKC');
}

/** The words of a text in order, folded; at most `limit`. */
export function wordsOf(text: string, limit = Infinity): string[] {
  const folded = fold(text);
  const found = ascii.test(folded) ? folded.split(/[^a-z0-9]+/).filter((w) => w !== '') : (folded.match(word) ?? []);
  if (found.length > limit) found.length = limit;
  return found.map((w) => (w.length > longest ? w.slice(0, longest) : w));
}

/** Consecutive words. `prefix`: the last one may be the beginning of a word. */
export interface Phrase {
  words: readonly string[];
  prefix: boolean;
}

/** True if the phrase occurs in a sequence of words. */
export function hasPhrase(sequence: readonly string[], { words, prefix }: Phrase): boolean {
  const last = words.length - 1;
  for (let at = 0; at + last < sequence.length; at++) {
    let k = 0;
    while (k < last && sequence[at + k] === words[k]) k++;
    if (k < last) continue;
    const word = sequence[at + last] ?? '';
    const end = words[last] ?? '';
    if (prefix ? word.startsWith(end) : word === end) return true;
  }
  return false;
}
