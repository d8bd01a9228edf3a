/** Chooses the best of several photos of the same scene. Pure. */
import { compareText, own, textOf } from './json-values.js';
import type { PhotoView } from './photo-view.js';

/** The properties that decide it. */
export type Judged = Pick<
  PhotoView,
  | 'id'
  | 'name'
  | 'width'
  | 'height'
  | 'bytes'
  | 'type'
  | 'taken'
  | 'added'
  | 'camera'
  | 'exposure'
  | 'stack'
  | 'damaged'
> & {
  /** Its metadata shows that the file was saved again after it was taken (`isResaved`). */
  resaved?: boolean;
};

/** Sizes count as equal below this relative difference: a scan or a conversion may lose a line of pixels. */
const sameSize = 0.01;
/**
 * The longest time from the start of a shot until the camera has written its file, in ms: long exposures, bursts, slow
 * cards.
 */
const slowest = 120_000;

/**
 * Compares two photos; the better one has, in this order of criteria: more pixels; no damage; a RAW, or is one; camera
 * and exposure, which messengers and many programs strip; the camera's format, not a conversion; not been saved again
 * by a program, regardless of size; a name that is not that of a copy of the other; more bytes, which means less
 * compression, and in a burst the sharper shot; an earlier time taken; an earlier arrival. The smallest id breaks ties,
 * so the order is the same everywhere.
 */
function compare(a: Judged, b: Judged): number {
  const [pixelsA, pixelsB] = [a.width * a.height, b.width * b.height];
  if (Math.abs(pixelsA - pixelsB) > sameSize * Math.max(pixelsA, pixelsB)) return pixelsB - pixelsA;
  return (
    Number(a.damaged === true) - Number(b.damaged === true) ||
    Number(hasRaw(b)) - Number(hasRaw(a)) ||
    Number(b.camera !== undefined) - Number(a.camera !== undefined) ||
    Number(b.exposure !== undefined) - Number(a.exposure !== undefined) ||
    Number(isFromCamera(b)) - Number(isFromCamera(a)) ||
    Number(a.resaved === true) - Number(b.resaved === true) ||
    Number(isNamedCopy(a, b)) - Number(isNamedCopy(b, a)) ||
    (a.type === b.type ? b.bytes - a.bytes : 0) ||
    compareText(a.taken, b.taken) ||
    compareText(a.added, b.added) ||
    compareText(a.id, b.id)
  );
}

const isRaw = (type: string): boolean => type.startsWith('image/x-');
const hasRaw = ({ type, stack = [] }: Judged): boolean => isRaw(type) || stack.some((other) => isRaw(other.type));
const isFromCamera = ({ type }: Judged): boolean =>
  ['image/jpeg', 'image/heic', 'image/heif'].includes(type) || isRaw(type);

const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '').toLowerCase();

/**
 * Whether a photo has the name of another of the same second plus a suffix: `IMG_1-edited`, `IMG_1 (2)`, `IMG_1 copy`.
 */
function isNamedCopy(copy: Judged, original: Judged): boolean {
  const [longer, shorter] = [stemOf(copy.name), stemOf(original.name)];
  if (shorter === '' || copy.taken.slice(0, 19) !== original.taken.slice(0, 19)) return false;
  return longer.startsWith(shorter) && /^[^\p{L}\p{N}]/u.test(longer.slice(shorter.length));
}

/**
 * Whether the tags of a file (`exif:<sha256>`) show that a program saved it again: EXIF's DateTime (0x0132, ExifTool's
 * ModifyDate) is later than DateTimeOriginal (0x9003) by more than a camera needs.
 */
export function isResaved(tags: unknown): boolean {
  const [shot, saved] = ['ExifIFD:DateTimeOriginal', 'IFD0:ModifyDate'].map((name) => momentOf(own(tags, name)));
  return shot !== undefined && saved !== undefined && saved - shot > slowest;
}

/** `2024:07:01 12:00:00` in ms since 1970, as if it were UTC. */
function momentOf(value: unknown): number | undefined {
  const [, year, month, day, time] = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(textOf(value)) ?? [];
  const ms = year === undefined ? NaN : Date.parse(`${year}-${month!}-${day!}T${time!}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The id of the best of at least one photo. */
export function bestOf(photos: readonly Judged[]): string {
  // A fold instead of a sort: with approximately equal sizes the comparison is not transitive.
  return photos.reduce((best, photo) => (compare(photo, best) < 0 ? photo : best)).id;
}
