/**
 * Land and borders (Natural Earth, public domain, from the package world-atlas), as paths in the map's square. Coarse
 * at first, finer at a closer zoom; each is loaded once, on demand.
 */
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import coarseUrl from 'world-atlas/countries-110m.json?url';
import fineUrl from 'world-atlas/countries-50m.json?url';
import { edge, xOf, yOf } from './mercator.js';
import type { Land } from './paint-map.js';

type Atlas = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;

/** The zoom from which the corners of the coarse coast would be visible. */
const fineFrom = 3.2;
const asked = new Map<string, Promise<Land>>();

/** The land for a zoom. Rejects on a load error; then the next call retries. */
export function fetchLand(zoom: number): Promise<Land> {
  const url = zoom < fineFrom ? coarseUrl : fineUrl;
  const known = asked.get(url);
  if (known) return known;
  const coming = load(url);
  asked.set(url, coming);
  coming.catch(() => asked.delete(url));
  return coming;
}

async function load(url: string): Promise<Land> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The map answered ${response.status}.`);
  const atlas = (await response.json()) as Atlas;
  const land = new Path2D();
  for (const { geometry } of feature(atlas, atlas.objects.land).features) {
    const polygons =
      geometry.type === 'MultiPolygon'
        ? geometry.coordinates
        : geometry.type === 'Polygon'
          ? [geometry.coordinates]
          : [];
    for (const ring of polygons.flat()) draw(land, ring, true);
  }
  const borders = new Path2D();
  for (const line of mesh(atlas, atlas.objects.countries, (a, b) => a !== b).coordinates) draw(borders, line, false);
  return { land, borders };
}

/**
 * Draws a line. A ring across the date line is drawn completely, on both sides of the square; the one around the pole
 * is cut at the edges of the square in the data already.
 */
function draw(path: Path2D, points: readonly (readonly number[])[], closed: boolean): void {
  const polar = points.some(([, lat = 0]) => Math.abs(lat) > edge);
  let turns = 0;
  let before: number | undefined;
  const line = points.map(([lon = 0, lat = 0]) => {
    if (!polar && before !== undefined && Math.abs(lon - before) > 180) turns += lon < before ? 1 : -1;
    before = lon;
    return [xOf(lon) + turns, yOf(lat)] as const;
  });
  const reach = line.map(([x]) => x);
  const [from, to] = [Math.floor(Math.min(...reach)), Math.ceil(Math.max(...reach)) - 1];
  for (let shift = Math.min(0, -to); shift <= Math.max(0, -from); shift++) {
    line.forEach(([x, y], at) => (at === 0 ? path.moveTo(x + shift, y) : path.lineTo(x + shift, y)));
    if (closed) path.closePath();
  }
}
