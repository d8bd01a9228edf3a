/** How fast the page scrolls while something is dragged to an edge of the window. */

/** Within so many px of the edge. */
const near = 72;
/** At the edge, px in a frame. */
const most = 26;

/** Px in a frame for a pointer at `y` of the window; negative is up. */
export function edgeSpeed(y: number): number {
  const over = y < near ? y - near : Math.max(0, y - (innerHeight - near));
  return Math.round((Math.max(-near, Math.min(near, over)) / near) * most);
}
