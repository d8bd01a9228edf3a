/** Names of countries and towns on the map: loaded for the visible area, and placed so that none covers another. */
import type { Gazetteer } from '../../../../src/api/answer-types.js';
import { addressed, ask } from '../../lib/api.js';
import { locale } from '../../lib/language.js';
import { boxOf, type Size, spotOf, type View } from './mercator.js';
import { overlap, type Rectangle } from './rectangles.js';

/** A name at a position in degrees; the more important, the earlier in a list. */
export interface Label {
  name: string;
  lat: number;
  lon: number;
  kind: 'country' | 'city' | 'town';
}

/** A label in the window, px from its centre. */
export interface PlacedLabel extends Label {
  x: number;
  y: number;
}

/** Towns are shown from this zoom, countries up to the other one. */
const townsFrom = 3.5;
const countriesTo = 6;
/** The number of inhabitants from which a town is a city. */
const city = 300_000;
/** The number of towns that are requested. */
const most = 60;

/** A country, with the zoom from which it is named: further out, islands would have names and their mainland no space. */
type CountryLabel = Label & { from: number };
let countries: Promise<CountryLabel[]> | undefined;

/** The labels of a view, the most important first. Never rejects: the map works without them. */
export async function fetchLabels(view: View, size: Size): Promise<Label[]> {
  const lists: Promise<Label[]>[] = [];
  if (view.zoom < countriesTo)
    lists.push((countries ??= fetchCountries()).then((all) => all.filter(({ from }) => from <= view.zoom)));
  if (view.zoom >= townsFrom) lists.push(fetchTowns(view, size));
  return (await Promise.all(lists)).flat();
}

async function fetchCountries(): Promise<CountryLabel[]> {
  const names = new Intl.DisplayNames(locale, { type: 'region', fallback: 'none' });
  const found = await request({});
  if (!found) countries = undefined;
  return (found?.countries ?? []).flatMap(({ country, lat, lon, towns }) => {
    const name = names.of(country);
    return name === undefined ? [] : [{ name, lat, lon, kind: 'country' as const, from: Math.log2(2000 / towns) / 2 }];
  });
}

async function fetchTowns(view: View, size: Size): Promise<Label[]> {
  const { south, west, north, east } = boxOf(view, size, 0.1);
  const box = [south, west, north, east].map((degrees) => degrees.toFixed(3)).join(',');
  const found = await request({ box, limit: most });
  return (found?.towns ?? []).map(({ name, lat, lon, population }) => ({
    ...{ name, lat, lon },
    kind: population >= city ? 'city' : 'town',
  }));
}

const request = (query: Record<string, string | number>): Promise<Gazetteer | undefined> =>
  ask<Gazetteer>(addressed('/api/gazetteer', query)).catch(() => undefined);

/** The space of a label, px: its height, and of a town how far its middle is above the position, which has a dot. */
export const line = { high: 16, above: 11 } as const;
/** The space between labels, px. */
const apart = 6;

/**
 * Places labels in the window: those that would cover an earlier one, or something in `taken`, are left out. `widthOf`:
 * px. Pure.
 */
export function placeLabels(
  labels: readonly Label[],
  view: View,
  { width, height }: Size,
  widthOf: (label: Label) => number,
  taken: readonly Rectangle[] = [],
): PlacedLabel[] {
  const window = { left: -width / 2, right: width / 2, top: -height / 2, bottom: height / 2 };
  const all = [...taken];
  return labels.flatMap((label) => {
    const { x, y } = spotOf(view, label.lat, label.lon);
    const half = widthOf(label) / 2 + apart;
    const [up, down] = label.kind === 'country' ? [line.high / 2, line.high / 2] : [line.above + line.high / 2, 4];
    const box = { left: x - half, right: x + half, top: y - up, bottom: y + down };
    if (!overlap(box, window) || all.some((other) => overlap(box, other))) return [];
    all.push(box);
    return [{ ...label, x, y }];
  });
}
