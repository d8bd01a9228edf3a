/** Which of many values match the typed text. Pure. */

/** A value and its number of photos. */
export interface Option {
  value: string;
  count?: number;
}

/** Without case and accents. */
export const folded = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();

/**
 * At most `most` options: first those that begin with the text, then those with a word that does, then those that
 * contain it.
 */
export function matching(options: readonly Option[], typed: string, most = 8): Option[] {
  const wanted = folded(typed.trim());
  if (wanted === '') return options.slice(0, most);
  const ranks: Option[][] = [[], [], []];
  for (const option of options) {
    const value = folded(option.value);
    const at = value.indexOf(wanted);
    if (at < 0) continue;
    ranks[at === 0 ? 0 : /[\p{L}\p{N}]/u.test(value[at - 1]!) ? 2 : 1]!.push(option);
  }
  return ranks.flat().slice(0, most);
}
