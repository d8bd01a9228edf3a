/**
 * Clusters photos on the map: counts them in the cells of a grid that stays fixed when the map moves, from the columns.
 * At most `mostCells` clusters are returned: cells grow until no more of them are in the area.
 */
import { PhotospoolError } from '../base/errors.js';
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

/** Counts matches in the cells of an area. @throws PhotospoolError `invalid` for an invalid area. */
export function clusterSpots(columns: Columns, found: MatchingSlots, box: Box, zoom: number): Spot[] {
  check(box, zoom);
  const grid = gridOf(box, zoom);
  const cells = grid.rows * grid.columns;
  const counts = new Uint32Array(cells);
  const lats = new Float64Array(cells);
  const lons = new Float64Array(cells);
  const newest = new Uint32Array(cells);
  const [souths, norths] = [new Float64Array(cells).fill(Infinity), new Float64Array(cells).fill(-Infinity)];
  const [wests, easts] = [new Float64Array(cells).fill(Infinity), new Float64Array(cells).fill(-Infinity)];
  const { lat, lon } = columns;
  const { south, north } = box;
  const [west, across] = [normal(box.west), width(box)];
  const [perDegree, fromSouth, fromWest] = [1 / grid.size, grid.south, box.west - grid.west];
  const [lastRow, lastColumn] = [grid.rows - 1, grid.columns - 1];
  for (const slot of found) {
    const y = lat[slot]!;
    // An unknown position is NaN, for which every comparison is false.
    if (!(y >= south && y <= north)) continue;
    let east = lon[slot]! - west;
    if (east < 0) east += 360;
    if (east > across) continue;
    // Division and multiplication round differently: a position on the edge belongs to the last cell.
    const row = Math.min(lastRow, Math.trunc((y - fromSouth) * perDegree));
    const cell = row * grid.columns + Math.min(lastColumn, Math.trunc((east + fromWest) * perDegree));
    counts[cell]!++;
    lats[cell]! += y;
    lons[cell]! += east;
    if (y < souths[cell]!) souths[cell] = y;
    if (y > norths[cell]!) norths[cell] = y;
    if (east < wests[cell]!) wests[cell] = east;
    if (east > easts[cell]!) easts[cell] = east;
    // Later slots are newer.
    newest[cell] = slot;
  }
  const spots: Spot[] = [];
  for (let cell = 0; cell < cells; cell++) {
    const count = counts[cell]!;
    if (count === 0) continue;
    const [from, to] = [normal(west + wests[cell]!), normal(west + easts[cell]!)];
    spots.push({
      lat: lats[cell]! / count,
      lon: normal(west + lons[cell]! / count),
      count,
      box: { south: souths[cell]!, west: from, north: norths[cell]!, east: to },
      slot: newest[cell]!,
    });
  }
  return spots;
}
