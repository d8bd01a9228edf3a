/** Areas for `box:` and `near:`, and which photos are inside. Pure. A photo without a position is in no area. */
import type { Box } from './catalog-answers.js';
import type { Columns } from './columns.js';
import { invalid } from './search-errors.js';

/** A box, optionally limited to a circle of `km` around a position. */
export interface Area {
  box: Box;
  circle?: { lat: number; lon: number; km: number };
}

/** Kilometres in a degree of latitude, and the earth's mean radius (IUGG). */
const perDegree = 111.195;
const radius = 6371.009;
/** The default radius: positions are only accurate to some metres. */
const usualKm = 1;
const mostKm = 5_000;

const decimal = '(-?\\d{1,3}(?:\\.\\d{1,10})?)';
const boxForm = new RegExp(`^${decimal},${decimal},${decimal},${decimal}$`);
const nearForm = new RegExp(`^${decimal},${decimal}(?:,(\\d{1,6}(?:\\.\\d{1,6})?)(km|m)?)?$`, 'i');

/** Parses `box:south,west,north,east`. @throws PhotospoolError `invalid`. */
export function parseBox(raw: string, value: string): Area {
  const hint = 'Use south, west, north and east in degrees: box:39.0,-108.6,39.2,-108.3.';
  const [south, west, north, east] = numbersIn(boxForm, value);
  const whole = south !== undefined && west !== undefined && north !== undefined && east !== undefined;
  if (!whole || !isLatitude(south) || !isLatitude(north) || south > north || !isLongitude(west) || !isLongitude(east))
    throw invalid(raw, 'is not a valid area on the map.', hint);
  return { box: { south, west, north, east } };
}

/** Parses `near:lat,lon` or `near:lat,lon,5km`. @throws PhotospoolError `invalid`. */
export function parseNear(raw: string, value: string): Area {
  const hint = 'Use a latitude, a longitude and a distance: near:39.11,-108.35,5km. The default distance is 1km.';
  const unit = nearForm.exec(value)?.[4]?.toLowerCase();
  const [lat, lon, distance = usualKm] = numbersIn(nearForm, value);
  const km = unit === 'm' ? distance / 1000 : distance;
  if (lat === undefined || lon === undefined || !isLatitude(lat) || !isLongitude(lon) || km <= 0 || km > mostKm)
    throw invalid(raw, 'is not a valid place on the map.', hint);
  return { box: around(lat, lon, km), circle: { lat, lon, km } };
}

const isLatitude = (degrees: number): boolean => Math.abs(degrees) <= 90;
const isLongitude = (degrees: number): boolean => Math.abs(degrees) <= 180;

const numbersIn = (form: RegExp, value: string): number[] =>
  (form.exec(value.replaceAll(/\s/g, '')) ?? [])
    .slice(1, 5)
    .filter((part) => /\d/.test(part))
    .map(Number);

/** The smallest box around a circle; across a pole it spans all longitudes. */
function around(lat: number, lon: number, km: number): Box {
  const high = km / perDegree;
  const [south, north] = [Math.max(-90, lat - high), Math.min(90, lat + high)];
  const farthest = Math.max(Math.abs(south), Math.abs(north));
  const wide = farthest >= 89.9 ? 180 : high / Math.cos(farthest * radians);
  return wide >= 180
    ? { south, north, west: -180, east: 180 }
    : { south, north, west: normal(lon - wide), east: normal(lon + wide) };
}

const radians = Math.PI / 180;

/** Degrees from west to east, across the date line if needed: 0 to 360. */
export const widthOf = ({ west, east }: Box): number => (east < west ? east - west + 360 : Math.min(360, east - west));

/** A longitude from -180 up to 180. */
export const normal = (lon: number): number => ((((lon + 180) % 360) + 360) % 360) - 180;

/** Keeps the slots inside the area, or outside it. Columns have 32 bits, so edges are compared with that precision. */
export function keepArea({ lat, lon, size }: Columns, area: Area, negated: boolean, kept: Uint8Array): void {
  const { box, circle } = area;
  const [south, north, west] = [Math.fround(box.south), Math.fround(box.north), Math.fround(box.west)];
  const across = widthOf({ ...box, west, east: Math.fround(box.east) });
  const flip = negated ? 1 : 0;
  for (let slot = 0; slot < size; slot++) {
    if (kept[slot] === 0) continue;
    const y = lat[slot]!;
    let inside = 0;
    if (y >= south && y <= north) {
      let east = lon[slot]! - west;
      if (east < 0) east += 360;
      if (east <= across && (!circle || distance(circle.lat, circle.lon, y, lon[slot]!) <= circle.km)) inside = 1;
    }
    kept[slot] = inside ^ flip;
  }
}

/** Kilometres between two positions on a sphere (haversine). */
export function distance(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const high = Math.sin(((lat2 - lat1) * radians) / 2);
  const wide = Math.sin(((lon2 - lon1) * radians) / 2);
  const chord = high * high + Math.cos(lat1 * radians) * Math.cos(lat2 * radians) * wide * wide;
  return 2 * radius * Math.asin(Math.min(1, Math.sqrt(chord)));
}
