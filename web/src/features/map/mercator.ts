/**
 * The mathematics of the map. Pure. The world is a square of Web Mercator (EPSG:3857), 1 wide and 1 high; x continues
 * across the date line. At zoom z it is 256 × 2^z CSS pixels wide, as on other maps.
 */

/** An area in degrees, in the server's format; `west` may be greater than `east` across the date line. */
export interface Box {
  south: number;
  west: number;
  north: number;
  east: number;
}

/** A position, degrees. */
export interface Position {
  lat: number;
  lon: number;
}

/** The view of the map: its centre and zoom. */
export interface View {
  x: number;
  y: number;
  zoom: number;
}

/** The size of the visible map, CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

/** The latitude of the edge of the square. */
export const edge = 85.0511287798;
/** The maximum zoom: a street fills the window, which is also the precision of phones. */
export const closest = 18;

const tile = 256;
const radians = Math.PI / 180;

/** The width of the world, px. */
export const worldOf = (zoom: number): number => tile * 2 ** zoom;
/** The x of a longitude in the square. */
export const xOf = (lon: number): number => (lon + 180) / 360;
/** The y of a latitude in the square. */
export const yOf = (lat: number): number => {
  const sine = Math.sin(Math.min(edge, Math.max(-edge, lat)) * radians);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
};
/** The longitude of an x, from -180 up to 180. */
export const lonOf = (x: number): number => (x - Math.floor(x)) * 360 - 180;
/** The latitude of a y. */
export const latOf = (y: number): number => (2 * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - Math.PI / 2) / radians;

/** The minimum zoom: the world fills the window, and nothing beyond its edges is visible. */
export const furthest = ({ width, height }: Size): number => Math.log2(Math.max(width, height, tile) / tile);

/** A view within its limits: zoom between minimum and maximum, and no edge inside the window. */
export function bound(view: View, size: Size): View {
  const zoom = Math.min(closest, Math.max(furthest(size), view.zoom));
  const half = size.height / worldOf(zoom) / 2;
  const y = half >= 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, view.y));
  return { x: view.x - Math.floor(view.x), y, zoom };
}

/** A view moved by a number of px. */
export function pan(view: View, dx: number, dy: number): View {
  const world = worldOf(view.zoom);
  return { ...view, x: view.x - dx / world, y: view.y - dy / world };
}

/** A view at another zoom in which the point `px`, `py` (from the centre) keeps its position; within its limits. */
export function zoomTo(view: View, zoom: number, px: number, py: number, size: Size): View {
  const to = Math.min(closest, Math.max(furthest(size), zoom));
  const shrink = 1 / worldOf(view.zoom) - 1 / worldOf(to);
  return bound({ x: view.x + px * shrink, y: view.y + py * shrink, zoom: to }, size);
}

/** The position in the window, px from its centre; of its copies around the world the nearest. */
export function spotOf(view: View, lat: number, lon: number): { x: number; y: number } {
  const world = worldOf(view.zoom);
  const around = xOf(lon) - view.x;
  return { x: (around - Math.round(around)) * world, y: (yOf(lat) - view.y) * world };
}

/** The position of a point in the window, px from its centre. */
export function positionAt(view: View, x: number, y: number): Position {
  const world = worldOf(view.zoom);
  return { lat: latOf(view.y + y / world), lon: lonOf(view.x + x / world) };
}

/** The area in the window, extended by `margin` (a share of it). */
export function boxOf(view: View, { width, height }: Size, margin = 0): Box {
  const world = worldOf(view.zoom);
  const [half, high] = [((width / world) * (1 + 2 * margin)) / 2, ((height / world) * (1 + 2 * margin)) / 2];
  const [south, north] = [latOf(Math.min(1, view.y + high)), latOf(Math.max(0, view.y - high))];
  if (half >= 0.5) return { south, west: -180, north, east: 180 };
  return { south, west: lonOf(view.x - half), north, east: lonOf(view.x + half) };
}

/** The view that shows an area with a margin. */
export function fit(box: Box, size: Size, room = 64): View {
  const [top, bottom] = [yOf(box.north), yOf(box.south)];
  const wide = xOf(box.east) - xOf(box.west) + (box.east < box.west ? 1 : 0);
  const inside = { width: Math.max(64, size.width - 2 * room), height: Math.max(64, size.height - 2 * room) };
  const scale = Math.min(inside.width / (wide * tile || 1e-9), inside.height / ((bottom - top) * tile || 1e-9));
  return bound({ x: xOf(box.west) + wide / 2, y: (top + bottom) / 2, zoom: Math.log2(scale) }, size);
}

/** The smallest area around some others, across the date line if it is smaller that way; undefined for none. */
export function around(boxes: readonly Box[]): Box | undefined {
  if (boxes.length === 0) return undefined;
  const south = Math.min(...boxes.map((box) => box.south));
  const north = Math.max(...boxes.map((box) => box.north));
  // The widest gap of the circle without any of them.
  const spans = boxes
    .map(({ west, east }) => ({ from: west, to: east < west ? east + 360 : east }))
    .sort((a, b) => a.from - b.from);
  let reach = spans[0]!.to;
  let gap = { width: -1, after: 0, before: 0 };
  for (const { from, to } of [...spans.slice(1), { from: spans[0]!.from + 360, to: spans[0]!.to + 360 }]) {
    if (from - reach > gap.width) gap = { width: from - reach, after: reach, before: from };
    reach = Math.max(reach, to);
  }
  if (gap.width <= 0) return { south, west: -180, north, east: 180 };
  return { south, west: lonOf(xOf(gap.before)), north, east: lonOf(xOf(gap.after)) };
}

/** The area between two corners, px from the centre. */
export function boxBetween(view: View, a: { x: number; y: number }, b: { x: number; y: number }): Box {
  const world = worldOf(view.zoom);
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)].map((x) => lonOf(view.x + x / world));
  const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)].map((y) => latOf(view.y + y / world));
  return { south: bottom!, west: left!, north: top!, east: right! };
}

/** Kilometres per pixel at the centre of the view (the equator is 40,075 km long). */
export const kilometresOf = (view: View): number => (40_075 * Math.cos(latOf(view.y) * radians)) / worldOf(view.zoom);
