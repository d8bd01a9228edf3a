/** The part of the timeline that is in the document: the visible rows and a margin. Pure. */
import type { Album } from './timeline-state.svelte.js';
import { videosIn } from './count-videos.js';
import { type Block, blocksBetween, type Line, lineBottom } from './layout-blocks.js';

/** A row with its positions on the page: its labels, and its photos. */
export interface PlacedLine {
  line: Line;
  top: number;
  photos: number;
}

/** The part of a month that is in the document. Positions on the page, in px. */
export interface MonthSlice {
  name: string;
  count: number;
  /** How many of them are videos; undefined until all are loaded. */
  videos: number | undefined;
  /** The position of the heading, if it is near the screen. */
  head: number | undefined;
  lines: PlacedLine[];
  /** The placeholders of photos that are not loaded. */
  ghosts: { key: string; top: number; height: number }[];
}

/** All months in the document. */
export interface Slice {
  months: MonthSlice[];
  /** The ids of the photos in it. */
  ids: ReadonlySet<string>;
  /** The first visible photo. */
  first: string | undefined;
}

/** The visible part with `over` screens above and below; also keeps the row of the photo `kept`, for its focus. */
export function cutOut(album: Album, over: number, kept: string | undefined): Slice {
  const { scroll, measure, blocks } = album;
  const from = scroll.at - scroll.view * over;
  const to = scroll.at + scroll.view * (1 + over);
  const months: MonthSlice[] = [];
  const ids = new Set<string>();
  let first: string | undefined;
  for (const block of blocksBetween(blocks, from - measure.head, to + measure.head)) {
    let month = months.at(-1);
    if (month?.name !== block.segment.month) months.push((month = startMonth(blocks, block)));
    if (block.first) month.head = block.top - measure.head + scroll.shift;
    if (!block.lines) {
      month.ghosts.push({ key: block.key, top: block.top + scroll.shift, height: block.height - measure.gap });
      continue;
    }
    for (const line of block.lines) {
      const top = block.top + line.top;
      const bottom = lineBottom(block, line, measure);
      if (bottom < from && !holds(line, kept)) continue;
      if (top > to && !holds(line, kept)) continue;
      const label = line.labels.length > 0 ? measure.label : 0;
      month.lines.push({ line, top: top + scroll.shift, photos: top + label + scroll.shift });
      for (const cell of line.cells) ids.add(cell.tile.id);
      if (top >= scroll.at) first ??= line.key;
    }
  }
  return { months, ids, first: first ?? months[0]?.lines[0]?.line.key };
}

const holds = (line: Line, id: string | undefined): boolean =>
  id !== undefined && line.cells.some((cell) => cell.tile.id === id);

function startMonth(blocks: readonly Block[], { segment: { month } }: Block): MonthSlice {
  let count = 0;
  let videos: number | undefined = 0;
  for (const { segment, tiles } of blocks) {
    if (segment.month !== month) continue;
    count += segment.count;
    videos = tiles && videos !== undefined ? videos + videosIn(tiles) : undefined;
  }
  return { name: month, count, videos, head: undefined, lines: [], ghosts: [] };
}
