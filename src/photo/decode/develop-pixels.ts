/**
 * Develops decoded pixels: straightens, crops and rotates them (document/develop.ts), in this order. Nothing outside the
 * frame is in the result. Pure.
 */
import { frameOf, type Develop, type Frame, type PixelSize } from '../../document/develop.js';
import { openPixels, toPixels, type Pixels } from './pixels.js';

/** The longest edge to which an original is scaled before it is cropped: bounds the memory of a decoder. */
const longestScaled = 8192;

/** The edge to which an original of this size is scaled so that the developed picture has the given edge. */
export function edgeFor(develop: Develop, size: PixelSize, edge: number): number {
  const frame = frameOf(develop, size);
  const scale = edge / Math.max(frame.width, frame.height, 1);
  return Math.max(edge, Math.min(longestScaled, Math.ceil(Math.max(size.width, size.height) * scale)));
}

/** The developed picture, at most `edge` pixels long. */
export async function developPixels(pixels: Pixels, develop: Develop, edge: number): Promise<Pixels> {
  const frame = frameOf(develop, pixels);
  const size = { width: atLeastOne(frame.width), height: atLeastOne(frame.height) };
  const source = frame.angle === 0 ? pixels : await straighten(pixels, frame);
  // A straightened picture has the frame in its middle.
  const centre = frame.angle === 0 ? frame : { x: source.width / 2, y: source.height / 2 };
  const area = {
    left: within(Math.round(centre.x - frame.width / 2), source.width - size.width),
    top: within(Math.round(centre.y - frame.height / 2), source.height - size.height),
    width: Math.min(size.width, source.width),
    height: Math.min(size.height, source.height),
  };
  const cropped = await toPixels(openPixels(source).extract(area));
  const turned =
    develop.rotate === undefined ? cropped : await toPixels(openPixels(cropped).rotate(develop.rotate * 90));
  if (Math.max(turned.width, turned.height) <= edge) return turned;
  return toPixels(openPixels(turned).resize({ width: edge, height: edge, fit: 'inside' }));
}

/** The part of the picture around the frame, turned about the centre of the frame. */
async function straighten(pixels: Pixels, frame: Frame): Promise<Pixels> {
  const angle = (frame.angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const reach = {
    x: (frame.width * cos + frame.height * Math.abs(sin)) / 2,
    y: (frame.width * Math.abs(sin) + frame.height * cos) / 2,
  };
  const left = Math.max(0, Math.floor(frame.x - reach.x));
  const top = Math.max(0, Math.floor(frame.y - reach.y));
  const around = {
    left,
    top,
    width: Math.min(pixels.width, Math.ceil(frame.x + reach.x)) - left,
    height: Math.min(pixels.height, Math.ceil(frame.y + reach.y)) - top,
  };
  const turned = openPixels(await toPixels(openPixels(pixels).extract(around))).affine([cos, -sin, sin, cos], {
    background: '#fff',
    interpolator: 'bicubic',
  });
  return toPixels(turned);
}

const atLeastOne = (side: number): number => Math.max(1, Math.round(side));
const within = (value: number, most: number): number => Math.min(Math.max(0, value), Math.max(0, most));
