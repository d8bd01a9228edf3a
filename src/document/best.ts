/** Which of several photos that show the same is the best one to keep. Pure. */
import type { PhotoView } from './view.js';

/** What decides it. */
export type Judged = Pick<
  PhotoView,
  'id' | 'width' | 'height' | 'bytes' | 'type' | 'taken' | 'added' | 'camera' | 'stack'
>;

/** Sizes that differ by less than that share are the same: a scan or a conversion may lose a line of pixels. */
const sameSize = 0.01;

/**
 * The better of two: with more pixels; with its RAW, or a RAW itself; with a camera, which copies made by messengers have lost; as
 * a camera writes it and not converted; with more bytes, which were compressed less and in a burst show the
 * sharper shot; taken earlier; come in earlier. The order is the same for everyone: the least id ends it.
 */
function compare(a: Judged, b: Judged): number {
  const [pixelsA, pixelsB] = [a.width * a.height, b.width * b.height];
  if (Math.abs(pixelsA - pixelsB) > sameSize * Math.max(pixelsA, pixelsB)) return pixelsB - pixelsA;
  return (
    Number(hasRaw(b)) - Number(hasRaw(a)) ||
    Number(b.camera !== undefined) - Number(a.camera !== undefined) ||
    Number(isFromCamera(b)) - Number(isFromCamera(a)) ||
    (a.type === b.type ? b.bytes - a.bytes : 0) ||
    text(a.taken, b.taken) ||
    text(a.added, b.added) ||
    text(a.id, b.id)
  );
}

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const isRaw = (type: string): boolean => type.startsWith('image/x-');
const hasRaw = ({ type, stack = [] }: Judged): boolean => isRaw(type) || stack.some((other) => isRaw(other.type));
const isFromCamera = ({ type }: Judged): boolean =>
  ['image/jpeg', 'image/heic', 'image/heif'].includes(type) || isRaw(type);

/** The id of the best of some photos, of which there is one at least. */
export function bestOf(photos: readonly Judged[]): string {
  // Not by sorting: sizes that are nearly the same make no order of three.
  return photos.reduce((best, photo) => (compare(photo, best) < 0 ? photo : best)).id;
}
