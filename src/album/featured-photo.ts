/**
 * The picture of the day: shown first on the front page and in link previews. The owner chooses candidates with the tag
 * `featured`, which reaches public servers like any other tag; without one, favourites are candidates, then photos with
 * at least four stars, then all photos; small pictures only if there is no large one. The date selects one of them: the same on every server, until midnight (UTC).
 * Nothing is written.
 */
import { createHash } from 'node:crypto';
import type { Catalog, Tile, Viewer } from '../catalog/catalog.js';
import { parseQuery } from '../catalog/search-parser.js';

/** The tag with which the owner chooses. No tag cloud contains it. */
export const featuredTag = 'featured';

const choices = [`tag:${featuredTag}`, 'is:favourite', 'rating:>=4', ''].map((text) => parseQuery(text));
/** The maximum number of candidates of each kind, the newest. */
const most = 500;

/** The minimum width for a large screen without upscaling, in pixels. */
const sharp = 1_600;

/** Shapes that fill a wide frame without much cropping; considered only if the owner did not choose. */
const isWide = ({ width, height }: Tile): boolean => width >= height * 1.2 && width <= height * 2.6;
const isShown = ({ type, unshown }: Tile): boolean => unshown === undefined && !type.startsWith('video/');

/** The photo of a day for a viewer; undefined if there is none. `now` in ms since 1970. The catalog must be loaded. */
export function featuredOf(catalog: Catalog, viewer: Viewer, now: number): Tile | undefined {
  const day = new Date(now).toISOString().slice(0, 10);
  let small: Tile | undefined;
  for (const [k, query] of choices.entries()) {
    const tiles = catalog.tiles(query, { limit: most, viewer }).tiles.filter(isShown);
    if (k === 0 && tiles.length > 0) return ranked(tiles, day)[0];
    const wide = tiles.filter(isWide);
    const [first] = ranked(
      wide.filter(({ width }) => width >= sharp),
      day,
    );
    if (first) return first;
    small ??= ranked(wide.length > 0 ? wide : tiles, day)[0];
  }
  return small;
}

/** An order that differs every day; adding or removing a photo does not move the others. */
function ranked(tiles: readonly Tile[], day: string): Tile[] {
  const rank = ({ id }: Tile): string => createHash('sha256').update(`${day} ${id}`).digest('hex');
  return tiles
    .map((tile) => ({ tile, at: rank(tile) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ tile }) => tile);
}
