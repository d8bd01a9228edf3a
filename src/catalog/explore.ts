/**
 * The matches of a search by place, camera, folder, holder and kind: the most frequent values, each with its newest
 * photo as cover. One pass over the matches for each, or over the parts of them that changed (block-parts.ts). Pure.
 */
import type { FoundParts } from './block-parts.js';
import type { Holder } from '../document/item-id.js';
import type { Columns } from './columns.js';
import { derivedOf } from './derived-values.js';
import type { KindsSeen } from './kinds-seen.js';
import { bit, kindBit, kindValues } from './photo-flags.js';
import type { MatchingSlots } from './search-filter.js';

/** A value, its number of photos, and the row number of its cover; for albums also the number of videos among them. */
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

/** Counts per number of a value, and the newest slot of each; for albums also the videos among them. */
export interface Tally {
  counts: Uint32Array;
  covers: Uint32Array;
  videos?: Uint32Array;
}

/** An empty tally of values below `length`. */
const makeTally = (length: number): Required<Tally> => ({
  counts: new Uint32Array(length),
  covers: new Uint32Array(length),
  videos: new Uint32Array(length),
});

/** Adds matches to an empty tally. */
export type TallyMatches = (found: MatchingSlots, into: Required<Tally>) => void;

// One short loop for each kind of value, without a branch, takes half the time of one loop for all: the newest match
// comes last, and overwrites the cover.

/** Tallies matches by the numbers of a column. */
export function tally(column: Uint32Array, found: MatchingSlots, { counts, covers }: Tally): void {
  for (let at = 0; at < found.length; at++) {
    const slot = found[at]!;
    const number = column[slot]!;
    counts[number]!++;
    covers[number] = slot;
  }
}

/** Tallies the folders of matches; `shown` has 1 for each class (by its number) whose folders the viewer sees. */
function tallyFolders(
  { folder, class: classes }: Columns,
  shown: Uint8Array,
  found: MatchingSlots,
  { counts, covers }: Tally,
): void {
  for (let at = 0; at < found.length; at++) {
    const slot = found[at]!;
    const number = folder[slot]! * shown[classes[slot]!]!;
    counts[number]!++;
    covers[number] = slot;
  }
}

/** The classes of one holder whose kinds look the same to the viewer. */
interface Group {
  holder: Holder | undefined;
  /** By the value of `kinds`: the bits of `kindBit` that the viewer sees. */
  kinds: Uint8Array;
}

/** In addition to the values of `kinds`: a video. */
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
  groupOf: Uint32Array,
  found: MatchingSlots,
  { counts, covers }: Tally,
): void {
  for (let at = 0; at < found.length; at++) {
    const slot = found[at]!;
    const number =
      groupOf[classes[slot]!]! * combinations + (((state[slot]! & bit.video) << videoShift) | kinds[slot]!);
    counts[number]!++;
    covers[number] = slot;
  }
}

/** A tally of few values: only those with matches, by number. */
interface SparseTally extends Tally {
  numbers: Uint32Array;
}

/** Moves the values with matches out of a tally, which is empty afterwards. */
function takeSparse({ counts, covers, videos }: Required<Tally>, hasVideos: boolean): SparseTally {
  let length = 0;
  for (let number = 0; number < counts.length; number++) length += Number(counts[number]! > 0);
  const found = new Uint32Array(length);
  for (let number = 0, k = 0; k < length; number++) if (counts[number]! > 0) found[k++] = number;
  const take = (values: Uint32Array): Uint32Array => {
    const taken = found.map((number) => values[number]!);
    for (let k = 0; k < length; k++) values[found[k]!] = 0;
    return taken;
  };
  return { numbers: found, counts: take(counts), covers: take(covers), ...(hasVideos && { videos: take(videos) }) };
}

/**
 * Tallies matches part by part, and sums up; `name` as in `FoundParts`. All parts share one tally, to spare the garbage
 * collector.
 */
export function tallyParts(
  { n }: Columns,
  found: FoundParts,
  name: string,
  { length, hasVideos = false }: { length: number; hasVideos?: boolean },
  count: TallyMatches,
): Tally {
  const [all, part] = [makeTally(length), makeTally(length)];
  const parts = found.counted(name, (slots) => {
    count(slots, part);
    return takeSparse(part, hasVideos);
  });
  return sumUp(n, parts, all, hasVideos);
}

function sumUp(n: Float64Array, parts: readonly SparseTally[], all: Required<Tally>, hasVideos: boolean): Tally {
  for (const part of parts) {
    for (let k = 0; k < part.numbers.length; k++) {
      const number = part.numbers[k]!;
      const cover = part.covers[k]!;
      if (all.counts[number] === 0 || n[cover]! > n[all.covers[number]!]!) all.covers[number] = cover;
      all.counts[number]! += part.counts[k]!;
      if (part.videos) all.videos[number]! += part.videos[k]!;
    }
  }
  const { counts, covers, videos } = all;
  return { counts, covers, ...(hasVideos && { videos }) };
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
 * Explores the matches of a search: at most `limit` values of each kind. By the number of a class: `holderOf` the
 * holder, `folders` 1 if the viewer sees folders, `kinds` the kinds visible to the viewer.
 */
export function exploreFound(
  columns: Columns,
  found: FoundParts,
  seen: { holderOf: (number: number) => Holder | undefined; folders: Uint8Array; kinds: KindsSeen },
  limit: number,
): Explored {
  const { values, n } = columns;
  const { label } = derivedOf(columns);
  const best = (kind: 'place' | 'camera' | 'folder', count: TallyMatches): ExploredValue[] => {
    const tallied = tallyParts(columns, found, kind, { length: values[kind].list.length }, count);
    return mostFrequent(tallied, label[kind], n).slice(0, limit);
  };
  const { groups, groupOf } = groupClasses(seen.holderOf, seen.kinds);
  const length = groups.length * combinations;
  const tallied = tallyParts(columns, found, 'groups', { length }, (slots, into) =>
    tallyGroups(columns, groupOf, slots, into),
  );
  return {
    places: best('place', (slots, into) => tally(columns.place, slots, into)),
    cameras: best('camera', (slots, into) => tally(columns.camera, slots, into)),
    folders: best('folder', (slots, into) => tallyFolders(columns, seen.folders, slots, into)),
    ...countGroups(n, tallied, groups, limit),
  };
}

/** In addition to the bits of `kindBit`: a video. */
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
