/** Draws the map onto a canvas: sea, land, borders, names, and a scale. */
import { locale } from '../../lib/language.js';
import { type Label, line, placeLabels } from './map-labels.js';
import { kilometresOf, type Size, type View, worldOf } from './mercator.js';
import { type Rectangle, rectangle } from './rectangles.js';

/** The shapes to draw, in the map's square. */
export interface Land {
  land: Path2D;
  borders: Path2D;
}

/** The names to write, the most important first, and the areas they must not cover. */
export interface Names {
  labels: readonly Label[];
  taken: readonly Rectangle[];
}

/** The areas over the corners of the map: buttons at the top right, credit and scale at the bottom. */
export const cornersOf = ({ width, height }: Size): Rectangle[] => [
  rectangle(width / 2 - 36, 112 - height / 2, 56, 208),
  rectangle(width / 2 - 68, height / 2 - 16, 128, 24),
  rectangle(68 - width / 2, height / 2 - 16, 128, 24),
];

/** Paints a view, only the names if the land is drawn below. The canvas gets its colours from tokens.css. */
export function paint(
  canvas: HTMLCanvasElement,
  size: Size,
  view: View,
  land: Land | 'below' | undefined,
  names?: Names,
): void {
  const dots = devicePixelRatio;
  const [width, height] = [Math.round(size.width * dots), Math.round(size.height * dots)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const draw = canvas.getContext('2d');
  if (!draw) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  draw.setTransform(1, 0, 0, 1, 0, 0);
  if (land === 'below') draw.clearRect(0, 0, width, height);
  else {
    draw.fillStyle = colour('--sea');
    draw.fillRect(0, 0, width, height);
    if (!land) return;
    paintLand(draw, { width, height, dots }, view, land, colour);
  }
  draw.setTransform(dots, 0, 0, dots, width / 2, height / 2);
  if (names) write(draw, names, view, size, style.fontFamily, colour);
}

/** Draws land and borders; the size is in dots of the screen. */
function paintLand(
  draw: CanvasRenderingContext2D,
  { width, height, dots }: Size & { dots: number },
  view: View,
  land: Land,
  colour: (name: string) => string,
): void {
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

/** Writes names over the land: countries in capitals, towns above a dot. */
function write(
  draw: CanvasRenderingContext2D,
  { labels, taken }: Names,
  view: View,
  size: Size,
  font: string,
  colour: (name: string) => string,
): void {
  const fonts = { country: `600 11px ${font}`, city: `600 13px ${font}`, town: `400 12px ${font}` };
  const textOf = ({ kind, name }: Label): string => (kind === 'country' ? name.toLocaleUpperCase(locale) : name);
  const widthOf = (label: Label): number => {
    draw.font = fonts[label.kind];
    return draw.measureText(textOf(label)).width;
  };
  Object.assign(draw, { textAlign: 'center', textBaseline: 'middle', lineJoin: 'round', lineWidth: 3 });
  draw.strokeStyle = colour('--land');
  for (const label of placeLabels(labels, view, size, widthOf, taken)) {
    draw.font = fonts[label.kind];
    draw.fillStyle = colour(label.kind === 'country' ? '--quiet' : '--ink');
    const y = label.kind === 'country' ? label.y : label.y - line.above;
    draw.strokeText(textOf(label), label.x, y);
    draw.fillText(textOf(label), label.x, y);
    if (label.kind === 'country') continue;
    draw.beginPath();
    draw.arc(label.x, label.y, 2, 0, 2 * Math.PI);
    draw.fill();
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
