/** The scroll speed while something is dragged near an edge of the window. */

/** The distance from the edge at which scrolling starts, px. */
const near = 72;
/** The speed at the edge, px per frame. */
const most = 26;

/** Px per frame for a pointer at `y` of the window; negative is up. */
export function edgeSpeed(y: number): number {
  const over = y < near ? y - near : Math.max(0, y - (innerHeight - near));
  return Math.round((Math.max(-near, Math.min(near, over)) / near) * most);
}
