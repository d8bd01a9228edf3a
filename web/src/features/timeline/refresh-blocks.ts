/**
 * Updates the blocks of a timeline after a change: unchanged blocks are reused, visible ones are loaded before the
 * swap, so that nothing on the screen turns blank.
 */
import type { Segment } from '../../lib/api.js';
import { type Block, makeBlocks } from './layout-blocks.js';
import { fetchRuns } from './tile-loader.js';

/**
 * Creates the new blocks. `seen` are the old ones on the screen or next to it; with `atTop`, new photos at the top of
 * the page would be visible. @throws ApiError after a failed request; then nothing should be swapped.
 */
export async function refill(
  q: string,
  old: readonly Block[],
  segments: readonly Segment[],
  stale: ReadonlySet<string> | 'all',
  seen: readonly Block[],
  atTop: boolean,
  signal: AbortSignal,
): Promise<Block[]> {
  const fresh = makeBlocks(segments);
  const before = new Map(old.map((block) => [block.key, block]));
  for (const block of fresh) {
    const same = before.get(block.key);
    if (same?.first === block.first && same.last === block.last) takeOver(block, same, stale);
  }
  const needed = fresh.filter(
    (block, i) => !block.tiles && ((atTop && i < 2) || seen.some((one) => meets(block, one))),
  );
  await fetchRuns(q, needed, signal);
  return fresh;
}

/** True if a new block may show photos of an old one: an added or removed photo moves the others by one position. */
function meets(block: Block, seen: Block): boolean {
  return block.segment.month === seen.segment.month && Math.abs(block.ordinal - seen.ordinal) <= 1;
}

function takeOver(block: Block, same: Block, stale: ReadonlySet<string> | 'all'): void {
  block.height = same.height;
  block.known = same.known;
  if (stale === 'all' || block.segment.month === '' || stale.has(block.segment.month)) {
    block.known = false;
    return;
  }
  block.tiles = same.tiles;
  block.lines = same.lines;
}
