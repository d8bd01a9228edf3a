/**
 * The causal order of the values of one field. An edit names the values that it was made in sight of (`over` and `saw`): a
 * version vector, the newest stamp by epoch. An edit that names another one wins over it, whatever the stamps say, because
 * stamps come from clocks, and a clock may be wrong or a stamp forged. Pure; takes any list, forged ones too.
 *
 * What a cut may drop follows from a comparison of two vectors alone. That is a partial order which does not depend on the
 * other values, so cutting after each merge leaves the same values as cutting once at the end, in any order of merges.
 */
import { compareText } from './json.js';
import type { Edit, Stamp } from './photo.js';
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
  const sights = numbered(edits);
  // Only an edit that names something of its epoch can have a value in sight.
  const byEpoch = new Map<number, number[]>();
  sights.forEach(({ epochs }, n) => {
    for (const epoch of epochs) {
      const known = byEpoch.get(epoch);
      if (known) known.push(n);
      else byEpoch.set(epoch, [n]);
    }
  });
  return edits.filter((_, n) => {
    const sight = sights[n]!;
    return !byEpoch.get(sight.own)!.some((m) => m !== n && includes(sights[m]!, sight) && !includes(sight, sights[m]!));
  });
}

/** A vector as numbers, in the order of epochs: a forged list may be long, and each is compared with many. */
interface Numbered {
  /** Its own epoch. */
  own: number;
  epochs: Int32Array;
  /** By epoch the rank of its stamp among all stamps. */
  ranks: Int32Array;
}

function numbered(edits: readonly Edit<unknown>[]): Numbered[] {
  const sights = edits.map(sightOf);
  const number = (texts: Iterable<string>): Map<string, number> =>
    new Map([...new Set(texts)].sort(compareText).map((text, n) => [text, n]));
  const epochs = number(sights.flatMap((sight) => [...sight.keys()]));
  const ranks = number(sights.flatMap((sight) => [...sight.values()]));
  return sights.map((sight, n) => {
    const pairs = [...sight].map(([epoch, stamp]) => [epochs.get(epoch)!, ranks.get(stamp)!] as const);
    pairs.sort((a, b) => a[0] - b[0]);
    return {
      own: epochs.get(epochOf(edits[n]!.at))!,
      epochs: Int32Array.from(pairs, ([epoch]) => epoch),
      ranks: Int32Array.from(pairs, ([, rank]) => rank),
    };
  });
}

/** Whether one vector has all of another. */
function includes(a: Numbered, b: Numbered): boolean {
  let at = 0;
  for (let n = 0; n < b.epochs.length; n++) {
    while (at < a.epochs.length && a.epochs[at]! < b.epochs[n]!) at++;
    if (a.epochs[at] !== b.epochs[n] || a.ranks[at]! < b.ranks[n]!) return false;
  }
  return true;
}

/** Of the values of a field that is shown by stamp, those that must outlast the cut by stamp: they name what it can't tell. */
export const lastingOdd = <E extends Edit<unknown>>(edits: readonly E[]): E[] => lasting(edits.filter(isOdd));

/** Whether the stamps alone tell which value of a list is shown: so it is where no clock was wrong by more than a day. */
export const isOrdered = (edits: readonly Edit<unknown>[]): boolean => !edits.some(isOdd);

/** A value that none outside of its circle wins over; the circle: those that name each other round, it among them. */
export interface Head<E> {
  edit: E;
  circle: E[];
}

/**
 * The values that no other one wins over, with their circles, in the order given. Undefined where there are too many to tell:
 * more than anybody makes, so that the narrowest of all is to be shown.
 */
export function heads<E extends Edit<unknown>>(edits: readonly E[]): Head<E>[] | undefined {
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
 * where each must be named. Of more than 256 epochs, which only a forged list has, the earliest stamps.
 */
export function sightFor(edits: readonly Edit<unknown>[], { at, over, all }: Naming): Stamp[] {
  const named = edits.filter((edit) => isStamp(edit.at) && (all || edit.at >= at || isOdd(edit)));
  const vector = vectorOf([...named.flatMap(namesOf), ...named.map((edit) => edit.at)]);
  return [...vector.values()]
    .filter((stamp) => stamp !== over)
    .sort(compareText)
    .slice(0, mostNamed);
}

/** The new edit that `sightFor` is asked about. */
export interface Naming {
  at: Stamp;
  over: Stamp | undefined;
  all: boolean;
}
