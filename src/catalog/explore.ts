/**
 * What a search finds, by place, camera, folder, holder and kind: the most frequent values, each with its newest photo as cover.
 * One pass over the matches for each, or over the parts of them that changed (block-parts.ts). Pure.
 */
import type { FoundParts } from './block-parts.js';
import type { Holder } from '../document/item-id.js';
import type { Columns } from './columns.js';
import { derivedOf } from './derived-values.js';
import type { KindsSeen } from './kinds-seen.js';
import { bit, kindBit, kindValues } from './photo-flags.js';
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

/** The classes of one holder whose kinds the viewer sees alike. */
interface Group {
  holder: Holder | undefined;
  /** By the value of `kinds`: the bits of `kindBit` that the viewer sees. */
  kinds: Uint8Array;
}

/** Beside the values of `kinds`: a video. */
const videoFlag = kindValues;
const combinations = 2 * kindValues;
const videoShift = Math.log2(videoFlag / bit.video);

/** Groups the classes; returns the group of each class by its number, too. */
function groupClasses(
  holderOf: (number: number) => Holder | undefined,
  kinds: KindsSeen,
): { groups: Group[]; groupOf: Uint32Array } {
  const groups: Group[] = [];
  const groupOf = Uint32Array.from(kinds, (table, number) => {
    const holder = holderOf(number);
    const known = groups.findIndex((group) => group.holder === holder && group.kinds === table);
    return known < 0 ? groups.push({ holder, kinds: table }) - 1 : known;
  });
  return { groups, groupOf };
}

/** Tallies the matches by group and by the combination of their kinds, in one pass for holders and kinds. */
function tallyGroups(
  { class: classes, kinds, state }: Columns,
  found: MatchingSlots,
  groupOf: Uint32Array,
  groups: number,
): Tally {
  const { counts, covers } = makeTally(groups * combinations);
  for (let at = 0; at < found.length; at++) {
    const slot = found[at]!;
    const number =
      groupOf[classes[slot]!]! * combinations + (((state[slot]! & bit.video) << videoShift) | kinds[slot]!);
    counts[number]!++;
    covers[number] = slot;
  }
  return { counts, covers };
}

/** A tally of few values: only those that occur, by number. */
interface SparseTally extends Tally {
  numbers: Uint32Array;
}

function sparse({ counts, covers, videos }: Tally): SparseTally {
  const numbers = new Uint32Array(counts.length);
  let length = 0;
  for (let number = 0; number < counts.length; number++) if (counts[number]! > 0) numbers[length++] = number;
  const found = numbers.slice(0, length);
  const pick = (values: Uint32Array): Uint32Array => found.map((number) => values[number]!);
  return { numbers: found, counts: pick(counts), covers: pick(covers), ...(videos && { videos: pick(videos) }) };
}

/** Tallies the matches part by part, and sums up; `name` as in `FoundParts`. */
export function tallyParts(
  { n }: Columns,
  found: FoundParts,
  name: string,
  length: number,
  count: (slots: MatchingSlots) => Tally,
): Tally {
  const all = makeTally(length);
  const videos = new Uint32Array(length);
  const parts = found.counted(name, (slots) => sparse(count(slots)));
  for (const part of parts) {
    for (let k = 0; k < part.numbers.length; k++) {
      const number = part.numbers[k]!;
      const cover = part.covers[k]!;
      if (all.counts[number] === 0 || n[cover]! > n[all.covers[number]!]!) all.covers[number] = cover;
      all.counts[number]! += part.counts[k]!;
      if (part.videos) videos[number]! += part.videos[k]!;
    }
  }
  return parts[0]?.videos ? { ...all, videos } : all;
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
  found: FoundParts,
  seen: { holderOf: (number: number) => Holder | undefined; folders: Uint8Array; kinds: KindsSeen },
  limit: number,
): Explored {
  const { values, n } = columns;
  const { label } = derivedOf(columns);
  const best = (
    kind: 'place' | 'camera' | 'folder',
    count: (slots: MatchingSlots, length: number) => Tally,
  ): ExploredValue[] => {
    const { length } = values[kind].list;
    const tallied = tallyParts(columns, found, kind, length, (slots) => count(slots, length));
    return mostFrequent(tallied, label[kind], n).slice(0, limit);
  };
  const { groups, groupOf } = groupClasses(seen.holderOf, seen.kinds);
  const tallied = tallyParts(columns, found, 'groups', groups.length * combinations, (slots) =>
    tallyGroups(columns, slots, groupOf, groups.length),
  );
  return {
    places: best('place', (slots, length) => tally(slots, columns.place, length)),
    cameras: best('camera', (slots, length) => tally(slots, columns.camera, length)),
    folders: best('folder', (slots) => tallyFolders(columns, slots, seen.folders)),
    ...countGroups(n, tallied, groups, limit),
  };
}

/** Beside the bits of `kindBit`: a video. */
const isVideo = 64;
const kindNames = Object.entries({ ...kindBit, video: isVideo });

/** Sums up holders and kinds; row numbers ascend with time, so the greatest is the newest. */
function countGroups(
  rows: Float64Array,
  { counts, covers }: Tally,
  groups: readonly Group[],
  limit: number,
): Pick<Explored, 'holders' | 'kinds'> {
  const kinds = kindNames.map(([value]) => ({ value, count: 0, n: -Infinity }));
  const holders = new Map<Holder, ExploredValue>();
  counts.forEach((count, number) => {
    if (count === 0) return;
    const { holder, kinds: table } = groups[Math.floor(number / combinations)]!;
    const n = rows[covers[number]!]!;
    const bits = table[number % kindValues]! | ((number & videoFlag) === 0 ? 0 : isVideo);
    kindNames.forEach(([, kind], k) => (bits & kind) !== 0 && add(kinds[k]!, count, n));
    if (holder === undefined) return;
    const one = holders.get(holder) ?? { value: holder, count: 0, n };
    holders.set(holder, one);
    add(one, count, n);
  });
  const best = (values: ExploredValue[]): ExploredValue[] =>
    values
      .filter(({ count }) => count > 0)
      .sort(byCount)
      .slice(0, limit);
  return { holders: best([...holders.values()]), kinds: best(kinds) };
}

function add(to: ExploredValue, count: number, n: number): void {
  to.count += count;
  to.n = Math.max(to.n, n);
}

const byCount = (a: ExploredValue, b: ExploredValue): number => b.count - a.count || (a.value < b.value ? -1 : 1);
