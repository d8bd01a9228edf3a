/** The heading of a search result: an album by its name, a tag by its word, otherwise the typed search. Pure. */
import { m } from '../../lib/messages.js';
import { memorySearch } from './on-this-day.js';

const one = /^(?:tag|album|camera|lens|place):=?(?:"((?:[^"\\]|\\.)+)"|([^\s"]+))$/u;

/** The heading of a search. It may contain text from files, and is shown as text. */
export function headingOf(q: string): string {
  const [, quoted, bare] = one.exec(q) ?? [];
  if (quoted !== undefined) return quoted.replaceAll(/\\(.)/gu, '$1');
  if (bare !== undefined) return bare;
  const known: Record<string, string> = m.app.headings;
  if (Object.hasOwn(known, q)) return known[q]!;
  return q === memorySearch() ? m.app.onThisDay : q;
}
