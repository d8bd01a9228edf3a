/**
 * What a search finds, by place, camera, folder, holder and kind: the most frequent values, each with its newest photo as cover.
 * One pass over the matches, whatever the search. Pure.
 */
import type { Holder } from '../document/item-id.js';
import type { Columns } from './columns.js';
import { derivedOf } from './derived-values.js';
import type { KindsSeen } from './kinds-seen.js';
import { bit, kindBit } from './photo-flags.js';
import type { MatchingSlots } from './search-filter.js';

/** A value, its number of photos, and the row number of its cover. */
export interface ExploredValue {
  value: string;
  count: number;
  n: number;
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

/** Counts per number of a value, and the newest slot of each. */
interface Tally {
  counts: Uint32Array;
  covers: Uint32Array;
}

const makeTally = (length: number): Tally => ({ counts: new Uint32Array(length), covers: new Uint32Array(length) });

function take({ counts, covers }: Tally, number: number, slot: number): void {
  if (counts[number]!++ === 0) covers[number] = slot;
}

/** The values of a tally, the most frequent first; 0 is “none”. */
function most({ counts, covers }: Tally, label: (number: number) => string, n: Float64Array): ExploredValue[] {
  const found: ExploredValue[] = [];
  counts.forEach((count, number) => {
    if (count > 0 && number > 0) found.push({ value: label(number), count, n: n[covers[number]!]! });
  });
  return found.sort(byCount);
}

/**
 * Explores the matches of a search: at most `limit` values of each kind. By the number of a class: `holderOf` the holder,
 * `hasFolders` whether the viewer sees folders, `kinds` the kinds that it sees.
 */
export function exploreFound(
  columns: Columns,
  found: MatchingSlots,
  {
    holderOf,
    hasFolders,
    kinds: seen,
  }: {
    holderOf: (number: number) => Holder | undefined;
    hasFolders: (number: number) => boolean;
    kinds: KindsSeen;
  },
  limit: number,
): Explored {
  const { place, camera, folder, class: classes, kinds, state, values, n } = columns;
  const tallies = {
    places: makeTally(values.place.list.length),
    cameras: makeTally(values.camera.list.length),
    folders: makeTally(values.folder.list.length),
    classes: makeTally(columns.access.classes.length),
    kinds: makeTally(isVideo << 1),
  };
  for (let at = found.length - 1; at >= 0; at--) {
    const slot = found[at]!;
    take(tallies.places, place[slot]!, slot);
    take(tallies.cameras, camera[slot]!, slot);
    if (hasFolders(classes[slot]!)) take(tallies.folders, folder[slot]!, slot);
    take(tallies.classes, classes[slot]!, slot);
    const video = (state[slot]! & bit.video) === 0 ? 0 : isVideo;
    take(tallies.kinds, seen[classes[slot]!]![kinds[slot]!]! | video, slot);
  }
  const { label } = derivedOf(columns);
  return {
    places: most(tallies.places, label.place, n).slice(0, limit),
    cameras: most(tallies.cameras, label.camera, n).slice(0, limit),
    folders: most(tallies.folders, label.folder, n).slice(0, limit),
    holders: byHolder(tallies.classes, holderOf, n).slice(0, limit),
    kinds: byKind(tallies.kinds, n).slice(0, limit),
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
