/**
 * The geometry of the timeline: blocks of photos one below the other. A block has the height of its rows, or an
 * estimated height while its photos are not loaded. Pure; pixels; y = 0 is the top of the page.
 */
import type { Segment, Tile } from '../../lib/api.js';
import { dayOf } from '../../lib/dates.js';
import { boundRatio, edges, justify, type Row, type Shape } from './justified-rows.js';
import type { Measure } from './row-height.js';

/** A photo in a row; `left` is measured from the left edge of the timeline, including its margin. */
export interface Cell {
  tile: Tile;
  left: number;
  width: number;
  /** Which one it is, from 1, of consecutive photos of the same minute: their names would be equal otherwise. */
  nth: number;
}

/** The name of a day above its first photo. */
export interface DayLabel {
  day: string;
  left: number;
  width: number;
}

/** A row; `top` is measured from the top of its block, and includes the `label` above its photos. */
export interface Line {
  key: string;
  top: number;
  /** The height of the photos. */
  height: number;
  labels: DayLabel[];
  cells: Cell[];
}

/** The photos of a month, or a part of them; or a part of the photos in an order by hand. */
export interface Block {
  key: string;
  segment: Segment;
  /** Whether it is the first and the last block of its month; and its index there. */
  first: boolean;
  last: boolean;
  ordinal: number;
  /** Its index in the timeline. */
  index: number;
  tiles: Tile[] | undefined;
  lines: Line[] | undefined;
  /** True if it was laid out for the present sizes; otherwise the height is estimated. */
  known: boolean;
  height: number;
  top: number;
}

/** The blocks of a timeline, without positions. */
export function makeBlocks(segments: readonly Segment[]): Block[] {
  let ordinal = 0;
  return segments.map((segment, i) => {
    // Photos in an order by hand have no month, and no heading.
    const byHand = segment.month === '';
    const first = !byHand && segments[i - 1]?.month !== segment.month;
    ordinal = first || i === 0 ? 0 : ordinal + 1;
    return {
      key: `${segment.month} ${segment.cursor} ${segment.count} ${segment.ratio.toFixed(3)}`,
      segment,
      first,
      last: segments[i + 1]?.month !== segment.month,
      ordinal,
      index: i,
      tiles: undefined,
      lines: undefined,
      known: false,
      height: 0,
      top: 0,
    };
  });
}

/** Lays out a block with loaded tiles. `pins` are ids of photos at which a row must begin. */
export function layOut(block: Block, tiles: Tile[], measure: Measure, pins?: ReadonlySet<string>): void {
  const dated = block.segment.month !== '';
  const shapes = tiles.map((tile, i): Shape => {
    const before = tiles[i - 1];
    const begins = before ? dated && dayOf(before.taken) !== dayOf(tile.taken) : block.first;
    return { ratio: boundRatio(tile.width, tile.height), begins };
  });
  const breaks = pins && new Set(tiles.flatMap((tile, i) => (pins.has(tile.id) ? [i] : [])));
  const space = { ...measure, open: block.last, ...(breaks && { breaks }) };
  const nths = numberMinutes(tiles);
  let top = 0;
  block.lines = justify(shapes, space).map((row) => {
    const line = makeLine(tiles, shapes, row, { ...space, dated, nths }, top);
    top += (line.labels.length > 0 ? measure.label : 0) + row.height + measure.gap;
    return line;
  });
  block.tiles = tiles;
  block.height = top;
  block.known = true;
}

/** Numbers the consecutive photos of each minute, from 1: their names would be equal otherwise. */
export function numberMinutes(tiles: readonly Pick<Tile, 'taken'>[]): number[] {
  let n = 0;
  return tiles.map(({ taken }, i) => (n = tiles[i - 1]?.taken.slice(0, 16) === taken.slice(0, 16) ? n + 1 : 1));
}

/** A row; a label extends to the next one, or to the end of the row. */
function makeLine(
  tiles: readonly Tile[],
  shapes: readonly Shape[],
  row: Row,
  space: Parameters<typeof edges>[2] & Pick<Measure, 'margin'> & { dated: boolean; nths: readonly number[] },
  top: number,
): Line {
  const labels: DayLabel[] = [];
  const end = space.margin + space.width;
  const cells = edges(shapes, row, space).map((edge, i): Cell => {
    const tile = tiles[row.from + i]!;
    const left = space.margin + edge.left;
    if (space.dated && (shapes[row.from + i]!.begins || row.from + i === 0)) {
      const before = labels.at(-1);
      if (before) before.width = left - space.apart - before.left;
      labels.push({ day: dayOf(tile.taken), left, width: end - left });
    }
    return { tile, left, width: edge.right - edge.left, nth: space.nths[row.from + i]! };
  });
  return { key: cells[0]!.tile.id, top, height: row.height, labels, cells };
}

/** The estimated height of unloaded photos, by the sum of their aspect ratios. */
export interface Guess {
  /** Pixels of height per 1 of summed width / height. */
  perRatio: number;
}

/** A first estimate; later it is computed from loaded blocks. */
export const firstGuess = ({ width, target, gap }: Measure): Guess => ({ perRatio: ((target + gap) * target) / width });

/** The estimate from loaded blocks; undefined while there are too few. */
export function learn(blocks: readonly Block[]): Guess | undefined {
  let height = 0;
  let ratio = 0;
  for (const block of blocks) {
    if (!block.known || block.segment.count < 20) continue;
    height += block.height;
    ratio += block.segment.ratio;
  }
  return ratio === 0 ? undefined : { perRatio: height / ratio };
}

/** Positions all blocks one below the other, and returns the total height. */
export function place(blocks: readonly Block[], measure: Measure, guess: Guess): number {
  let y = measure.top + (measure.lead ?? 0);
  for (const block of blocks) {
    if (!block.known) {
      const row = measure.target + measure.gap;
      const guessed = Math.round(block.segment.ratio * guess.perRatio);
      // With few rows, the last one is as high as the others, and the first one has the label of its day.
      const few = guessed < row * 6;
      block.height = few ? Math.ceil(guessed / row - 0.2) * row + (block.first ? measure.label : 0) : guessed;
      block.height = Math.max(block.first ? row + measure.label : 0, block.height);
    }
    if (block.first) y += measure.head;
    block.top = y;
    y += block.height;
  }
  return y + measure.gap * 2;
}

/** The index of the block at `y`: the last that begins at or above it. */
export function blockAt(blocks: readonly Block[], y: number): number {
  let low = 0;
  let high = blocks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (blocks[middle]!.top <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The blocks between `from` and `to`. */
export function blocksBetween(blocks: readonly Block[], from: number, to: number): Block[] {
  const found: Block[] = [];
  for (let i = blockAt(blocks, from); i < blocks.length && blocks[i]!.top < to; i++) found.push(blocks[i]!);
  return found;
}

/** The day of the first photo of a row. */
export const dayOfLine = (line: Line): string => dayOf(line.cells[0]!.tile.taken);

/** The bottom of a row on the page. */
export const lineBottom = (block: Block, line: Line, { label }: Measure): number =>
  block.top + line.top + (line.labels.length > 0 ? label : 0) + line.height;
