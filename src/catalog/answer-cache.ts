/**
 * Caches the latest answers until a row or the visibility of items changes: a page of the album asks for the segments,
 * facets and rows of one search in succession, and several people use it at once. All answers together take at most the
 * memory of four answers with all photos (16 bytes per photo), so that there can be more small ones; their memory is
 * reused. In memory only: a restart starts empty.
 */
import type { ItemAccess } from '../access/item-access.js';
import type { Columns } from './columns.js';
import { evaluate, isStacked, isTimeline, makeScratch, namedIn, type MatchingSlots } from './search-filter.js';
import type { Sight } from './item-visibility.js';
import type { Query } from './query.js';

const most = 32;
/** The minimum memory of an answer, in slots. */
const least = 1_024;
/** The memory limit, as a number of answers with all photos. */
const room = 4;

/**
 * Evaluates a search, or returns the cached answer if nothing has changed. The result is valid until the next call.
 * `each`: as in `evaluate`.
 */
export type Recent = (columns: Columns, query: Query, sight: Sight, each?: boolean) => MatchingSlots;

/** Creates the cache. */
export function makeRecent(): Recent {
  const scratch = makeScratch();
  const answers = new Map<string, { memory: Uint32Array; found: MatchingSlots }>();
  let spare: Uint32Array[] = [];
  let used = 0;
  let of: { columns: Columns; edition: number; access: ItemAccess } | undefined;

  function forget(key: string): void {
    const answer = answers.get(key);
    if (!answer) return;
    used -= answer.memory.length;
    spare.push(answer.memory);
    answers.delete(key);
  }

  /**
   * Returns memory for `length` slots, keeping all answers and spare memory within `limit`. Few distinct sizes, so that
   * memory is reused and little is left to the garbage collector.
   */
  function take(length: number, limit: number): Uint32Array {
    const doubled = 2 ** Math.ceil(Math.log2(Math.max(length, least)));
    const size = Math.min(doubled, Math.max(length, limit / room));
    while (answers.size > 0 && (answers.size >= most || used + size > limit)) forget(answers.keys().next().value!);
    const place = spare.findIndex((memory) => memory.length >= size && memory.length <= 2 * size);
    const memory = place < 0 ? new Uint32Array(size) : spare.splice(place, 1)[0]!;
    used += memory.length;
    let left = limit - used;
    spare = spare.filter(({ length }) => (left -= length) >= 0);
    return memory;
  }

  return (columns, query, sight, each = false) => {
    const { edition } = columns;
    if (of?.columns !== columns) spare = [];
    if (of?.columns !== columns || of.edition !== edition || of.access !== sight.access)
      for (const key of [...answers.keys()]) forget(key);
    of = { columns, edition, access: sight.access };
    const { onlooker, self, actsFor, scope, outside = false, locked } = sight.viewer;
    const differs = columns.twins.groups.size > 0 || isTimeline(query, sight.viewer);
    // The catalog picks the photos that a scope names from the answer.
    const within = namedIn(sight.viewer) ? 'named' : scope;
    const stacked = isStacked(query, sight.viewer);
    const key = JSON.stringify([
      query.text,
      onlooker,
      self,
      actsFor,
      within,
      outside,
      locked,
      each && differs,
      stacked,
    ]);
    let answer = answers.get(key);
    if (!answer) {
      const limit = room * Math.max(columns.count + 1, least);
      const found = evaluate(columns, query, sight, scratch, (length) => take(length, limit), each);
      answer = { memory: new Uint32Array(found.buffer), found };
    }
    answers.delete(key);
    answers.set(key, answer);
    return answer.found;
  };
}
