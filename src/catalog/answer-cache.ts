/**
 * The last few answers, kept until a row or what people may see changes: a page of the album asks for the stretches, facets and rows of one
 * search in a row. Four bytes per photo each; their memory is used again for the next answer.
 */
import type { ItemAccess } from '../access/item-access.js';
import type { Columns } from './columns.js';
import { evaluate, makeScratch, type MatchingSlots, type Sight } from './search-filter.js';
import { grown } from './growable-array.js';
import type { Query } from './query.js';

const most = 4;

/** Evaluates a search, or returns what was found before where nothing changed since. Good until the next call. */
export function makeRecent(): (columns: Columns, query: Query, sight: Sight) => MatchingSlots {
  const scratch = makeScratch();
  const answers = new Map<string, { memory: Uint32Array; found: MatchingSlots }>();
  let spare: Uint32Array[] = [];
  let of: Columns | undefined;
  let edition = -1;
  let by: ItemAccess | undefined;

  function forget(key: string): void {
    const answer = answers.get(key);
    if (answer) spare.push(answer.memory);
    answers.delete(key);
  }

  return (columns, query, sight) => {
    if (columns !== of) spare = [];
    const isOld = columns !== of || columns.edition !== edition || sight.access !== by;
    if (isOld) for (const key of answers.keys()) forget(key);
    of = columns;
    edition = columns.edition;
    by = sight.access;
    const { onlooker, self, scope, outside = false } = sight.viewer;
    const key = JSON.stringify([query.text, onlooker, self, scope, outside]);
    let answer = answers.get(key);
    if (!answer) {
      if (answers.size >= most) forget(answers.keys().next().value!);
      const memory = grown(spare.pop() ?? new Uint32Array(0), columns.count);
      answer = { memory, found: evaluate(columns, query, sight, scratch, memory) };
    }
    answers.delete(key);
    answers.set(key, answer);
    return answer.found;
  };
}
