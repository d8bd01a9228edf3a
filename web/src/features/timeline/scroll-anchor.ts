/**
 * The anchor of the scroll position: determined before the geometry changes and located again after it, so that the
 * view stays in place. Pure; `at` is the timeline's y at the top of the window, px.
 */
import type { Place } from '../../lib/route.svelte.js';
import { type Block, blockAt, blocksBetween, type Line, lineBottom } from './layout-blocks.js';
import type { Measure } from './row-height.js';

/** Blocks with positions for the given sizes. */
export interface Ground {
  readonly blocks: readonly Block[];
  readonly measure: Measure;
}

/** The location of a photo in the timeline. */
export interface Spot {
  block: Block;
  index: number;
}

/** A photo, or a fraction of a block whose photos are not loaded, with its distance below the top of the window, px. */
export interface Anchor {
  id: string | undefined;
  /** The distance of the photo. */
  below: number;
  block: Block;
  /** 0 to 1, of the block's height. */
  share: number;
  /** The distance of this fraction. */
  shareBelow: number;
}

/** True if a photo is in a row. */
export const holds = (line: Line, id: string): boolean => line.cells.some((cell) => cell.tile.id === id);

/** The row at `y`, or the next one below; undefined if nothing is loaded there. */
export function lineAt({ blocks, measure }: Ground, y: number): { block: Block; line: Line } | undefined {
  for (let i = blockAt(blocks, y); i < blocks.length; i++) {
    const block = blocks[i]!;
    if (!block.lines) return undefined;
    const line = block.lines.find((candidate) => lineBottom(block, candidate, measure) > y);
    if (line) return { block, line };
  }
  return undefined;
}

/** The location of a loaded photo. */
export function spotOf({ blocks }: Ground, id: string): Spot | undefined {
  for (const block of blocks) {
    const index = block.tiles?.findIndex((tile) => tile.id === id) ?? -1;
    if (index >= 0) return { block, index };
  }
  return undefined;
}

/** The block and row of a loaded photo. */
export function lineOf(ground: Ground, id: string): { block: Block; line: Line } | undefined {
  const block = spotOf(ground, id)?.block;
  const line = block?.lines?.find((candidate) => holds(candidate, id));
  return block && line && { block, line };
}

/**
 * Determines the anchor at the top of the screen, below the header. In a block that is not loaded and whose heading is
 * out of view nothing can be anchored: then the next heading on the screen, `view` px high, is.
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

/** The scroll position at which an anchor is where it was. */
export function returnTo(ground: Ground, { id, below, block, share, shareBelow }: Anchor): number | undefined {
  const found = id === undefined ? undefined : lineOf(ground, id);
  if (found) return found.block.top + found.line.top - below;
  const { blocks } = ground;
  const same = blocks.includes(block) ? block : blocks.find(({ segment }) => segment.month <= block.segment.month);
  return same && same.top + Math.min(1, Math.max(0, share)) * same.height - shareBelow;
}

/** The first photos of the visible rows, and of the row after them. */
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

/** The first visible photo, in the form stored in a history entry. */
export function placeAt(ground: Ground, at: number): Place | undefined {
  const found = lineAt(ground, at + ground.measure.top);
  if (!found) return undefined;
  const { id, taken } = found.line.cells[0]!.tile;
  return { id, taken, below: found.block.top + found.line.top - at };
}
