/** The map's view and areas in addresses and searches. Pure. */
import { type Box, closest, latOf, lonOf, type View, xOf, yOf } from './mercator.js';

const number = /^-?\d{1,3}(?:\.\d+)?$/;

/** `39.1103,-108.3508,7.5`: latitude, longitude, zoom. */
export const viewText = ({ x, y, zoom }: View): string =>
  `${latOf(y).toFixed(5)},${lonOf(x).toFixed(5)},${Number(zoom.toFixed(2))}`;

/** Parses a view; undefined if the text is invalid. */
export function readView(text: string | null): View | undefined {
  const parts = (text ?? '').split(',');
  if (parts.length !== 3 || !parts.every((part) => number.test(part))) return undefined;
  const [lat, lon, zoom] = parts.map(Number) as [number, number, number];
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180 || zoom < 0 || zoom > closest) return undefined;
  return { x: xOf(lon), y: yOf(lat), zoom };
}

/** The view of a position, close enough to recognise streets. */
export const spotView = (lat: number, lon: number, zoom = 11): string => `${lat.toFixed(5)},${lon.toFixed(5)},${zoom}`;

const outwards = 1e-5;

/** The search for photos taken in an area: five decimals (a metre), rounded outwards. */
export function boxTerm({ south, west, north, east }: Box): string {
  const down = (degrees: number, least: number): string =>
    trim(Math.max(least, Math.floor((degrees - outwards) * 1e5) / 1e5));
  const up = (degrees: number, most: number): string =>
    trim(Math.min(most, Math.ceil((degrees + outwards) * 1e5) / 1e5));
  return `box:${down(south, -90)},${down(west, -180)},${up(north, 90)},${up(east, 180)}`;
}

const trim = (degrees: number): string => String(Number(degrees.toFixed(5)));

/** The area in the format of `GET /api/map`. */
export const boxText = ({ south, west, north, east }: Box): string =>
  [south, west, north, east].map((degrees) => degrees.toFixed(5)).join();

/** A search combined with a further term. */
export const both = (q: string, term: string): string => (q.trim() === '' ? term : `${q.trim()} ${term}`);
