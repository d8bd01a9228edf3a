/**
 * An edited picture as XMP: the orientation, and the crop as Camera Raw, Lightroom and darktable read it. There, a crop
 * refers to the picture as it is stored, before it is turned upright: two opposite corners as fractions, and the angle
 * by which the frame is turned. Pure.
 */
import { frameOf, type Develop, type PixelSize } from '../../document/develop.js';
import { own } from '../../document/json-values.js';

/** A way of developing, with the size of the upright original and the orientation in its file (1 to 8). */
export interface DevelopSaid {
  develop: Develop;
  size: PixelSize;
  orientation: number;
}

/** The orientation after a quarter turn clockwise. */
const turnedOnce: Record<number, number> = { 1: 6, 6: 3, 3: 8, 8: 1, 2: 7, 7: 4, 4: 5, 5: 2 };

/** A point of the upright picture on the stored one, as fractions. */
const stored: Record<number, (u: number, v: number) => [number, number]> = {
  1: (u, v) => [u, v],
  2: (u, v) => [1 - u, v],
  3: (u, v) => [1 - u, 1 - v],
  4: (u, v) => [u, 1 - v],
  5: (u, v) => [v, u],
  6: (u, v) => [v, 1 - u],
  7: (u, v) => [1 - v, 1 - u],
  8: (u, v) => [1 - v, u],
};

/** The tags, by ExifTool's names, with their values. */
export function cropTags({ develop, size, orientation }: DevelopSaid): [name: string, value: string | number][] {
  const turns = develop.rotate ?? 0;
  const turned = Array.from({ length: turns }).reduce<number>((from) => turnedOnce[from] ?? 1, orientation);
  const tags: [string, string | number][] = [['XMP-tiff:Orientation#', turned]];
  if (!develop.crop && develop.straighten === undefined) return tags;
  const frame = frameOf(develop, size);
  const isSideways = orientation > 4;
  const isMirrored = [2, 4, 5, 7].includes(orientation);
  const [width, height] = isSideways ? [size.height, size.width] : [size.width, size.height];
  const [wide, high] = isSideways ? [frame.height, frame.width] : [frame.width, frame.height];
  const [x, y] = stored[orientation]!(frame.x / size.width, frame.y / size.height);
  const angle = isMirrored ? -frame.angle : frame.angle;
  const radians = (angle * Math.PI) / 180;
  const corner = (side: number): [number, number] => {
    const [a, b] = [(side * wide) / 2, (side * high) / 2];
    const [dx, dy] = [a * Math.cos(radians) + b * Math.sin(radians), b * Math.cos(radians) - a * Math.sin(radians)];
    return [fraction(x + dx / width), fraction(y + dy / height)];
  };
  const [[left, top], [right, bottom]] = [corner(-1), corner(1)];
  const values = { CropLeft: left, CropTop: top, CropRight: right, CropBottom: bottom, CropAngle: -angle + 0 };
  return [
    ...tags,
    ...Object.entries(values).map(([name, value]): [string, number] => [`XMP-crs:${name}`, value]),
    ['XMP-crs:HasCrop', 'True'],
  ];
}

const fraction = (value: number): number => Math.min(1, Math.max(0, Math.round(value * 1e6) / 1e6));

/** The orientations as ExifTool prints them. */
const printed: Record<string, number> = {
  'Horizontal (normal)': 1,
  'Mirror horizontal': 2,
  'Rotate 180': 3,
  'Mirror vertical': 4,
  'Mirror horizontal and rotate 270 CW': 5,
  'Rotate 90 CW': 6,
  'Mirror horizontal and rotate 90 CW': 7,
  'Rotate 270 CW': 8,
};

/** The orientation among the tags of an original, as numbers or as printed; 1 if there is none. */
export function orientationIn(tags: unknown): number {
  const told = own(tags, 'IFD0:Orientation') ?? own(tags, 'EXIF:Orientation');
  const number = printed[String(told)] ?? Number(told);
  return Number.isInteger(number) && number >= 1 && number <= 8 ? number : 1;
}
