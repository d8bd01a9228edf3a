/** The inputs and outputs of the catalog's queries. Types and one constant. */
import type { Onlooker } from '../access/item-access.js';
import type { Holder } from '../document/item-id.js';
import type { Audience, Unshown } from '../document/photo-document.js';

/** The viewer of a query. Answers contain only what the viewer can see. */
export interface CatalogViewer {
  /** The onlooker; undefined sees no photo. */
  onlooker: Onlooker | undefined;
  /** The author id of a person with personal favourites; absent for those who use the holder's favourites. */
  self?: string;
  /** The holders for whom that person acts: of their photos, the holder's favourites are those of the person. */
  actsFor?: readonly Holder[];
  /**
   * Limits the viewer to one photo or several (by public id), to the results of a search, or to an album with members
   * (`<holder>:<ulid>`), without its photos that are `hidden`.
   */
  scope?:
    | { photo: string }
    | { photos: readonly string[] }
    | { search: string }
    | { album: string; was?: { hidden: readonly string[] } };
  /** True if file names and private tags are hidden from this viewer. The search of a scope may still use them. */
  outside?: boolean;
  /** True if this viewer may know who holds a photo. */
  holders?: boolean;
  /** True if this viewer may know where a photo was taken. */
  places?: boolean;
  /** The holders whose photos this viewer may share: their tiles contain the audience. */
  shares?: readonly Holder[];
  /** Limits the viewer to locked photos, of which the onlooker sees their own if they are `unlocked`. */
  locked?: true;
}

/** The viewer who sees everything. */
export const owner: CatalogViewer = { onlooker: { kind: 'house' } };

/** A page of a query, newest first. */
export interface Page {
  /** The public id of each photo. */
  ids: string[];
  /** Pass to the next call; absent on the last page. */
  next?: string;
}

/** The data of a timeline tile. */
export interface Tile {
  id: string;
  /** The displayed size, in pixels. */
  width: number;
  height: number;
  taken: string;
  thumbhash?: string;
  /** The version of its pictures: part of their URLs, which are cached indefinitely. */
  v?: string;
  /** Why it has no picture. */
  unshown?: Unshown;
  /** Its original is damaged. */
  damaged?: true;
  /** Its picture differs from that of the original: cropped, rotated or straightened. */
  edited?: true;
  /** MIME type of the original. */
  type: string;
  favourite?: true;
  animated?: true;
  /** The length of a video. */
  seconds?: number;
  /** It plays on hover: a Live Photo, or a motion photo. */
  motion?: true;
  /** It is a photo sphere, which the viewer can look around in. */
  sphere?: true;
  /** It has a RAW in its stack. */
  raw?: true;
  /** The burst that it stands for: its number, as in `burst:`, and the number of its visible photos. */
  burst?: { id: string; count: number };
  /** Who else can see it besides its holder, if anyone, and if the viewer may change that. */
  audience?: Exclude<Audience, 'private'>;
  /**
   * The person who holds it (their id); absent for photos of the house, and for viewers without the permission to know.
   */
  holder?: string;
  /** Where it was taken: the city, otherwise the region, otherwise the country; absent for viewers without access to it. */
  place?: string;
}

/** A segment of the timeline: at most `size` photos of one month, newest first. */
export interface Segment {
  /** `2024-07` */
  month: string;
  count: number;
  /** The sum of width / height, each limited to [0.3, 4]: a justified layout estimates its height from this. */
  ratio: number;
  /** The cursor whose page of `count` photos is this segment. */
  cursor: string;
  /** A hash of its photos, 32 bits: it changes when the photos do. */
  hash: number;
}

/** A value and its number of photos. */
export interface Facet {
  value: string;
  count: number;
  /** For an album: the number of videos among them. */
  videos?: number;
  /** For an album: when its newest photo was taken, wall time. */
  newest?: string;
  /** The newest of its photos, as its cover; only for as many values as requested. */
  tile?: Tile;
}

/** The values in the matches of a search, by kind. */
export interface ExploredTiles extends Record<
  'places' | 'years' | 'cameras' | 'folders' | 'holders' | 'kinds',
  { value: string; count: number; tile: Tile }[]
> {
  count: number;
}

/** An area on the map; `west` may be greater than `east` across the date line. */
export interface Box {
  south: number;
  west: number;
  north: number;
  east: number;
}

/**
 * A cluster on the map: the mean position of the photos in a cell, their number, their bounds, and the newest of them.
 */
export interface Cluster {
  lat: number;
  lon: number;
  count: number;
  /** The bounds of its photos. */
  box: Box;
  id: string;
  /** The version of its pictures (`Tile`). */
  v?: string;
  /** The displayed name of its place. */
  place?: string;
}

/** Selects a page of an answer. */
export interface PageOptions {
  /** Photos per page; 100 by default, at most 5,000. */
  limit?: number;
  /** From the previous page, or from `segments`. */
  cursor?: string;
  viewer?: CatalogViewer;
}
