/**
 * The anchor of the scroll position: determined before the geometry changes and located again after it, so that the
 * view stays in place. Pure; `at` is the timeline's y at the top of the window, px.
 */
import type { Place } from '../../lib/route.svelte.js';
import { type Block, blockAt, blocksBetween, type Line, lineBottom } from './layout-blocks.js';
import type { Measure } from './row-height.js';

/** Blocks as they are placed for a measure. */
export interface Ground {
  readonly blocks: readonly Block[];
  readonly measure: Measure;
}

/** Where a photo is in the timeline. */
export interface Spot {
  block: Block;
  index: number;
}

/** A photo, or a share of a block whose photos are not loaded, and how far below the window's top each is, px. */
export interface Anchor {
  id: string | undefined;
  /** Where the photo is. */
  below: number;
  block: Block;
  /** 0 to 1, of the block's height. */
  share: number;
  /** Where that share of the block is. */
  shareBelow: number;
}

/** True where a photo is in a line. */
export const holds = (line: Line, id: string): boolean => line.cells.some((cell) => cell.tile.id === id);

/** The line at `y`, or the first one below; undefined where nothing is loaded there. */
export function lineAt({ blocks, measure }: Ground, y: number): { block: Block; line: Line } | undefined {
  for (let i = blockAt(blocks, y); i < blocks.length; i++) {
    const block = blocks[i]!;
    if (!block.lines) return undefined;
    const line = block.lines.find((candidate) => lineBottom(block, candidate, measure) > y);
    if (line) return { block, line };
  }
  return undefined;
}

/** Where a loaded photo is. */
export function spotOf({ blocks }: Ground, id: string): Spot | undefined {
  for (const block of blocks) {
    const index = block.tiles?.findIndex((tile) => tile.id === id) ?? -1;
    if (index >= 0) return { block, index };
  }
  return undefined;
}

/** The block and line of a loaded photo. */
export function lineOf(ground: Ground, id: string): { block: Block; line: Line } | undefined {
  const block = spotOf(ground, id)?.block;
  const line = block?.lines?.find((candidate) => holds(candidate, id));
  return block && line && { block, line };
}

/**
 * Takes hold of what is at the top of the screen, below the bar. Of a block that is not loaded and whose head is out of sight
 * nothing can stay in its place: the head that follows it on the screen, `view` px high, stays then.
 */
export function findAnchor(ground: Ground, at: number, view: number): Anchor | undefined {
  const { blocks, measure } = ground;
  const y = at + measure.top;
  const found = lineAt(ground, y);
  const index = blockAt(blocks, y);
  const block = found?.block ?? blocks[index];
  if (!block) return undefined;
  const after = blocks[index + 1];
  if (!found && after && block.top < y && after.top - measure.head < at + view)
    return { id: undefined, below: 0, block: after, share: 0, shareBelow: after.top - at };
  const top = found ? block.top + found.line.top : block.top;
  const share = block.height === 0 ? 0 : (y - block.top) / block.height;
  return { id: found?.line.key, below: top - at, block, share, shareBelow: measure.top };
}

/** Where the top of the window must be for an anchor to be where it was. */
export function returnTo(ground: Ground, { id, below, block, share, shareBelow }: Anchor): number | undefined {
  const found = id === undefined ? undefined : lineOf(ground, id);
  if (found) return found.block.top + found.line.top - below;
  const { blocks } = ground;
  const same = blocks.includes(block) ? block : blocks.find(({ segment }) => segment.month <= block.segment.month);
  return same && same.top + Math.min(1, Math.max(0, share)) * same.height - shareBelow;
}

/** The photos at which the rows on the screen begin, and the rows right after them. */
export function rowsOnScreen({ blocks, measure }: Ground, at: number, view: number): Set<string> {
  const starts = new Set<string>();
  for (const block of blocksBetween(blocks, at, at + view)) {
    block.lines?.forEach((line, i) => {
      if (lineBottom(block, line, measure) <= at || block.top + line.top >= at + view) return;
      starts.add(line.key);
      const after = block.lines?.[i + 1];
      if (after) starts.add(after.key);
    });
  }
  return starts;
}

/** What is seen first on the screen, as it is kept with a history entry. */
export function placeAt(ground: Ground, at: number): Place | undefined {
  const found = lineAt(ground, at + ground.measure.top);
  if (!found) return undefined;
  const { id, taken } = found.line.cells[0]!.tile;
  return { id, taken, below: found.block.top + found.line.top - at };
}
