/** A choice of several, stored in this browser: how its pages look. Never throws; a browser may refuse to store anything. */

/** The choice stored under a key; the first of those known, if there is none. */
export function readChoice<T extends string>(key: string, known: readonly T[]): T {
  try {
    const found = localStorage.getItem(key);
    return known.find((one) => one === found) ?? known[0]!;
  } catch {
    return known[0]!;
  }
}

/** Stores a choice. */
export function writeChoice(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Without storage it lasts as long as the page.
  }
}
