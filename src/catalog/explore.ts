/**
 * What a search finds, by place, camera, folder, holder and kind: the most frequent values, each with its newest photo as cover.
 * One pass over the matches for each. Pure.
 */
import type { Holder } from '../document/item-id.js';
import type { Columns } from './columns.js';
import { derivedOf } from './derived-values.js';
import type { KindsSeen } from './kinds-seen.js';
import { bit, kindBit } from './photo-flags.js';
import type { MatchingSlots } from './search-filter.js';

/** A value, its number of photos, and the row number of its cover; of albums also how many of them are videos. */
export interface ExploredValue {
  value: string;
  count: number;
  n: number;
  videos?: number;
}

/** The most frequent values of each kind. */
export interface Explored {
  places: ExploredValue[];
  cameras: ExploredValue[];
  folders: ExploredValue[];
  holders: ExploredValue[];
  /** Names of `kindBit`, and `video`. */
  kinds: ExploredValue[];
}

/** Counts per number of a value, and the newest slot of each; of albums also the videos among them. */
export interface Tally {
  counts: Uint32Array;
  covers: Uint32Array;
  videos?: Uint32Array;
}

/** An empty tally of values below `length`. */
export const makeTally = (length: number): Tally => ({
  counts: new Uint32Array(length),
  covers: new Uint32Array(length),
});

// One short loop for each kind of value, without a branch, takes half the time of one loop for all: the newest match
// comes last, and overwrites the cover.

/** Tallies the matches by the numbers of a column. */
export function tally(found: MatchingSlots, column: Uint32Array, length: number): Tally {
  const { counts, covers } = makeTally(length);
  for (let at = 0; at < found.length; at++) {
    const slot = found[at]!;
    const number = column[slot]!;
    counts[number]!++;
    covers[number] = slot;
  }
  return { counts, covers };
}

/** Tallies the folders of matches; `shown` has 1 for each class (by its number) whose folders the viewer sees. */
function tallyFolders({ folder, class: classes, values }: Columns, found: MatchingSlots, shown: Uint8Array): Tally {
  const { counts, covers } = makeTally(values.folder.list.length);
  for (let at = 0; at < found.length; at++) {
    const slot = found[at]!;
    const number = folder[slot]! * shown[classes[slot]!]!;
    counts[number]!++;
    covers[number] = slot;
  }
  return { counts, covers };
}

/** Tallies the combinations of kinds that the viewer sees. */
function tallyKinds({ class: classes, kinds, state }: Columns, found: MatchingSlots, seen: KindsSeen): Tally {
  const { counts, covers } = makeTally(isVideo << 1);
  for (let at = 0; at < found.length; at++) {
    const slot = found[at]!;
    const number = seen[classes[slot]!]![kinds[slot]!]! | (Number((state[slot]! & bit.video) !== 0) * isVideo);
    counts[number]!++;
    covers[number] = slot;
  }
  return { counts, covers };
}

/** The values of a tally, the most frequent first; 0 is “none”. */
export function mostFrequent(
  { counts, covers, videos }: Tally,
  label: (number: number) => string,
  n: Float64Array,
): ExploredValue[] {
  const found: ExploredValue[] = [];
  counts.forEach((count, number) => {
    if (count === 0 || number === 0) return;
    found.push({ value: label(number), count, n: n[covers[number]!]!, ...(videos && { videos: videos[number]! }) });
  });
  return found.sort(byCount);
}

/**
 * Explores the matches of a search: at most `limit` values of each kind. By the number of a class: `holderOf` the holder,
 * `folders` 1 if the viewer sees folders, `kinds` the kinds that it sees.
 */
export function exploreFound(
  columns: Columns,
  found: MatchingSlots,
  seen: { holderOf: (number: number) => Holder | undefined; folders: Uint8Array; kinds: KindsSeen },
  limit: number,
): Explored {
  const { place, camera, class: classes, values, n, access } = columns;
  const { label } = derivedOf(columns);
  const best = (tallied: Tally, labelOf: (number: number) => string): ExploredValue[] =>
    mostFrequent(tallied, labelOf, n).slice(0, limit);
  return {
    places: best(tally(found, place, values.place.list.length), label.place),
    cameras: best(tally(found, camera, values.camera.list.length), label.camera),
    folders: best(tallyFolders(columns, found, seen.folders), label.folder),
    holders: byHolder(tally(found, classes, access.classes.length), seen.holderOf, n).slice(0, limit),
    kinds: byKind(tallyKinds(columns, found, seen.kinds), n).slice(0, limit),
  };
}

/** Beside the bits of `kindBit`: a video. */
const isVideo = 64;
const kindNames = Object.entries({ ...kindBit, video: isVideo });

/** Sums up the combinations of kinds; row numbers ascend with time, so the greatest is the newest. */
function byKind({ counts, covers }: Tally, n: Float64Array): ExploredValue[] {
  const found = kindNames.map(([value, kind]) => {
    const one: ExploredValue = { value, count: 0, n: -Infinity };
    counts.forEach((count, kinds) => {
      if (count === 0 || (kinds & kind) === 0) return;
      one.count += count;
      one.n = Math.max(one.n, n[covers[kinds]!]!);
    });
    return one;
  });
  return found.filter(({ count }) => count > 0).sort(byCount);
}

const byCount = (a: ExploredValue, b: ExploredValue): number => b.count - a.count || (a.value < b.value ? -1 : 1);

/** Sums up the classes of each holder; row numbers ascend with time, so the greatest is the newest. */
function byHolder(
  { counts, covers }: Tally,
  holderOf: (number: number) => Holder | undefined,
  n: Float64Array,
): ExploredValue[] {
  const holders = new Map<Holder, ExploredValue>();
  counts.forEach((count, number) => {
    const value = holderOf(number);
    if (count === 0 || value === undefined) return;
    const row = n[covers[number]!]!;
    const before = holders.get(value);
    holders.set(value, { value, count: count + (before?.count ?? 0), n: Math.max(row, before?.n ?? row) });
  });
  return [...holders.values()].sort(byCount);
}
