/** The stops of the info sheet on a phone: closed, half and full. Pure; px. */

/** A position at which the sheet rests. */
export type Stop = 'closed' | 'half' | 'full';

/** The height of the sheet at each stop, in a window `view` px high. The bar at the top stays visible. */
export const heightsOf = (view: number): Record<Stop, number> => ({
  closed: 0,
  half: Math.round(Math.min(view * 0.5, 480)),
  full: view - 64,
});

/** A drag of less than this returns to where it began; a longer one goes on to the next stop at least. */
const least = 40;

/** The stop at which a sheet comes to rest after it was dragged up from `from` by `up`. */
export function restOf(from: Stop, up: number, view: number): Stop {
  if (Math.abs(up) < least) return from;
  const heights = heightsOf(view);
  const order: readonly Stop[] = ['closed', 'half', 'full'];
  const start = order.indexOf(from);
  const beyond = order.filter((_, n) => (up > 0 ? n > start : n < start));
  const height = heights[from] + up;
  const away = (stop: Stop): number => Math.abs(heights[stop] - height);
  return beyond.reduce<Stop>((best, stop) => (best === from || away(stop) < away(best) ? stop : best), from);
}
