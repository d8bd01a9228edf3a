/**
 * Validates facts and renditions before they are shown: any server may have written them, and values of the wrong type
 * are omitted. So a careless or hostile peer cannot break a page, query or download.
 */
import { isObject, own, textOf, type JsonObject } from './json-values.js';
import type { Exposure, Facts, Rendition } from './photo-document.js';

/** The facts that are shown unchanged. Invalid sizes are 0. */
export type ShownFacts = Pick<
  Facts,
  'type' | 'bytes' | 'width' | 'height' | 'camera' | 'lens' | 'exposure' | 'seconds' | 'codecs'
>;

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isFlag = (value: unknown): boolean => typeof value === 'boolean';

const exposure: Record<keyof Exposure, (value: unknown) => boolean> = {
  iso: isNumber,
  aperture: isNumber,
  seconds: isNumber,
  focalLength: isNumber,
  focalLength35: isNumber,
  flash: isFlag,
};

/** The valid facts of a document. */
export function factsShown(facts: unknown): ShownFacts {
  return {
    type: textOf(own(facts, 'type')),
    bytes: size(own(facts, 'bytes')),
    width: size(own(facts, 'width')),
    height: size(own(facts, 'height')),
    ...part('camera', own(facts, 'camera'), { make: isText, model: isText }),
    ...(isText(own(facts, 'lens')) && { lens: own(facts, 'lens') as string }),
    ...part('exposure', own(facts, 'exposure'), exposure),
    ...(size(own(facts, 'seconds')) > 0 && { seconds: size(own(facts, 'seconds')) }),
    ...part('codecs', own(facts, 'codecs'), { video: isText, audio: isText }),
  };
}

/** The content identifier that pairs the two files of a Live Photo; undefined for other files. */
export function pairOf(facts: unknown): string | undefined {
  const pair = textOf(own(facts, 'pair'));
  return /^[\x21-\x7e]{8,128}$/.test(pair) ? pair : undefined;
}

/** The position of the motion clip inside a motion photo. */
export function motionOf(facts: unknown): Facts['motion'] {
  const motion = own(facts, 'motion');
  const [at, bytes] = [own(motion, 'at'), own(motion, 'bytes')];
  if (!Number.isSafeInteger(at) || !Number.isSafeInteger(bytes)) return undefined;
  const [from, length] = [at as number, bytes as number];
  return from > 0 && length > 0 && from + length <= size(own(facts, 'bytes')) ? { at: from, bytes: length } : undefined;
}

/** The valid videos of a document: only MP4, addressed by a SHA-256. */
export function clipsShown(document: unknown): { hover?: Rendition; video?: Rendition } {
  const clips = own(document, 'clips');
  return Object.fromEntries(
    ['hover', 'video'].flatMap((name) => {
      const clip = own(clips, name);
      if (!isAddressed(clip) || textOf(own(clip, 'type')) !== 'video/mp4') return [];
      const { sha256, type, width, height, bytes } = clip;
      return [[name, { sha256, type, width, height, bytes }]];
    }),
  );
}

/** The valid renditions of a document: only pictures, addressed by a SHA-256. */
export function renditionsShown(renditions: unknown): { thumb?: Rendition; preview?: Rendition } {
  return Object.fromEntries(
    ['thumb', 'preview'].map((name) => [name, own(renditions, name)]).filter(([, rendition]) => isRendition(rendition)),
  ) as { thumb?: Rendition; preview?: Rendition };
}

/** Whether the renditions of a document mark its original as damaged. */
export const isDamaged = (renditions: unknown): boolean => own(renditions, 'damaged') === true;

const isRendition = (value: unknown): value is Rendition =>
  /^image\/(webp|jpeg|png|avif)$/.test(textOf(own(value, 'type'))) && isAddressed(value);

function isAddressed(value: unknown): value is Rendition {
  const hashed = /^[0-9a-f]{64}$/.test(textOf(own(value, 'sha256')));
  return hashed && ['width', 'height', 'bytes'].every((name) => isNumber(own(value, name)));
}

function size(value: unknown): number {
  return isNumber(value) && (value as number) >= 0 ? (value as number) : 0;
}

/** An object under its name, with those of its keys whose values are valid; empty if there are none. */
function part(name: string, value: unknown, checks: Record<string, (value: unknown) => boolean>): JsonObject {
  const entries = isObject(value) ? Object.keys(checks).filter((key) => checks[key]!(own(value, key))) : [];
  return entries.length === 0 ? {} : { [name]: Object.fromEntries(entries.map((key) => [key, own(value, key)])) };
}
