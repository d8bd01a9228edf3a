/**
 * The causal order of the values of one field. An edit names the values that its author had seen (`over` and `saw`) as
 * a version vector: the newest stamp of each epoch. An edit overrides those it names regardless of their stamps,
 * because stamps come from clocks, and a clock can be wrong and a stamp forged. Pure; accepts any list, forged ones
 * too.
 *
 * What may be dropped from a list follows from comparing two vectors alone. That is a partial order independent of the
 * other values, so dropping after every merge leaves the same values as dropping once at the end, in any order of
 * merges.
 */
import { compareText } from './json-values.js';
import type { Edit, Stamp } from './photo-document.js';
import { epochOf, isStamp } from './stamp.js';

/** The newest stamp of each epoch. */
type Vector = ReadonlyMap<string, Stamp>;

/**
 * The maximum number of stamps that an edit names. No installation has so many servers; a forged list may be longer.
 */
export const mostNamed = 256;

/** Joins stamps into a vector. Skips invalid ones. */
function vectorOf(stamps: Iterable<unknown>): Map<string, Stamp> {
  const vector = new Map<string, Stamp>();
  for (const stamp of stamps) {
    if (typeof stamp !== 'string') continue;
    const epoch = epochOf(stamp);
    if (epoch !== '' && stamp > (vector.get(epoch) ?? '')) vector.set(epoch, stamp);
  }
  return vector;
}

/** The stamps that an edit names. */
function namesOf({ over, saw }: Edit<unknown>): unknown[] {
  return [over, ...(Array.isArray(saw) ? (saw as unknown[]) : [])];
}

/** The stamps an edit names, and its own: within one epoch every edit has seen the earlier ones. */
const sightOf = (edit: Edit<unknown>): Vector => vectorOf([...namesOf(edit), edit.at]);

const covers = (sight: Vector, at: Stamp): boolean => (sight.get(epochOf(at)) ?? '') >= at;

/**
 * Whether an edit names more than the one value that it replaced, or one with a greater stamp: then its stamp alone
 * does not give its place in the order.
 */
const isOdd = ({ at, over, saw }: Edit<unknown>): boolean =>
  (isStamp(over) && over > at) || (Array.isArray(saw) && saw.some(isStamp));

/** The values that no other value has completely seen, in the given order. All must have stamps. */
export function lasting<E extends Edit<unknown>>(edits: readonly E[]): E[] {
  if (edits.length < 2) return [...edits];
  const sights = edits.map(sightOf);
  // Equal vectors cover each other, and neither drops the other.
  const names = sights.map((sight) => [...sight.values()].sort(compareText).join());
  const distinct = [...new Map(names.map((name, n) => [name, sights[n]!]))];
  const dropped = covered(distinct.map(([, sight]) => sight));
  const gone = new Set(distinct.filter((_, n) => dropped[n]).map(([name]) => name));
  return edits.filter((_, n) => !gone.has(names[n]!));
}

/** How many vectors are compared at once: their bit rows take 2.5 MB for 20,000 vectors. */
const atOnce = 1_024;

/** The stamps of one epoch, newest first, with the numbers of their vectors. */
type Column = [stamp: Stamp, vector: number][];

/**
 * Which of several distinct vectors are covered by another one. A forged list may have ten thousand values that do not
 * cover each other, so vectors are not compared in pairs: for each epoch, from its newest stamp down, a row of bits
 * holds the vectors that reach this far; the intersection of a vector's rows over all its epochs are the vectors that
 * cover it.
 */
function covered(vectors: readonly Vector[]): boolean[] {
  const columns = columnsOf(vectors);
  const found = vectors.map(() => true);
  // A vector that reaches farther than all others in one epoch is covered by none.
  for (const [first, second] of columns) if (first![0] !== second?.[0]) found[first![1]] = false;
  const open = found.flatMap((isOpen, n) => (isOpen ? [n] : []));
  const words = Math.ceil(vectors.length / 32);
  for (let at = 0; at < open.length; at += atOnce) {
    const rows = new Map(open.slice(at, at + atOnce).map((n) => [n, new Uint32Array(words).fill(0xffff_ffff)]));
    for (const column of columns) if (column.some(([, n]) => rows.has(n))) narrow(rows, column, words);
    for (const [n, row] of rows) found[n] = hasOther(row, n, vectors.length);
  }
  return found;
}

function columnsOf(vectors: readonly Vector[]): Column[] {
  const columns = new Map<string, Column>();
  vectors.forEach((vector, n) => {
    for (const [epoch, stamp] of vector) {
      const known = columns.get(epoch);
      if (known) known.push([stamp, n]);
      else columns.set(epoch, [[stamp, n]]);
    }
  });
  return [...columns.values()].map((column) => column.sort(([a], [b]) => compareText(b, a)));
}

/** Removes from each vector's row those that reach less far than it in one epoch. */
function narrow(rows: ReadonlyMap<number, Uint32Array>, column: Column, words: number): void {
  const soFar = new Uint32Array(words);
  let next = 0;
  for (const [stamp, n] of column) {
    for (; column[next]?.[0] === stamp; next++) soFar[column[next]![1] >>> 5]! |= 1 << (column[next]![1] & 31);
    const row = rows.get(n);
    if (row) for (let word = 0; word < words; word++) row[word]! &= soFar[word]!;
  }
}

/** Whether a row of bits contains another one than the `n`th of `count`. */
function hasOther(row: Uint32Array, n: number, count: number): boolean {
  const beyond = count % 32 === 0 ? 0 : -1 << (count % 32);
  return row.some((bits, word) => {
    const ours = word === n >>> 5 ? 1 << (n & 31) : 0;
    return (bits & ~ours & ~(word === row.length - 1 ? beyond : 0)) !== 0;
  });
}

/**
 * Of the values of a field that is ordered by stamp, those that must survive the cut by stamp, because they name
 * something that the stamps alone do not show.
 */
export const lastingOdd = <E extends Edit<unknown>>(edits: readonly E[]): E[] => lasting(edits.filter(isOdd));

/** Whether stamps alone determine which value of a list is shown. True unless a clock was wrong by more than a day. */
export const isOrdered = (edits: readonly Edit<unknown>[]): boolean => !edits.some(isOdd);

/**
 * A value that nothing outside its cycle overrides. `circle` are the values that override each other in a cycle,
 * including this one.
 */
export interface CausalHead<E> {
  edit: E;
  circle: E[];
}

/**
 * The values that no other value overrides, with their cycles, in the given order. Undefined if there are too many to
 * compute, more than people make: then the narrowest of all is shown.
 */
export function heads<E extends Edit<unknown>>(edits: readonly E[]): CausalHead<E>[] | undefined {
  if (edits.length > mostNamed) return undefined;
  const epochs = edits.map(({ at }) => epochOf(at));
  const wins = edits.map((edit, m) => {
    const sight = sightOf(edit);
    return edits.flatMap(({ at }, n) => (n !== m && (sight.get(epochs[n]!) ?? '') >= at ? [n] : []));
  });
  const reached = new Map<number, Set<number>>();
  const reachOf = (n: number): Set<number> => {
    const known = reached.get(n) ?? reach(wins, n);
    reached.set(n, known);
    return known;
  };
  return edits.flatMap((edit, n) => {
    const isBeaten = wins.some((won, m) => won.includes(n) && !reachOf(n).has(m));
    return isBeaten ? [] : [{ edit, circle: edits.filter((_, m) => reachOf(n).has(m) && reachOf(m).has(n)) }];
  });
}

/** The values that one overrides, transitively, and itself. */
function reach(wins: readonly (readonly number[])[], from: number): Set<number> {
  const found = new Set([from]);
  for (const n of found) for (const next of wins[n]!) found.add(next);
  return found;
}

/**
 * The stamps that a new edit names in `saw` in addition to `over`, sorted: with them it overrides all of `edits` that
 * its stamp alone would not; with `all`, every value must be named. Of more than 256 epochs, which only a forged list
 * has, those that no edit names come first: repeating the edit then covers the others, too.
 */
export function sightFor(edits: readonly Edit<unknown>[], { at, over, all }: Naming): Stamp[] {
  const named = edits.filter((edit) => isStamp(edit.at) && (all || edit.at >= at || isOdd(edit)));
  const vector = vectorOf([...named.flatMap(namesOf), ...named.map((edit) => edit.at)]);
  const stamps = [...vector.values()].filter((stamp) => stamp !== over).sort(compareText);
  if (stamps.length <= mostNamed) return stamps;
  const seen = vectorOf(edits.flatMap(namesOf));
  const isOpen = (stamp: Stamp): boolean => !covers(seen, stamp);
  stamps.sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || compareText(a, b));
  return stamps.slice(0, mostNamed).sort(compareText);
}

/** The new edit whose `saw` is computed. */
export interface Naming {
  at: Stamp;
  over: Stamp | undefined;
  all: boolean;
}
