/** Finds photos in a partly loaded timeline, and loads the missing parts. */
import type { Tile } from '../../lib/api.js';
import type { Spot } from './scroll-anchor.js';
import type { Block } from './layout-blocks.js';

/** Blocks, and a way to load their photos. */
export interface Source {
  readonly blocks: readonly Block[];
  /** Resolves when the photos of a block are loaded, or failed to load. */
  ensure(block: Block): Promise<void>;
}

/** The photo `by` steps from another one. Undefined at the ends. */
export async function neighbourOf(source: Source, { block, index }: Spot, by: 1 | -1): Promise<Tile | undefined> {
  const here = block.tiles?.[index + by];
  if (here) return here;
  const next = source.blocks[source.blocks.indexOf(block) + by];
  if (!next) return undefined;
  await source.ensure(next);
  return by > 0 ? next.tiles?.[0] : next.tiles?.at(-1);
}

/** A photo near another one, and how many steps it is away: negative before it. */
export interface Nearby {
  steps: number;
  tile: Tile;
}

/**
 * The loaded photos within `reach` steps of another one, in order, and the blocks among them that are not loaded. Looks
 * at no other blocks, so that it costs the same in a library of any size.
 */
export function nearbyOf(
  { blocks }: Source,
  { block, index }: Spot,
  reach: number,
): { near: Nearby[]; missing: Block[] } {
  const near: Nearby[] = [];
  const missing: Block[] = [];
  const start = blocks.indexOf(block);
  // The number of steps from the photo to the first one of a block.
  let first = -index;
  let n = start;
  while (n > 0 && first > -reach) first -= blocks[--n]!.segment.count;
  for (; n >= 0 && n < blocks.length && first <= reach; n++) {
    const { tiles, segment } = blocks[n]!;
    if (!tiles) missing.push(blocks[n]!);
    const [from, to] = [Math.max(0, -reach - first), Math.min(segment.count, reach - first + 1)];
    for (let at = from; tiles && at < Math.min(to, tiles.length); at++)
      near.push({ steps: first + at, tile: tiles[at]! });
    first += segment.count;
  }
  return { near, missing };
}

/** The photo at a position, from 1; loads its block. Undefined beyond the end, or if it could not be loaded. */
export async function photoAt(source: Source, position: number): Promise<Tile | undefined> {
  let before = 0;
  for (const block of source.blocks) {
    if (position > before + block.segment.count) before += block.segment.count;
    else {
      await source.ensure(block);
      return block.tiles?.[position - before - 1];
    }
  }
  return undefined;
}

/** The position of a photo in its timeline, from 1. */
export function positionOf({ blocks }: Pick<Source, 'blocks'>, { block, index }: Spot): number {
  let before = index + 1;
  for (const one of blocks) {
    if (one === block) break;
    before += one.segment.count;
  }
  return before;
}

/**
 * Finds a photo with a known time by a binary search over the blocks of its month; in an order by hand by looking at
 * all of them.
 */
export async function findPhoto(source: Source, id: string, taken: string): Promise<Spot | undefined> {
  if (source.blocks[0]?.segment.month === '') return findAnywhere(source, id);
  const monthAt = (n: number): string => source.blocks.at(n)?.segment.month ?? '';
  const isOldestFirst = monthAt(0) < monthAt(-1);
  const blocks = source.blocks.filter((block) => block.segment.month === taken.slice(0, 7));
  let low = 0;
  let high = blocks.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const block = blocks[middle]!;
    await source.ensure(block);
    const tiles = block.tiles ?? [];
    const index = tiles.findIndex((tile) => tile.id === id);
    if (index >= 0) return { block, index };
    const last = tiles.at(-1)?.taken;
    // A photo beyond the last one of this block is in a later block.
    const isLater = last !== undefined && (isOldestFirst ? last < taken : last > taken);
    if (isLater || (last === taken && middle < high)) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

async function findAnywhere(source: Source, id: string): Promise<Spot | undefined> {
  for (const block of source.blocks) {
    await source.ensure(block);
    const index = block.tiles?.findIndex((tile) => tile.id === id) ?? -1;
    if (index >= 0) return { block, index };
  }
  return undefined;
}
