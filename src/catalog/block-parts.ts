/**
 * Caches counts per block of slots: after a write, a viewer's facets and map are counted again only in the blocks that
 * the write changed; the counts of all blocks are then added up. A block is counted again if one of its rows was
 * written or its matches differ, so that an answer equals a count of everything. In memory only: a restart starts
 * empty.
 */
import type { ItemAccess } from '../access/item-access.js';
import { blocksOf, type Columns } from './columns.js';
import { grown, padded } from './growable-array.js';
import type { Sight } from './item-visibility.js';
import type { MatchingSlots } from './search-filter.js';

/** The matches of a search, in parts that are counted one by one. */
export interface FoundParts {
  /**
   * The result of `count` for the matches of each part, which are sorted by row number. `name` identifies `count` and
   * everything that it depends on besides the columns and the viewer.
   */
  counted<T>(name: string, count: (slots: MatchingSlots) => T): readonly T[];
}

/** All matches as one part. */
export const onePart = (found: MatchingSlots): FoundParts => ({ counted: (_, count) => [count(found)] });

/** The cached counts of one viewer. */
interface CachedCounts {
  /** The edition of the columns when the mask was current. */
  edition: number;
  /** A byte per slot: whether it matches. */
  mask: Uint8Array;
  /** By name, and by block. */
  counted: Map<string, unknown[]>;
}

/** The maximum number of viewers and, for each, of names that are cached. A viewer takes a byte per photo. */
const mostViewers = 16;
const mostNames = 16;

/**
 * Opens the cache. Its results are valid until the next call. A viewer's first matches, also after an access decision
 * changed, are counted as a whole: counting in parts takes longer, and may never pay off.
 */
export function openBlockParts(): (columns: Columns, found: MatchingSlots, sight: Sight) => FoundParts {
  const viewers = new Map<string, CachedCounts>();
  let of: { columns: Columns; access: ItemAccess } | undefined;
  let scratch = new Uint8Array(0);

  function cachedFor(columns: Columns, { access, viewer }: Sight): CachedCounts {
    if (of?.columns !== columns || of.access !== access) viewers.clear();
    of = { columns, access };
    const { onlooker, self, actsFor, outside, locked } = viewer;
    const key = JSON.stringify([onlooker, self, actsFor, outside, locked]);
    return latest(viewers, key, mostViewers, () => ({ edition: -1, mask: new Uint8Array(0), counted: new Map() }));
  }

  return (columns, found, sight) => {
    const cached = cachedFor(columns, sight);
    const isFirst = cached.edition < 0;
    scratch = grown(scratch, columns.size);
    const mask = scratch.subarray(0, padded(columns.size)).fill(0);
    for (let at = 0; at < found.length; at++) mask[found[at]!] = 1;
    cached.mask = grown(cached.mask, mask.length);
    const { blockBits } = columns;
    for (let block = 0; block < blocksOf(columns); block++) {
      const [from, to] = [block << blockBits, Math.min((block + 1) << blockBits, mask.length)];
      const isSame = (columns.touched[block] ?? 0) <= cached.edition && isEqual(mask, cached.mask, from, to);
      if (!isSame) for (const parts of cached.counted.values()) parts[block] = undefined;
    }
    cached.mask.set(mask);
    cached.edition = columns.edition;
    if (isFirst) return onePart(found);
    return {
      counted<T>(name: string, count: (slots: MatchingSlots) => T): readonly T[] {
        const parts = latest(cached.counted, name, mostNames, () => []) as (T | undefined)[];
        return Array.from(
          { length: blocksOf(columns) },
          (_, block) => (parts[block] ??= count(slotsOf(columns, mask, block))),
        );
      },
    };
  };
}

/** The value of a key, a new one if there is none, moved to the latest of at most `most`. */
function latest<T>(values: Map<string, T>, key: string, most: number, make: () => T): T {
  const value = values.get(key) ?? make();
  values.delete(key);
  values.set(key, value);
  if (values.size > most) values.delete(values.keys().next().value!);
  return value;
}

const isEqual = (a: Uint8Array, b: Uint8Array, from: number, to: number): boolean =>
  Buffer.compare(a.subarray(from, to), b.subarray(from, to)) === 0;

/** The slots of a block that match, by row number. */
function slotsOf({ n, blockBits }: Columns, mask: Uint8Array, block: number): MatchingSlots {
  const slots = new Uint32Array(1 << blockBits);
  let length = 0;
  let isSorted = true;
  const end = Math.min((block + 1) << blockBits, mask.length);
  for (let slot = block << blockBits; slot < end; slot++) {
    if (mask[slot] === 0) continue;
    if (length > 0 && n[slot]! < n[slots[length - 1]!]!) isSorted = false;
    slots[length++] = slot;
  }
  const matches = slots.subarray(0, length);
  return isSorted ? matches : matches.sort((a, b) => n[a]! - n[b]!);
}
