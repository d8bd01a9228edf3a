/** The photos of a range of the timeline, loaded or not. */
import { fetchTiles, type Tile } from '../../lib/api.js';
import { dayOf } from '../../lib/dates.js';
import type { Spot } from '../timeline/scroll-anchor.js';
import type { Block } from '../timeline/layout-blocks.js';

/** The required parts of a timeline. */
export interface Ground {
  readonly q: string;
  readonly blocks: readonly Block[];
}

/** The maximum number that the server returns per request. */
const atOnce = 5000;

/** The photos of consecutive blocks. Loads missing ones. @throws ApiError */
export async function tilesOf({ q }: Ground, blocks: readonly Block[]): Promise<Tile[]> {
  if (blocks.every((block) => block.tiles)) return blocks.flatMap((block) => block.tiles ?? []);
  const found: Tile[] = [];
  for (let at = 0; at < blocks.length;) {
    const { cursor } = blocks[at]!.segment;
    let count = 0;
    for (; at < blocks.length && (count === 0 || count + blocks[at]!.segment.count <= atOnce); at++)
      count += blocks[at]!.segment.count;
    found.push(...(await fetchTiles(q, { count, cursor })));
  }
  return found;
}

/** The photos between two others, including both, in either direction. */
export async function tilesBetween(ground: Ground, one: Spot, other: Spot): Promise<Tile[]> {
  const [a, b] = [ground.blocks.indexOf(one.block), ground.blocks.indexOf(other.block)];
  const [first, last] = a < b || (a === b && one.index <= other.index) ? [one, other] : [other, one];
  const blocks = ground.blocks.slice(Math.min(a, b), Math.max(a, b) + 1);
  const tiles = await tilesOf(ground, blocks);
  const after = last.block.segment.count - last.index - 1;
  return tiles.slice(first.index, tiles.length - after);
}

/** The photos under one heading, named by its first month. */
export const tilesOfMonth = (ground: Ground, month: string): Promise<Tile[]> =>
  tilesOf(
    ground,
    ground.blocks.filter(({ segment }) => segment.month === month),
  );

/** The photos of a day under a heading. */
export const tilesOfDay = async (ground: Ground, month: string, day: string): Promise<Tile[]> =>
  (await tilesOfMonth(ground, month)).filter(({ taken }) => dayOf(taken) === day);
