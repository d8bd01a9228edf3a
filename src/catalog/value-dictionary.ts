/**
 * Distinct values and their numbers, so that a column in memory is an array of numbers. Number 0 is "none". A value
 * without photos keeps its number until the columns are loaded again.
 */

/** Values numbered from 1 in arrival order. */
export interface Values {
  /** By number; `list[0]` is the empty text. */
  readonly list: readonly string[];
  /** The number of a value, a new one if it has none yet. */
  numberOf(value: string): number;
  /** The number of a value, or undefined. */
  find(value: string): number | undefined;
}

/** Makes an empty set of values. */
export function makeValues(): Values {
  const list = [''];
  const numbers = new Map<string, number>();
  return {
    list,
    find: (value) => numbers.get(value),
    numberOf(value) {
      const known = numbers.get(value);
      if (known !== undefined) return known;
      numbers.set(value, list.length);
      return list.push(value) - 1;
    },
  };
}

/** A value computed once per distinct value and read in every search: `of(k)` is `compute` of the k-th value. */
export function derive<T>(values: Values, compute: (value: string) => T): (number: number) => T {
  const computed: T[] = [];
  return (number) => {
    for (let k = computed.length; k <= number; k++) computed.push(compute(values.list[k] ?? ''));
    return computed[number]!;
  };
}

/** The words of a vocabulary by their beginning, without sorting it: grouped by their first two characters. */
export interface Beginnings {
  /** Adds a new word. */
  add(word: string, number: number): void;
  /** The numbers of words that begin with `prefix`. */
  find(prefix: string): number[];
}

/** Makes an empty index of beginnings. */
export function makeBeginnings(values: Values): Beginnings {
  const groups = new Map<string, number[]>();
  const size = 2;
  return {
    add(word, number) {
      const key = word.slice(0, size);
      const group = groups.get(key);
      if (group) group.push(number);
      else groups.set(key, [number]);
    },
    find(prefix) {
      if (prefix.length === size) return groups.get(prefix) ?? [];
      if (prefix.length > size) {
        const group = groups.get(prefix.slice(0, size)) ?? [];
        return group.filter((number) => values.list[number]?.startsWith(prefix));
      }
      return [...groups].flatMap(([key, group]) => (key.startsWith(prefix) ? group : []));
    },
  };
}
