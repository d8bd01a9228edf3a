/**
 * The mathematics of cropping and straightening: a frame on the upright original that never leaves it, as the server
 * reads it (src/document/develop.ts). Pure; pixels of the original, angles in degrees clockwise.
 */
import type { PhotoView } from '../../lib/api.js';

/** The value that is saved. */
export type Develop = NonNullable<PhotoView['develop']>;

export interface Size {
  width: number;
  height: number;
}

/** A frame: its centre and its size. The picture is turned about the centre until the frame is upright. */
export interface Frame extends Size {
  x: number;
  y: number;
}

/** A point or a distance. */
export type Point = readonly [x: number, y: number];

/** The largest angle of straightening, and the angle below which it snaps to 0. */
export const [steepest, snap] = [45, 0.7];
/** The smallest side of a frame, as a share of the picture. */
const least = 0.05;

/** The frame of the whole picture. */
export const wholeFrame = ({ width, height }: Size): Frame => ({ x: width / 2, y: height / 2, width, height });

/** A distance turned clockwise. */
export function turned([x, y]: Point, degrees: number): Point {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [x * cos - y * sin, x * sin + y * cos];
}

/** The extent of a frame from its centre on the picture, both turned and, as it is saved, not turned. */
function reachOf({ width, height }: Size, angle: number): Point {
  const radians = (angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.abs(Math.sin(radians))];
  return [Math.max(width, width * cos + height * sin) / 2, Math.max(height, width * sin + height * cos) / 2];
}

/** A frame made smaller about its centre until it lies within the picture. */
export function fitted(frame: Frame, angle: number, picture: Size): Frame {
  const [x, y] = reachOf(frame, angle);
  const room = [Math.min(frame.x, picture.width - frame.x) / x, Math.min(frame.y, picture.height - frame.y) / y];
  const share = Math.min(1, ...room);
  return { ...frame, width: frame.width * share, height: frame.height * share };
}

function isWithin(frame: Frame, angle: number, picture: Size): boolean {
  const [x, y] = reachOf(frame, angle);
  const slack = 1e-6 * Math.max(picture.width, picture.height);
  return (
    frame.width >= picture.width * least - slack &&
    frame.height >= picture.height * least - slack &&
    Math.min(frame.x, picture.width - frame.x) >= x - slack &&
    Math.min(frame.y, picture.height - frame.y) >= y - slack
  );
}

/** The last frame within the picture on the way from one that lies within it to another one. */
export function limited(from: Frame, to: Frame, angle: number, picture: Size): Frame {
  if (isWithin(to, angle, picture)) return to;
  const between = (share: number): Frame => ({
    x: from.x + (to.x - from.x) * share,
    y: from.y + (to.y - from.y) * share,
    width: from.width + (to.width - from.width) * share,
    height: from.height + (to.height - from.height) * share,
  });
  let [low, high] = [0, 1];
  for (let n = 0; n < 20; n++) {
    const middle = (low + high) / 2;
    if (isWithin(between(middle), angle, picture)) low = middle;
    else high = middle;
  }
  return between(low);
}

/** A frame moved over the picture by a distance in the frame; along one side of the picture if it is at that. */
export function panned(frame: Frame, distance: Point, angle: number, picture: Size): Frame {
  const [x, y] = turned(distance, -angle);
  const once = limited(frame, { ...frame, x: frame.x + x }, angle, picture);
  return limited(once, { ...once, y: frame.y + y }, angle, picture);
}

/**
 * A frame with one of its edges or corners moved by a distance in the frame. `handle`: -1, 0 or 1 for left, neither and
 * right, and for top, neither and bottom. `ratio`: width by height, kept if it is given.
 */
export function resized(
  frame: Frame,
  handle: Point,
  distance: Point,
  { angle, picture, ratio }: { angle: number; picture: Size; ratio?: number | undefined },
): Frame {
  let width = Math.max(picture.width * least, frame.width + handle[0] * distance[0]);
  let height = Math.max(picture.height * least, frame.height + handle[1] * distance[1]);
  if (ratio !== undefined) {
    if (handle[0] !== 0 && (handle[1] === 0 || width / frame.width > height / frame.height)) height = width / ratio;
    else width = height * ratio;
  }
  // The opposite edge or corner stays where it is.
  const moved: Point = [(handle[0] * (width - frame.width)) / 2, (handle[1] * (height - frame.height)) / 2];
  const [x, y] = turned(moved, -angle);
  return limited(frame, { x: frame.x + x, y: frame.y + y, width, height }, angle, picture);
}

/** The largest frame of a ratio within another one. */
export function withRatio(frame: Frame, ratio: number): Frame {
  const width = Math.min(frame.width, frame.height * ratio);
  return { ...frame, width, height: width / ratio };
}

/** The edited values. `turns` are quarter turns clockwise. */
export interface Draft {
  frame: Frame;
  angle: number;
  turns: number;
}

/** The draft of a saved value. */
export function draftOf({ rotate = 0, crop, straighten = 0 }: Develop, picture: Size): Draft {
  const { left, top, width, height } = crop ?? { left: 0, top: 0, width: 1, height: 1 };
  const frame = {
    x: (left + width / 2) * picture.width,
    y: (top + height / 2) * picture.height,
    width: width * picture.width,
    height: height * picture.height,
  };
  return { frame, angle: straighten, turns: rotate };
}

/** The value that a draft saves; null for the original. */
export function valueOf({ frame, angle, turns }: Draft, picture: Size): Develop | null {
  const isWhole = frame.width > picture.width * 0.9999 && frame.height > picture.height * 0.9999;
  const { x, y, width, height } = fitted(frame, angle, picture);
  const part = (value: number, of: number): number => Math.min(1, Math.max(0, Math.round((value / of) * 1e6) / 1e6));
  const [left, top] = [part(x - width / 2, picture.width), part(y - height / 2, picture.height)];
  const crop = {
    left,
    top,
    width: Math.min(part(width, picture.width), 1 - left),
    height: Math.min(part(height, picture.height), 1 - top),
  };
  const rotate = ((turns % 4) + 4) % 4;
  const straighten = Math.round(angle * 100) / 100;
  const value = { ...(rotate !== 0 && { rotate }), ...(!isWhole && { crop }), ...(straighten !== 0 && { straighten }) };
  return Object.keys(value).length === 0 ? null : value;
}
