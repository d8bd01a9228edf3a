/**
 * The causal order of the values of one field. An edit names the values that it was made in sight of (`over` and `saw`): a
 * version vector, the newest stamp by epoch. An edit that names another one wins over it, whatever the stamps say, because
 * stamps come from clocks, and a clock may be wrong or a stamp forged. Pure; takes any list, forged ones too.
 *
 * What a cut may drop follows from a comparison of two vectors alone. That is a partial order which does not depend on the
 * other values, so cutting after each merge leaves the same values as cutting once at the end, in any order of merges.
 */
import { compareText } from './json-values.js';
import type { Edit, Stamp } from './photo-document.js';
import { epochOf, isStamp } from './stamp.js';

/** The newest stamp by epoch. */
type Vector = ReadonlyMap<string, Stamp>;

/** How many other values an edit names at most. Nobody has so many servers; a forged list may be longer. */
export const mostNamed = 256;

/** Joins stamps into a vector. What is no stamp is passed over. */
function vectorOf(stamps: Iterable<unknown>): Map<string, Stamp> {
  const vector = new Map<string, Stamp>();
  for (const stamp of stamps) {
    if (!isStamp(stamp)) continue;
    const epoch = epochOf(stamp);
    if (stamp > (vector.get(epoch) ?? '')) vector.set(epoch, stamp);
  }
  return vector;
}

/** The stamps that an edit names. */
function namesOf({ over, saw }: Edit<unknown>): unknown[] {
  return [over, ...(Array.isArray(saw) ? (saw as unknown[]) : [])];
}

/** What an edit names, and itself: within one epoch each edit was made in sight of the earlier ones. */
const sightOf = (edit: Edit<unknown>): Vector => vectorOf([...namesOf(edit), edit.at]);

const covers = (sight: Vector, at: Stamp): boolean => (sight.get(epochOf(at)) ?? '') >= at;

/** Whether an edit names more than the one value that it replaced, or one with a greater stamp: its stamp alone does not place it. */
const isOdd = ({ at, over, saw }: Edit<unknown>): boolean =>
  (isStamp(over) && over > at) || (Array.isArray(saw) && saw.some(isStamp));

/** The values without those that another one has wholly in sight, in the order given. All must have stamps. */
export function lasting<E extends Edit<unknown>>(edits: readonly E[]): E[] {
  if (edits.length < 2) return [...edits];
  const sights = edits.map(sightOf);
  // Equal vectors have each other in sight, and drop none.
  const names = sights.map((sight) => [...sight.values()].sort(compareText).join());
  const distinct = [...new Map(names.map((name, n) => [name, sights[n]!]))];
  const dropped = covered(distinct.map(([, sight]) => sight));
  const gone = new Set(distinct.filter((_, n) => dropped[n]).map(([name]) => name));
  return edits.filter((_, n) => !gone.has(names[n]!));
}

/** How many vectors are compared at once: their rows of bits take 2.5 MB where there are 20,000. */
const atOnce = 1_024;

/** The stamps of one epoch, newest first, each with the number of the vector that has it. */
type Column = [stamp: Stamp, vector: number][];

/**
 * Which of several vectors, no two of them equal, another one has all of. A forged list may have ten thousand, none of which has
 * another in sight; so vectors are not compared in pairs: for each epoch, from its newest stamp on, a row of bits tells
 * which vectors come so far, and the rows of all epochs of a vector have those in common that come as far as it does.
 */
function covered(vectors: readonly Vector[]): boolean[] {
  const columns = columnsOf(vectors);
  const found = vectors.map(() => true);
  // What comes farther than all others in any epoch is in nobody's sight.
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

/** Takes from each vector's row those that do not come as far as it does in one epoch. */
function narrow(rows: ReadonlyMap<number, Uint32Array>, column: Column, words: number): void {
  const soFar = new Uint32Array(words);
  let next = 0;
  for (const [stamp, n] of column) {
    for (; column[next]?.[0] === stamp; next++) soFar[column[next]![1] >>> 5]! |= 1 << (column[next]![1] & 31);
    const row = rows.get(n);
    if (row) for (let word = 0; word < words; word++) row[word]! &= soFar[word]!;
  }
}

/** Whether a row of bits has another one than the `n`th of `count`. */
function hasOther(row: Uint32Array, n: number, count: number): boolean {
  const beyond = count % 32 === 0 ? 0 : -1 << (count % 32);
  return row.some((bits, word) => {
    const ours = word === n >>> 5 ? 1 << (n & 31) : 0;
    return (bits & ~ours & ~(word === row.length - 1 ? beyond : 0)) !== 0;
  });
}

/** Of the values of a field that is shown by stamp, those that must outlast the cut by stamp: they name what it can't tell. */
export const lastingOdd = <E extends Edit<unknown>>(edits: readonly E[]): E[] => lasting(edits.filter(isOdd));

/** Whether the stamps alone tell which value of a list is shown: so it is where no clock was wrong by more than a day. */
export const isOrdered = (edits: readonly Edit<unknown>[]): boolean => !edits.some(isOdd);

/** A value that none outside of its circle wins over; the circle: those that name each other round, it among them. */
export interface CausalHead<E> {
  edit: E;
  circle: E[];
}

/**
 * The values that no other one wins over, with their circles, in the order given. Undefined where there are too many to tell:
 * more than anybody makes, so that the narrowest of all is to be shown.
 */
export function heads<E extends Edit<unknown>>(edits: readonly E[]): CausalHead<E>[] | undefined {
  if (edits.length > mostNamed) return undefined;
  const sights = edits.map(sightOf);
  const wins = edits.map((_, m) => edits.flatMap(({ at }, n) => (n !== m && covers(sights[m]!, at) ? [n] : [])));
  const reached = edits.map((_, n) => reach(wins, n));
  return edits.flatMap((edit, n) => {
    const isBeaten = wins.some((won, m) => won.includes(n) && !reached[n]!.has(m));
    return isBeaten ? [] : [{ edit, circle: edits.filter((_, m) => reached[n]!.has(m) && reached[m]!.has(n)) }];
  });
}

/** Which values one wins over, also by way of others, and itself. */
function reach(wins: readonly (readonly number[])[], from: number): Set<number> {
  const found = new Set([from]);
  for (const n of found) for (const next of wins[n]!) found.add(next);
  return found;
}

/**
 * What a new edit names in `saw` beside `over`, sorted: with it all of `edits` that its stamp alone would not win over; `all`
 * where each must be named. Of more than 256 epochs, which only a forged list has, first those that no edit names: who says
 * the same again then has the others in sight, too.
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

/** The new edit that `sightFor` is asked about. */
export interface Naming {
  at: Stamp;
  over: Stamp | undefined;
  all: boolean;
}
