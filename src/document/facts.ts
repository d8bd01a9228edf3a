/**
 * Facts and renditions as they are shown: what another program wrote into a document is looked at once, here, and what
 * has not the type it should have is left out. So a careless or hostile peer can break no page, query or download.
 */
import { isObject, own, textOf, type JsonObject } from './json.js';
import type { Exposure, Facts, Rendition } from './photo.js';

/** The facts that are shown as they are. Sizes that are no numbers are 0. */
export type ShownFacts = Pick<Facts, 'type' | 'bytes' | 'width' | 'height' | 'camera' | 'lens' | 'exposure'>;

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

/** The facts that are shown, from the facts of a document. */
export function factsShown(facts: unknown): ShownFacts {
  return {
    type: textOf(own(facts, 'type')),
    bytes: size(own(facts, 'bytes')),
    width: size(own(facts, 'width')),
    height: size(own(facts, 'height')),
    ...part('camera', own(facts, 'camera'), { make: isText, model: isText }),
    ...(isText(own(facts, 'lens')) && { lens: own(facts, 'lens') as string }),
    ...part('exposure', own(facts, 'exposure'), exposure),
  };
}

/** The renditions that are shown, from those of a document: only pictures, addressed by a SHA-256. */
export function renditionsShown(renditions: unknown): { thumb?: Rendition; preview?: Rendition } {
  return Object.fromEntries(
    ['thumb', 'preview'].map((name) => [name, own(renditions, name)]).filter(([, rendition]) => isRendition(rendition)),
  ) as { thumb?: Rendition; preview?: Rendition };
}

function isRendition(value: unknown): value is Rendition {
  const isPicture = /^image\/(webp|jpeg|png|avif)$/.test(textOf(own(value, 'type')));
  const isAddressed = /^[0-9a-f]{64}$/.test(textOf(own(value, 'sha256')));
  return isPicture && isAddressed && ['width', 'height', 'bytes'].every((name) => isNumber(own(value, name)));
}

function size(value: unknown): number {
  return isNumber(value) && (value as number) >= 0 ? (value as number) : 0;
}

/** An object under its name with those of its keys that have the right type; nothing where there are none. */
function part(name: string, value: unknown, checks: Record<string, (value: unknown) => boolean>): JsonObject {
  const entries = isObject(value) ? Object.keys(checks).filter((key) => checks[key]!(own(value, key))) : [];
  return entries.length === 0 ? {} : { [name]: Object.fromEntries(entries.map((key) => [key, own(value, key)])) };
}
