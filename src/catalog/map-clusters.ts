/**
 * Clusters photos on the map: counts them in the cells of a grid that stays fixed when the map moves, from the columns.
 * At most `mostCells` clusters are returned: cells grow until no more of them are in the area.
 */
import { PhotospoolError } from '../base/errors.js';
import type { FoundParts } from './block-parts.js';
import type { Box, Cluster } from './catalog-answers.js';
import { normal, widthOf as width } from './geo-area.js';
import type { Columns } from './columns.js';
import type { MatchingSlots } from './search-filter.js';

const mostCells = 500;

/** A cluster before its photo is known: `slot` is that of its newest photo. */
export type Spot = Pick<Cluster, 'lat' | 'lon' | 'count' | 'box'> & { slot: number };

/** A part of the grid: `columns` × `rows` cells of `size` degrees, from the cell with the south-west corner. */
interface Grid {
  size: number;
  south: number;
  west: number;
  rows: number;
  columns: number;
}

function gridOf(box: Box, zoom: number): Grid {
  // A tile of a usual web map is 256 pixels and 360 / 2^zoom degrees wide; a quarter of one is a thumb's width.
  for (let size = 360 / 2 ** zoom / 4; ; size *= 2) {
    const south = Math.floor(box.south / size) * size;
    const west = Math.floor(box.west / size) * size;
    const rows = Math.floor((box.north - south) / size) + 1;
    const columns = Math.floor((box.west + width(box) - west) / size) + 1;
    if (rows * columns <= mostCells) return { size, south, west, rows, columns };
  }
}

function check({ south, west, north, east }: Box, zoom: number): void {
  const inRange =
    south >= -90 && north <= 90 && south <= north && [west, east].every((lon) => lon >= -540 && lon <= 540);
  if (inRange && zoom >= 0 && zoom <= 24) return;
  throw new PhotospoolError('invalid', 'This is not a valid area on the map.', {
    op: 'map',
    hint: 'Latitudes are from -90 to 90, south below north; longitudes in degrees; zoom from 0 to 20.',
  });
}

/** The photos in each cell of a grid. */
interface Cells {
  counts: Uint32Array;
  /** The slot of the newest. */
  newest: Uint32Array;
  /** Per cell the sum of latitudes, of degrees from the west, and the minimum and maximum of each. */
  sums: Float64Array;
}

/** The sums of a cell without photos. */
const noSums = [0, 0, Infinity, -Infinity, Infinity, -Infinity];
const sumsOfCell = noSums.length;

function makeCells({ rows, columns }: Grid): Cells {
  const cells = rows * columns;
  const sums = new Float64Array(cells * sumsOfCell);
  for (let at = 0; at < sums.length; at += sumsOfCell) sums.set(noSums, at);
  return { counts: new Uint32Array(cells), newest: new Uint32Array(cells), sums };
}

/** Cells of a part of the matches: only those with photos, by their numbers. */
interface SparseCells extends Cells {
  numbers: Uint32Array;
}

/** Takes the photos out of cells, which are empty afterwards. */
function takeSparse({ counts, newest, sums }: Cells): SparseCells {
  const numbers = Uint32Array.from(counts.keys()).filter((cell) => counts[cell]! > 0);
  const taken = {
    numbers,
    counts: numbers.map((cell) => counts[cell]!),
    newest: numbers.map((cell) => newest[cell]!),
    sums: new Float64Array(numbers.length * sumsOfCell),
  };
  numbers.forEach((cell, k) => {
    taken.sums.set(sums.subarray(cell * sumsOfCell, (cell + 1) * sumsOfCell), k * sumsOfCell);
    counts[cell] = 0;
    sums.set(noSums, cell * sumsOfCell);
  });
  return taken;
}

/** Counts matches in the cells of an area. @throws PhotospoolError `invalid` for an invalid area. */
export function clusterSpots(columns: Columns, found: FoundParts, box: Box, zoom: number): Spot[] {
  check(box, zoom);
  const grid = gridOf(box, zoom);
  const name = `map ${[zoom, box.south, box.west, box.north, box.east].join(' ')}`;
  const part = makeCells(grid);
  const parts = found.counted(name, (slots) => {
    countCells(columns, slots, box, grid, part);
    return takeSparse(part);
  });
  return spotsOf(together(columns, parts, grid), normal(box.west));
}

/** Whether an area is as wide as the world. */
export const isWorld = (box: Box): boolean => width(box) === 360;

function together({ n }: Columns, parts: readonly SparseCells[], grid: Grid): Cells {
  const all = makeCells(grid);
  const { counts, newest, sums } = all;
  for (const part of parts) {
    for (let k = 0; k < part.numbers.length; k++) {
      const cell = part.numbers[k]!;
      const slot = part.newest[k]!;
      if (counts[cell] === 0 || n[slot]! > n[newest[cell]!]!) newest[cell] = slot;
      counts[cell]! += part.counts[k]!;
      const [to, from] = [cell * sumsOfCell, k * sumsOfCell];
      sums[to]! += part.sums[from]!;
      sums[to + 1]! += part.sums[from + 1]!;
      for (const least of [2, 4]) {
        sums[to + least] = Math.min(sums[to + least]!, part.sums[from + least]!);
        sums[to + least + 1] = Math.max(sums[to + least + 1]!, part.sums[from + least + 1]!);
      }
    }
  }
  return all;
}

/** Counts matches in empty cells. */
function countCells(
  { lat, lon }: Columns,
  found: MatchingSlots,
  box: Box,
  grid: Grid,
  { counts, newest, sums }: Cells,
): void {
  const { south, north } = box;
  const [west, across] = [normal(box.west), width(box)];
  const [perDegree, fromSouth, fromWest] = [1 / grid.size, grid.south, box.west - grid.west];
  const [lastRow, lastColumn, inRow] = [grid.rows - 1, grid.columns - 1, grid.columns];
  // Indices instead of an iterator, 32-bit integers for cells, and one array of sums take less than half the time.
  for (let at = 0; at < found.length; at++) {
    const slot = found[at]!;
    const y = lat[slot]!;
    // An unknown position is NaN, for which every comparison is false.
    if (!(y >= south && y <= north)) continue;
    let east = lon[slot]! - west;
    if (east < 0) east += 360;
    if (east > across) continue;
    // Division and multiplication round differently: a position on the edge belongs to the last cell.
    let row = ((y - fromSouth) * perDegree) | 0;
    if (row > lastRow) row = lastRow;
    let column = ((east + fromWest) * perDegree) | 0;
    if (column > lastColumn) column = lastColumn;
    const cell = row * inRow + column;
    counts[cell]!++;
    // Later slots are newer.
    newest[cell] = slot;
    const sum = cell * sumsOfCell;
    sums[sum]! += y;
    sums[sum + 1]! += east;
    if (y < sums[sum + 2]!) sums[sum + 2] = y;
    if (y > sums[sum + 3]!) sums[sum + 3] = y;
    if (east < sums[sum + 4]!) sums[sum + 4] = east;
    if (east > sums[sum + 5]!) sums[sum + 5] = east;
  }
}

/** The spots of the cells with photos; `west` is the western edge of the area. */
function spotsOf({ counts, newest, sums }: Cells, west: number): Spot[] {
  const spots: Spot[] = [];
  counts.forEach((count, cell) => {
    if (count === 0) return;
    const sum = (k: number): number => sums[cell * sumsOfCell + k]!;
    spots.push({
      lat: sum(0) / count,
      lon: normal(west + sum(1) / count),
      count,
      box: { south: sum(2), west: normal(west + sum(4)), north: sum(3), east: normal(west + sum(5)) },
      slot: newest[cell]!,
    });
  });
  return spots;
}
