/**
 * The merge rules for fields that this version does not know, by their shape. An object with a stamp in `at` is a
 * register, and the newest wins; an object of registers is a set, merged element by element; of anything else the
 * greater canonical JSON wins. A richer shape beats a poorer one. Commutative, associative, idempotent. Frozen: all
 * versions must agree.
 */
import { canonical } from './canonical-json.js';
import { compareText, isObject, keysOf, own, type JsonObject } from './json-values.js';

/** The value with the greater canonical JSON. */
export function greater<T>(a: T, b: T): T {
  if (a === b) return a;
  return compareText(canonical(a), canonical(b)) >= 0 ? a : b;
}

/**
 * Merges two objects key by key. A value in only one of them is merged with itself: this normalises it, so that the
 * result does not depend on the order of merges.
 */
export function mergeKeys(
  a: JsonObject,
  b: JsonObject,
  rule: (a: unknown, b: unknown, key: string) => unknown,
): JsonObject {
  return Object.fromEntries(
    keysOf(a, b).map((key) => {
      const [left, right] = [own(a, key), own(b, key)];
      return [key, rule(left === undefined ? right : left, right === undefined ? left : right, key)];
    }),
  );
}

/** Merges two maps element by element; a value that is not an object loses against one that is. */
export function mergeMaps(a: unknown, b: unknown, rule: (a: unknown, b: unknown) => unknown): unknown {
  if (isObject(a) && isObject(b)) return mergeKeys(a, b, rule);
  return isObject(a) ? a : isObject(b) ? b : greater(a, b);
}

/** Whether a value is an object with a stamp (or another text) in `at`. */
export const isRegister = (value: unknown): boolean => typeof own(value, 'at') === 'string';

/** The later of two registers; for equal stamps the greater canonical JSON. A value that is not a register loses. */
export function later<T>(a: T, b: T): T {
  const order = compareText(stampIn(a), stampIn(b));
  return order === 0 ? greater(a, b) : order > 0 ? a : b;
}

function stampIn(value: unknown): string {
  const at = own(value, 'at');
  return typeof at === 'string' ? at : '';
}

/** Merges two values by their shape. */
export function mergeShapes(a: unknown, b: unknown): unknown {
  const [left, right] = [rank(a), rank(b)];
  if (left !== right) return left > right ? a : b;
  if (left === 2) return later(a, b);
  return left === 1 ? mergeMaps(a, b, later) : greater(a, b);
}

/** 2 for a register, 1 for a non-empty set of registers, 0 for the rest. */
function rank(value: unknown): number {
  if (isRegister(value)) return 2;
  const parts = isObject(value) ? Object.values(value) : [];
  return parts.length > 0 && parts.every(isRegister) ? 1 : 0;
}
