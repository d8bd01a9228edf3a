/** The heading of a search result, in words. */
import { m } from '../../lib/messages.js';
import { namedSearches } from '../../lib/named-searches.js';
import { inWords } from '../header/search-words.js';
import { memorySearch } from './on-this-day.js';

/** The heading of a search. It may contain text from files, and is shown as text. */
export function headingOf(q: string): string {
  const known: Record<string, string> = m.app.headings;
  if (Object.hasOwn(known, q)) return known[q]!;
  if (q === namedSearches.recent) return m.app.searches.recent;
  return q === memorySearch() ? m.app.onThisDay : inWords(q);
}
