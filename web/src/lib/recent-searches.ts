/**
 * The latest searches of a person, newest first, in this browser alone. Signing out forgets them. Without storage there
 * are none.
 */

const kept = 'photospool.searches';
/** The number that are kept. */
const most = 6;

/** The recent searches. */
export function recentSearches(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(kept) ?? '[]');
    return Array.isArray(found) ? found.filter((one): one is string => typeof one === 'string').slice(0, most) : [];
  } catch {
    return [];
  }
}

/** Adds a search, or moves it to the front. */
export function rememberSearch(q: string): void {
  if (q === '') return;
  const all = [q, ...recentSearches().filter((one) => one !== q)].slice(0, most);
  try {
    localStorage.setItem(kept, JSON.stringify(all));
  } catch {
    // Without storage nothing is remembered.
  }
}

/** Forgets all of them. */
export function forgetSearches(): void {
  try {
    localStorage.removeItem(kept);
  } catch {
    // Nothing was remembered.
  }
}
