/** "On this day": the photos of today's day from earlier years. */
import { addressed, ask, type Tile } from '../../lib/api.js';

/** The maximum number shown. */
const most = 20;

/** Today in the viewer's time zone: `2026-11-25`. */
export function today(now = new Date()): string {
  const two = (n: number): string => `${n}`.padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** The search for the photos of this day in earlier years. */
export const memorySearch = (day = today()): string => `day:${day.slice(5)} taken:<${day.slice(0, 4)}`;

/** These photos, the newest first. Never rejects: the timeline works without them. */
export const fetchMemories = (): Promise<Tile[]> =>
  ask<{ tiles: Tile[] }>(addressed('/api/tiles', { q: memorySearch(), limit: most })).then(
    ({ tiles }) => tiles,
    () => [],
  );

/** The number of years between a wall time and a day. */
export const yearsAgo = (taken: string, day: string): number => Number(day.slice(0, 4)) - Number(taken.slice(0, 4));
