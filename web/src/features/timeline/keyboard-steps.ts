/** Keyboard navigation from a photo of the timeline. */
import type { Album } from './timeline-state.svelte.js';
import { type Spot, spotOf } from './scroll-anchor.js';
import { blockAt, type Cell, type Line, lineBottom } from './layout-blocks.js';
import { neighbourOf } from './find-photo.js';

/** The id of the photo that `key` moves to; undefined for other keys. */
export function step(album: Album, id: string, key: string): Promise<string | undefined> | undefined {
  const spot = spotOf(album, id);
  if (!spot) return undefined;
  switch (key) {
    case 'ArrowRight':
      return neighbourOf(album, spot, 1).then((tile) => tile?.id);
    case 'ArrowLeft':
      return neighbourOf(album, spot, -1).then((tile) => tile?.id);
    case 'ArrowDown':
      return stepLine(album, spot, id, 1);
    case 'ArrowUp':
      return stepLine(album, spot, id, -1);
    case 'Home':
      return stepEnd(album, 0);
    case 'End':
      return stepEnd(album, album.blocks.length - 1);
    case 'PageDown':
      return stepScreen(album, spot, id, 1);
    case 'PageUp':
      return stepScreen(album, spot, id, -1);
    default:
      return undefined;
  }
}

async function stepLine(album: Album, { block }: Spot, id: string, by: 1 | -1): Promise<string | undefined> {
  const lines = block.lines ?? [];
  const index = lines.findIndex((line) => cellOf(line, id));
  const from = lines[index] && cellOf(lines[index], id);
  if (!from) return undefined;
  let line = lines[index + by];
  if (!line) {
    const next = album.blocks[album.blocks.indexOf(block) + by];
    if (!next) return undefined;
    await album.ensure(next);
    line = by > 0 ? next.lines?.[0] : next.lines?.at(-1);
  }
  return line && nearest(line, from.left + from.width / 2).tile.id;
}

/** Goes as far as the rows that are visible at once; beyond the ends, to the first or the last row. */
async function stepScreen(album: Album, { block }: Spot, id: string, by: 1 | -1): Promise<string | undefined> {
  const line = block.lines?.find((candidate) => cellOf(candidate, id));
  const from = line && cellOf(line, id);
  if (!from) return undefined;
  const { scroll, measure } = album;
  const y = block.top + line.top + by * Math.max(measure.target, scroll.view - measure.top - measure.target);
  const there = album.blocks[blockAt(album.blocks, y)]!;
  await album.ensure(there);
  const lines = there.lines ?? [];
  const reached = lines.find((candidate) => lineBottom(there, candidate, measure) > y) ?? lines.at(-1);
  return reached && nearest(reached, from.left + from.width / 2).tile.id;
}

async function stepEnd(album: Album, index: number): Promise<string | undefined> {
  const block = album.blocks[index];
  if (!block) return undefined;
  await album.ensure(block);
  return (index === 0 ? block.tiles?.[0] : block.tiles?.at(-1))?.id;
}

const cellOf = (line: Line, id: string): Cell | undefined => line.cells.find((cell) => cell.tile.id === id);

const nearest = (line: Line, x: number): Cell =>
  line.cells.reduce((best, cell) => (distance(cell, x) < distance(best, x) ? cell : best));

const distance = (cell: Cell, x: number): number => Math.abs(cell.left + cell.width / 2 - x);
