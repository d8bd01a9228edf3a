/** Which of many values match the typed text. Pure. */

/** A value and its number of photos; `about` distinguishes it from another one with the same value. */
export interface Option {
  value: string;
  count?: number;
  about?: string;
}

/** Without case and accents. */
export const folded = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();

/**
 * At most `most` options: first those that begin with the text, then those with a word that does, then those that
 * contain it.
 */
export function matching<T extends Option>(options: readonly T[], typed: string, most = 8): T[] {
  const wanted = folded(typed.trim());
  if (wanted === '') return options.slice(0, most);
  const ranks: T[][] = [[], [], []];
  for (const option of options) {
    const value = folded(option.value);
    const at = value.indexOf(wanted);
    if (at < 0) continue;
    ranks[at === 0 ? 0 : /[\p{L}\p{N}]/u.test(value[at - 1]!) ? 2 : 1]!.push(option);
  }
  return ranks.flat().slice(0, most);
}
