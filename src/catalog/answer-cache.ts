/**
 * The last few answers, kept until a row changes: a page of the album asks for the stretches, facets and rows of one
 * search in a row. Four bytes per photo each; their memory is used again for the next answer.
 */
import type { CatalogViewer } from './catalog-answers.js';
import type { Columns } from './columns.js';
import { evaluate, makeScratch, type MatchingSlots } from './search-filter.js';
import { grown } from './growable-array.js';
import type { Query } from './query.js';

const most = 4;

/** Evaluates a search, or returns what was found before where nothing changed since. Good until the next call. */
export function makeRecent(): (columns: Columns, query: Query, viewer: CatalogViewer) => MatchingSlots {
  const scratch = makeScratch();
  const answers = new Map<string, { memory: Uint32Array; found: MatchingSlots }>();
  let spare: Uint32Array[] = [];
  let of: Columns | undefined;
  let edition = -1;

  function forget(key: string): void {
    const answer = answers.get(key);
    if (answer) spare.push(answer.memory);
    answers.delete(key);
  }

  return (columns, query, viewer) => {
    if (columns !== of) spare = [];
    if (columns !== of || columns.edition !== edition) for (const key of answers.keys()) forget(key);
    of = columns;
    edition = columns.edition;
    const { audiences, trash = true, self, scope, outside = false } = viewer;
    const key = JSON.stringify([query.text, [...audiences].sort(), trash, self, scope, outside]);
    let answer = answers.get(key);
    if (!answer) {
      if (answers.size >= most) forget(answers.keys().next().value!);
      const memory = grown(spare.pop() ?? new Uint32Array(0), columns.count);
      answer = { memory, found: evaluate(columns, query, viewer, scratch, memory) };
    }
    answers.delete(key);
    answers.set(key, answer);
    return answer.found;
  };
}
