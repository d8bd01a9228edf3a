/** Draws the map onto a canvas: sea, land, borders, and a scale. */
import { kilometresOf, type Size, type View, worldOf } from './mercator.js';

/** The shapes to draw, in the map's square. */
export interface Land {
  land: Path2D;
  borders: Path2D;
}

/** Paints a view. The canvas gets its colours from tokens.css. */
export function paint(canvas: HTMLCanvasElement, size: Size, view: View, land: Land | undefined): void {
  const dots = devicePixelRatio;
  const [width, height] = [Math.round(size.width * dots), Math.round(size.height * dots)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const draw = canvas.getContext('2d');
  if (!draw) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  draw.setTransform(1, 0, 0, 1, 0, 0);
  draw.fillStyle = colour('--sea');
  draw.fillRect(0, 0, width, height);
  if (!land) return;
  const world = worldOf(view.zoom) * dots;
  const half = width / world / 2;
  draw.fillStyle = colour('--land');
  draw.strokeStyle = colour('--border');
  // The world repeats across the date line.
  for (let copy = Math.floor(view.x - half); copy <= Math.floor(view.x + half); copy++) {
    draw.setTransform(world, 0, 0, world, width / 2 + (copy - view.x) * world, height / 2 - view.y * world);
    draw.fill(land.land, 'evenodd');
    draw.lineWidth = dots / world;
    draw.stroke(land.borders);
  }
}

/** A round length for the scale: at most `most` px long, in km or m. */
export function scaleOf(view: View, most: number): { width: number; value: number; unit: 'kilometer' | 'meter' } {
  const perPixel = kilometresOf(view);
  const longest = perPixel * most;
  const unit = longest >= 1 ? 'kilometer' : 'meter';
  const inUnit = unit === 'meter' ? longest * 1000 : longest;
  const power = 10 ** Math.floor(Math.log10(inUnit));
  const value = power * (inUnit / power >= 5 ? 5 : inUnit / power >= 2 ? 2 : 1);
  return { width: value / (unit === 'meter' ? perPixel * 1000 : perPixel), value, unit };
}
