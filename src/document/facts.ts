/**
 * Validates facts and renditions before they are shown: any server may have written them, and values of the wrong type
 * are omitted. So a faulty or hostile peer can't break a page, query or download.
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

/** The checks of an object's values by key, in the order in which they are shown. */
type Checks = readonly (readonly [key: string, isValid: (value: unknown) => boolean])[];

const cameraChecks: Checks = [
  ['make', isText],
  ['model', isText],
];
const codecChecks: Checks = [
  ['video', isText],
  ['audio', isText],
];
const exposureChecks: readonly (readonly [keyof Exposure, (value: unknown) => boolean])[] = [
  ['iso', isNumber],
  ['aperture', isNumber],
  ['seconds', isNumber],
  ['focalLength', isNumber],
  ['focalLength35', isNumber],
  ['flash', isFlag],
];

/** The valid facts of a document. */
export function factsShown(facts: unknown): ShownFacts {
  const shown: ShownFacts = {
    type: textOf(own(facts, 'type')),
    bytes: size(own(facts, 'bytes')),
    width: size(own(facts, 'width')),
    height: size(own(facts, 'height')),
  };
  const camera = part(own(facts, 'camera'), cameraChecks);
  if (camera) shown.camera = camera;
  const lens = own(facts, 'lens');
  if (typeof lens === 'string') shown.lens = lens;
  const exposure = part(own(facts, 'exposure'), exposureChecks);
  if (exposure) shown.exposure = exposure;
  const seconds = size(own(facts, 'seconds'));
  if (seconds > 0) shown.seconds = seconds;
  const codecs = part(own(facts, 'codecs'), codecChecks);
  if (codecs) shown.codecs = codecs;
  return shown;
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
  const shown: { hover?: Rendition; video?: Rendition } = {};
  for (const name of ['hover', 'video'] as const) {
    const clip = own(clips, name);
    if (!isAddressed(clip) || textOf(own(clip, 'type')) !== 'video/mp4') continue;
    const { sha256, type, width, height, bytes } = clip;
    shown[name] = { sha256, type, width, height, bytes };
  }
  return shown;
}

/** The valid renditions of a document: only pictures, addressed by a SHA-256. */
export function renditionsShown(renditions: unknown): { thumb?: Rendition; preview?: Rendition } {
  const shown: { thumb?: Rendition; preview?: Rendition } = {};
  for (const name of ['thumb', 'preview'] as const) {
    const rendition = own(renditions, name);
    if (isRendition(rendition)) shown[name] = rendition;
  }
  return shown;
}

/** Whether the renditions of a document mark its original as damaged. */
export const isDamaged = (renditions: unknown): boolean => own(renditions, 'damaged') === true;

const isRendition = (value: unknown): value is Rendition =>
  /^image\/(webp|jpeg|png|avif)$/.test(textOf(own(value, 'type'))) && isAddressed(value);

const measures = ['width', 'height', 'bytes'];
function isAddressed(value: unknown): value is Rendition {
  const hashed = /^[0-9a-f]{64}$/.test(textOf(own(value, 'sha256')));
  return hashed && measures.every((name) => isNumber(own(value, name)));
}

function size(value: unknown): number {
  return isNumber(value) && (value as number) >= 0 ? (value as number) : 0;
}

/** An object with those of its keys whose values are valid; undefined if there are none. */
function part(value: unknown, checks: Checks): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  let shown: JsonObject | undefined;
  for (const [key, isValid] of checks) {
    const one = own(value, key);
    if (isValid(one)) (shown ??= {})[key] = one;
  }
  return shown;
}
