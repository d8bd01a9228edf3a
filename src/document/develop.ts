/**
 * How a person developed a picture: rotated, cropped, straightened. The original never changes; renditions are made
 * from it for each way of developing. This file reads the register `develop` of a document and computes what is shown.
 * Several people may develop one photo concurrently: then no part is shown that one of them cut away. Pure; never
 * throws, whatever a document contains. docs/edits.md.
 */
import { createHash } from 'node:crypto';
import { canonical } from './canonical-json.js';
import { heads } from './causal-order.js';
import { factsShown, renditionsShown } from './facts.js';
import { compareText, isObject, own } from './json-values.js';
import type { Crop, Develop, DevelopedPictures, Edit, PhotoDocument, Rendition, Stamp } from './photo-document.js';
import { isStamp } from './stamp.js';

export type { Crop, Develop, DevelopedPictures } from './photo-document.js';

/** The largest angle of straightening, in degrees. */
export const steepest = 45;
/** The smallest side of a crop, as a fraction. */
const leastCrop = 0.01;
/** How far numbers may exceed their range, from rounding. */
const tolerance = 1e-6;

/** Whether a value is a way of developing that this version understands completely: a newer one may cut away more. */
export function isDevelop(value: unknown): value is Record<string, unknown> {
  if (!isObject(value) || Object.keys(value).some((key) => !['rotate', 'crop', 'straighten'].includes(key)))
    return false;
  const [rotate, crop, straighten] = [own(value, 'rotate'), own(value, 'crop'), own(value, 'straighten')];
  return (
    (rotate === undefined || rotate === 0 || rotate === 1 || rotate === 2 || rotate === 3) &&
    (crop === undefined || isCrop(crop)) &&
    (straighten === undefined || isWithin(straighten, -steepest, steepest))
  );
}

const isWithin = (value: unknown, from: number, to: number): value is number =>
  typeof value === 'number' && value >= from && value <= to;

function isCrop(value: unknown): boolean {
  if (!isObject(value) || Object.keys(value).some((key) => !['left', 'top', 'width', 'height'].includes(key)))
    return false;
  const [left, top, width, height] = ['left', 'top', 'width', 'height'].map((key) => own(value, key));
  if (!isWithin(left, 0, 1) || !isWithin(top, 0, 1)) return false;
  return isWithin(width, leastCrop, 1 - left + tolerance) && isWithin(height, leastCrop, 1 - top + tolerance);
}

/** A valid value in its shortest form; undefined if it changes nothing. */
export function normalDevelop(value: unknown): Develop | undefined {
  if (!isDevelop(value)) return undefined;
  const { rotate = 0, straighten = 0, crop } = value as { rotate?: 0 | 1 | 2 | 3; straighten?: number; crop?: Crop };
  const angle = rounded(straighten, 100);
  const cut = crop && cropOf(crop);
  const develop: Develop = {
    ...(rotate !== 0 && { rotate }),
    ...(cut && { crop: cut }),
    ...(angle !== 0 && { straighten: angle }),
  };
  return Object.keys(develop).length === 0 ? undefined : develop;
}

/** A crop to a millionth; undefined if it is the whole picture. */
function cropOf(crop: Crop): Crop | undefined {
  // Moved, not made smaller: so the result is valid again despite rounding.
  const [width, height] = [rounded(crop.width, 1e6), rounded(crop.height, 1e6)];
  const left = rounded(Math.min(crop.left, 1 - width), 1e6);
  const top = rounded(Math.min(crop.top, 1 - height), 1e6);
  return left === 0 && top === 0 && width === 1 && height === 1 ? undefined : { left, top, width, height };
}

/** Rounded to a fraction with this denominator; never -0, which JSON can't express. */
const rounded = (value: number, parts: number): number => Math.round(value * parts) / parts + 0;

/** The share of the picture that a value of the register shows, from 0 to 1. Unreadable values show nothing. */
export function shareShown(value: unknown): number {
  if (value === null) return 1;
  if (!isDevelop(value)) return 0;
  const crop = normalDevelop(value)?.crop;
  return crop ? crop.width * crop.height : 1;
}

/** The key of a way of developing in `developed`: 32 hex digits of its SHA-256. */
export const developKey = (develop: Develop): string =>
  createHash('sha256').update(canonical(develop)).digest('hex').slice(0, 32);

/** A size in pixels. */
export interface PixelSize {
  width: number;
  height: number;
}

/**
 * The frame of a developed picture on its upright original, in pixels: its centre and its size. `angle`: degrees
 * clockwise that the picture is turned about that centre, so that the frame is upright.
 */
export interface Frame extends PixelSize {
  x: number;
  y: number;
  angle: number;
}

/** The frame of a way of developing, made smaller about its centre until it lies within the picture. */
export function frameOf({ crop, straighten = 0 }: Develop, { width, height }: PixelSize): Frame {
  const { left, top, ...part } = crop ?? { left: 0, top: 0, width: 1, height: 1 };
  const [x, y] = [(left + part.width / 2) * width, (top + part.height / 2) * height];
  const [wide, high] = [part.width * width, part.height * height];
  const { cos, sin } = directionOf(straighten);
  const reach = { x: (wide * cos + high * Math.abs(sin)) / 2, y: (wide * Math.abs(sin) + high * cos) / 2 };
  const fits = Math.min(1, Math.min(x, width - x) / reach.x, Math.min(y, height - y) / reach.y);
  return { x, y, width: wide * fits, height: high * fits, angle: straighten };
}

function directionOf(degrees: number): { cos: number; sin: number } {
  const angle = (degrees * Math.PI) / 180;
  return { cos: Math.cos(angle), sin: Math.sin(angle) };
}

/** The size of the developed picture, for an upright original of this size. */
export function developedSize(develop: Develop, size: PixelSize): PixelSize {
  const frame = frameOf(develop, size);
  const [width, height] = [frame.width, frame.height].map((side) => Math.max(1, Math.round(side))) as [number, number];
  return (develop.rotate ?? 0) % 2 === 1 ? { width: height, height: width } : { width, height };
}

/** Whether a picture developed one way shows nothing that the other way cuts away. */
export function isInside(inner: Develop, outer: Develop, size: PixelSize): boolean {
  const [small, large] = [frameOf(inner, size), frameOf(outer, size)];
  // Far below the step of a rounded value: otherwise many edits in a row could show more and more.
  const slack = Math.max(size.width, size.height) * 1e-9;
  return cornersOf(small).every(([x, y]) => {
    const { cos, sin } = directionOf(large.angle);
    const [dx, dy] = [x - large.x, y - large.y];
    return (
      Math.abs(dx * cos - dy * sin) <= large.width / 2 + slack &&
      Math.abs(dx * sin + dy * cos) <= large.height / 2 + slack
    );
  });
}

/** The corners of a frame on the upright original. */
function cornersOf({ x, y, width, height, angle }: Frame): [number, number][] {
  const { cos, sin } = directionOf(angle);
  const halves = [-0.5, 0.5];
  return halves.flatMap((a) =>
    halves.map((b): [number, number] => {
      const [u, v] = [a * width, b * height];
      return [x + u * cos + v * sin, y - u * sin + v * cos];
    }),
  );
}

/**
 * How a photo is shown: as its original, developed, or `unclear`: then only viewers with the right to the original see
 * a picture. Unclear means that two people cut away different parts, a newer version wrote the value, or something is
 * cut away from a video.
 */
export type Shown = 'original' | 'unclear' | Develop;

/** How the photo of a document is shown. */
export function developOf(document: Pick<PhotoDocument, 'edits' | 'facts'>): Shown {
  const list = valuesIn(document.edits);
  if (list.length === 0) return 'original';
  const open = heads(list)?.map(({ edit }) => edit);
  if (!open || open.some(({ value }) => value !== null && !isDevelop(value))) return 'unclear';
  const size = sizeIn(document.facts);
  const [narrowest, ...others] = open
    .sort((a, b) => shareShown(a.value) - shareShown(b.value) || compareText(b.at, a.at))
    .map(({ value }) => normalDevelop(value) ?? {});
  if (!narrowest || others.some((other) => !isInside(narrowest, other, size))) return 'unclear';
  if (Object.keys(narrowest).length === 0) return 'original';
  return isVideo(document) && !isRotation(narrowest) ? 'unclear' : narrowest;
}

/** Whether the original of a document is a video. */
const isVideo = ({ facts }: Pick<PhotoDocument, 'facts'>): boolean => factsShown(facts).type.startsWith('video/');

/** Whether a way of developing only rotates: the only one possible for a video. */
export const isRotation = ({ crop, straighten }: Develop): boolean => crop === undefined && straighten === undefined;

/**
 * The quarter turns clockwise by which the video of a document is rotated in addition to the rotation in its file: as
 * developed; on a public server as published with its clips. Undefined for none.
 */
export function rotationOf(document: Pick<PhotoDocument, 'edits' | 'facts' | 'clips'>): Develop['rotate'] {
  const shown = developOf(document);
  if (!isVideo(document) || shown === 'unclear') return undefined;
  return shown === 'original' ? turnsIn(document.clips) : shown.rotate;
}

/** The MIME types of videos whose files can state a rotation (video/rotate-track.ts). */
const turnable: ReadonlySet<string> = new Set(['video/mp4', 'video/x-m4v', 'video/quicktime', 'video/3gpp']);

/** Whether the original of a document is a video that is shown rotated, although its file can't state the rotation. */
export const isRotatedInVain = (document: Pick<PhotoDocument, 'edits' | 'facts' | 'clips'>): boolean =>
  rotationOf(document) !== undefined && !isTurnable(factsShown(document.facts).type);

/** Whether a video of this MIME type can be sent rotated. */
export const isTurnable = (type: string): boolean => turnable.has(type);

/** The rotation in the clips of a document, if it is valid. */
export const turnsIn = (clips: unknown): Develop['rotate'] =>
  ([1, 2, 3] as const).find((turns) => turns === own(clips, 'rotate'));

/** The size of the upright original; a square if a document has none. */
export function sizeIn(facts: unknown): PixelSize {
  const { width, height } = factsShown(facts);
  return width > 0 && height > 0 ? { width, height } : { width: 1, height: 1 };
}

/** The values of the register, valid or not. */
function valuesIn(edits: unknown): Edit<unknown>[] {
  const list = own(edits, 'develop');
  return Array.isArray(list) ? list.filter((edit): edit is Edit<unknown> => isStamp(own(edit, 'at'))) : [];
}

/** The stamp of the newest edit of the register; undefined without one. */
export const developedAt = (edits: unknown): Stamp | undefined =>
  valuesIn(edits)
    .map(({ at }) => at)
    .sort(compareText)
    .at(-1);

/** The pictures of a way of developing in a document; undefined unless it has all of them. */
export function picturesOf(document: unknown, develop: Develop): Required<DevelopedPictures> | undefined {
  const entry = own(own(document, 'developed'), developKey(develop));
  const { thumb, preview } = renditionsShown(entry);
  const [thumbhash, at] = [own(entry, 'thumbhash'), own(entry, 'at')];
  if (!thumb || !preview || typeof thumbhash !== 'string' || typeof at !== 'string') return undefined;
  return { thumb, preview, thumbhash, at };
}

/** The pictures of a document as it is shown now: of the original, or developed; none while these are being made. */
export function picturesShown(document: PhotoDocument): { thumb?: Rendition; preview?: Rendition; thumbhash?: string } {
  const shown = developOf(document);
  if (shown === 'unclear') return {};
  if (shown !== 'original') return picturesOf(document, shown) ?? {};
  const thumbhash = own(document.renditions, 'thumbhash');
  return { ...renditionsShown(document.renditions), ...(typeof thumbhash === 'string' && { thumbhash }) };
}

/** All pictures that a document needs: those of the original, and those of the way it is shown now. */
export function picturesNeeded(document: PhotoDocument): ['thumb' | 'preview', Rendition][] {
  const shown = developOf(document);
  const made = typeof shown === 'string' ? undefined : picturesOf(document, shown);
  return [renditionsShown(document.renditions), made ?? {}].flatMap(({ thumb, preview }) => [
    ...(thumb ? [['thumb', thumb] as ['thumb', Rendition]] : []),
    ...(preview ? [['preview', preview] as ['preview', Rendition]] : []),
  ]);
}

/**
 * The value of the register after rotating a photo by further quarter turns clockwise and changing nothing else.
 * Undefined if it is unclear how the photo is developed: rotating could then show again what was cut away.
 */
export function turnedBy(document: Pick<PhotoDocument, 'edits' | 'facts'>, turns: number): Develop | null | undefined {
  const shown = developOf(document);
  if (shown === 'unclear') return undefined;
  const before = shown === 'original' ? {} : shown;
  const rotate = ((((before.rotate ?? 0) + turns) % 4) + 4) % 4;
  return normalDevelop({ ...before, rotate }) ?? null;
}
