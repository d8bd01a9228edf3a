/** What the front page of an album for everybody is made of (docs/public.md). */
import { ask, type Tile } from '../../lib/api.js';

/** The answer of `/api/front`. */
export interface FrontView {
  /** What the album is called. */
  title: string;
  photos: number;
  featured?: {
    tile: Tile;
    title: string;
    description: string;
    place?: { city?: string; region?: string; country?: string };
  };
  tags: { value: string; count: number }[];
  albums: { value: string; count: number }[];
}

/** Asks for it. Never rejects: without it the album is its timeline. */
export const fetchFront = (): Promise<FrontView | undefined> => ask<FrontView>('/api/front').catch(() => undefined);
