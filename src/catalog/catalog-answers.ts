/** What the catalog is asked by, and what it answers with. Shapes only. */
import type { Onlooker } from '../access/item-access.js';
import type { Unshown } from '../document/photo-document.js';

/** Who asks. Nothing that they may not see is in any answer. */
export interface CatalogViewer {
  /** Who looks; nothing exists for undefined. */
  onlooker: Onlooker | undefined;
  /** The id of a person with favourites of their own; absent for those whose favourites are the owner's. */
  self?: string;
  /** All that exists for this viewer is one photo (SHA-256), or what a search finds. */
  scope?: { photo: string } | { search: string };
  /** True for whom file names, and tags that are for the home only, do not exist. What the scope is chosen by may be one. */
  outside?: boolean;
}

/** The viewer who sees everything. */
export const owner: CatalogViewer = { onlooker: { kind: 'house' } };

/** A page of a query, newest first. */
export interface Page {
  /** SHA-256 of each photo. */
  ids: string[];
  /** Pass to the next call; absent on the last page. */
  next?: string;
}

/** What a tile of the timeline needs, and nothing more. */
export interface Tile {
  id: string;
  /** As displayed, in pixels. */
  width: number;
  height: number;
  taken: string;
  thumbhash?: string;
  /** Which pictures it has: part of their address, since they may be kept for ever. */
  v?: string;
  /** Why there is no picture of it. */
  unshown?: Unshown;
  /** Its original is damaged. */
  damaged?: true;
  /** MIME type of the original. */
  type: string;
  favourite?: true;
  animated?: true;
  /** The length of a video. */
  seconds?: number;
  /** It plays while it is looked at: a Live Photo, or a motion photo. */
  motion?: true;
  /** There is a RAW of it. */
  raw?: true;
}

/** A stretch of the timeline: at most `size` photos of one month, newest first. */
export interface Segment {
  /** `2024-07` */
  month: string;
  count: number;
  /** Sum of width / height, each bounded to [0.3, 4]: what a justified layout needs to guess the height. */
  ratio: number;
  /** The cursor whose page of `count` photos is this segment. */
  cursor: string;
}

/** A value and how many photos have it. */
export interface Facet {
  value: string;
  count: number;
}

/** An area on the map; `west` may be greater than `east` across the date line. */
export interface Box {
  south: number;
  west: number;
  north: number;
  east: number;
}

/** A spot on the map: the mean of the photos in a cell, how many, where they lie, and the newest of them. */
export interface Cluster {
  lat: number;
  lon: number;
  count: number;
  /** What they all lie in. */
  box: Box;
  id: string;
  /** Which pictures it has (`Tile`). */
  v?: string;
  /** What is shown of its place. */
  place?: string;
}

/** Which page of an answer. */
export interface PageOptions {
  /** Photos per page; 100 where not said, at most 5,000. */
  limit?: number;
  /** As returned with the page before, or by `segments`. */
  cursor?: string;
  viewer?: CatalogViewer;
}
