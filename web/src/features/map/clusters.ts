/** The groups of photos on the map, fetched as the view changes; old groups stay until new ones arrive. */
import type { Month } from '../../../../src/api/answer-types.js';
import type { MapCluster as Cluster } from '../../../../src/api/answer-types.js';
import { addressed, ask, type Tile } from '../../lib/api.js';
import { legible } from '../../lib/legible.js';
import { both, boxTerm, boxText } from './map-address.js';
import { around, type Box, boxOf, closest, fit, type Size, spotOf, type View } from './mercator.js';
import { overlap, type Rectangle, rectangle } from './rectangles.js';

export type { Cluster };

/** A group with its position in the window, px from the centre. */
export interface Placed extends Cluster {
  left: number;
  top: number;
  /** 0 for one photo, up to 2 for very many. */
  size: number;
  /** The visible name; empty if there is no space, or none for all of its photos. */
  name: string;
  /** Whether its photos are of more than one place, at this zoom. */
  mixed?: boolean;
}

/** Groups within this share of the window beyond its edges are loaded in advance. */
const margin = 0.25;
/** Photos in the strip. */
const most = 40;

/** Groups, and whether the server has a map of streets. */
export interface MapAnswer {
  clusters: Cluster[];
  basemap: boolean;
}

/** The groups in and around a view; groups of the server's grid are one thumb apart at the next lower zoom. */
export const fetchClusters = async (q: string, view: View, size: Size, signal: AbortSignal): Promise<MapAnswer> => {
  const box = boxText(boxOf(view, size, margin));
  const zoom = Math.max(0, Math.floor(view.zoom - 0.3));
  return ask<MapAnswer>(addressed('/api/map', { q, box, zoom }), { signal });
};

/** The area of all photos of a search; undefined if none has a position. */
export async function fetchWhole(q: string): Promise<Box | undefined> {
  const { clusters } = await ask<{ clusters: Cluster[] }>(addressed('/api/map', { q, zoom: 2 }));
  return around(clusters.map(({ box }) => box));
}

/** The number of photos in the window, and the newest of them. */
export async function fetchInView(q: string, box: Box, signal: AbortSignal): Promise<{ count: number; tiles: Tile[] }> {
  const inside = both(q, boxTerm(box));
  const [months, { tiles }] = await Promise.all([
    ask<Month[]>(addressed('/api/timeline', { q: inside }), { signal }),
    ask<{ tiles: Tile[] }>(addressed('/api/tiles', { q: inside, limit: most }), { signal }),
  ]);
  return { count: months.reduce((sum, month) => sum + month.count, 0), tiles };
}

/** The drawn size of a group, px, by its `size` (MapClusters.svelte). */
const sides = [40, 48, 60] as const;
/** The name below a group: its height, width per letter and maximum width, px. */
const line = { high: 18, letter: 7, most: 132 };

const pictureOf = ({ left, top, size }: Placed): Rectangle => rectangle(left, top, sides[size]!, sides[size]!);
const nameOf = ({ left, top, size }: Placed, name: string): Rectangle =>
  rectangle(
    left,
    top + sides[size]! / 2 + line.high / 2 + 3,
    Math.min(line.most, name.length * line.letter),
    line.high,
  );

/** Up to this zoom groups are named by their country, then up to the other one by their region. */
const countriesTo = 4.5;
const regionsTo = 7.5;
/** A group this wide or high, degrees, is in more than one country, or region: the name of its newest photo would mislead. */
const widest = { country: 12, region: 3 } as const;

/** The name of a group at a zoom, of the place of its newest photo; undefined if it spreads further than that place. Pure. */
export function nameAt({ place, box }: Pick<Cluster, 'place' | 'box'>, zoom: number): string | undefined {
  const parts = place?.split(', ') ?? [];
  const level = zoom < countriesTo ? 'country' : zoom < regionsTo ? 'region' : 'town';
  if (level === 'town') return parts[0];
  const extent = Math.max(box.north - box.south, box.east - box.west);
  if (extent > widest[level]) return undefined;
  return level === 'country' ? parts.at(-1) : (parts.at(-2) ?? parts[0]);
}

/**
 * Places groups in the window: merges those that would overlap, and shows the names that have space. Small ones come
 * first, so that large ones are drawn above them.
 */
export function place(clusters: readonly Cluster[], view: View): Placed[] {
  const placed: Placed[] = [];
  for (const cluster of [...clusters].sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1))) {
    const { x: left, y: top } = spotOf(view, cluster.lat, cluster.lon);
    const near = placed.find((one) => Math.abs(one.left - left) < 44 && Math.abs(one.top - top) < 44);
    if (near) {
      // One name for both, or none.
      if (nameAt(near, view.zoom) !== nameAt(cluster, view.zoom)) near.mixed = true;
      near.count += cluster.count;
      near.box = around([near.box, cluster.box])!;
    } else placed.push({ ...cluster, left, top, size: 0, name: '' });
  }
  for (const one of placed) one.size = one.count === 1 ? 0 : one.count < 100 ? 1 : 2;
  const taken = placed.map(pictureOf);
  for (const one of placed) {
    if (one.mixed || nameAt(one, view.zoom) === undefined) delete one.place;
    const name = legible(nameAt(one, view.zoom) ?? '');
    const below = nameOf(one, name);
    if (name === '' || taken.some((other) => overlap(below, other))) continue;
    one.name = name;
    taken.push(below);
  }
  return placed.reverse();
}

/** The areas that groups cover: their pictures and their visible names. */
export const coveredBy = (placed: readonly Placed[]): Rectangle[] =>
  placed.flatMap((one) => (one.name === '' ? [pictureOf(one)] : [pictureOf(one), nameOf(one, one.name)]));

/** The view after a click on a group, in which it splits; undefined if there is none. */
export function closerTo(cluster: Cluster, view: View, size: Size): View | undefined {
  const next = fit(cluster.box, size, Math.min(size.width, size.height) / 5);
  if (next.zoom >= closest || cluster.count === 1) return undefined;
  return { ...next, zoom: Math.max(next.zoom, Math.min(closest, view.zoom + 1)) };
}
