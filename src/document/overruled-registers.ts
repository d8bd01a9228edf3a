/**
 * Registers with a stamp beyond the clock. A register keeps one value, that with the greatest stamp
 * (merge-by-shape.ts); so a value from a clock years ahead, or a forged one, could never be changed again. A later
 * change by a correct clock is therefore stored beside it, in the set `overruled`, keyed by the name of the register
 * and the stamp that it overrides. This set merges by its shape, on older servers too, so the change is never lost.
 * Pure; never throws.
 *
 * A change can be overruled in turn. If the chain does not end (a cycle, which only a forged document has), readers
 * take the narrower value.
 */
import { compareText, entriesOf, isObject, own, textOf, type JsonObject } from './json-values.js';
import type { Stamp } from './photo-document.js';

/** The maximum length of an invalid stamp as the key of an entry. */
const longestStamp = 80;
/** More steps than any real chain has. */
const mostSteps = 1_000;

/** A new value with its stamp. */
export type StampedValue = { at: Stamp } & Record<string, unknown>;

/** The key of the value that overrules a stamp. All overlong stamps share one key. */
const keyOf = (name: string, at: Stamp): string => `${name} ${at.length > longestStamp ? 'odd' : at}`;

/** Follows the chain from the value in a register to the effective one. */
function wayFrom(overruled: unknown, name: string, register: unknown): { last: unknown; circle: boolean } {
  const passed = new Set<string>();
  for (let last = register; ;) {
    const at = own(last, 'at');
    if (typeof at !== 'string') return { last, circle: false };
    const key = keyOf(name, at);
    const next = own(overruled, key);
    if (!isObject(next)) return { last, circle: false };
    if (passed.has(key) || passed.size > mostSteps) return { last, circle: true };
    passed.add(key);
    last = next;
  }
}

/** The effective register in place of the one in a document; for a cycle `circle`. */
export function effective(overruled: unknown, name: string, register: unknown): unknown {
  if (!isObject(overruled)) return register;
  const { last, circle } = wayFrom(overruled, name, register);
  return circle ? 'circle' : last;
}

/**
 * The entries to add to `overruled` so that `made` takes effect in place of `before`: none if its stamp is greater,
 * which it is unless a clock was wrong by more than a day.
 */
export function overrule(overruled: unknown, name: string, before: unknown, made: StampedValue): JsonObject {
  let from = before;
  let key: string | undefined;
  const passed = new Set<string>();
  for (let at = own(from, 'at'); typeof at === 'string' && at > made.at; at = own(from, 'at')) {
    key = keyOf(name, at);
    if (passed.has(key)) return {};
    passed.add(key);
    from = own(overruled, key);
  }
  return key === undefined ? {} : { [key]: { ...made } };
}

/**
 * A document with changed registers: each in its place, with an entry in `overruled` if the previous one has a greater
 * stamp. The previous values are gone from the document, but what they had seen still counts if they come back by a
 * merge.
 */
export function withRegisters<B extends object>(body: B, made: Record<string, StampedValue>): B {
  const known = own(body, 'overruled');
  const added = Object.entries(made).reduce<JsonObject>(
    (all, [name, register]) => ({
      ...all,
      ...renewed(known, name, register),
      ...overrule(known, name, own(body, name), register),
    }),
    {},
  );
  const overruled = { ...(isObject(known) && known), ...added };
  return { ...body, ...made, ...(Object.keys(added).length > 0 && { overruled }) };
}

/** The new value overrules the previously overruled ones, too, in case they come back by a merge. */
function renewed(overruled: unknown, name: string, made: StampedValue): JsonObject {
  return Object.fromEntries(
    entriesOf(overruled).flatMap(([key, last]) => {
      const at = own(last, 'at');
      if (!key.startsWith(`${name} `) || typeof at !== 'string') return [];
      // An entry beyond the clock, which only a forged document has, is itself overruled.
      return at < made.at ? [[key, { ...made }]] : Object.entries(overrule(overruled, name, last, made));
    }),
  );
}

/**
 * The effective register of a document. An overruled register is replaced in its place, so a merge may bring back one
 * with a lower stamp; had the one with the greater stamp stayed, it would not have counted, and it does not count now.
 * `circle` as in `effective`.
 */
export function countedIn(body: unknown, name: string): unknown {
  const [overruled, register] = [own(body, 'overruled'), own(body, name)];
  const at = own(register, 'at');
  const of = entriesOf(overruled).filter(([key]) => key.startsWith(`${name} `));
  if (typeof at !== 'string' || of.some(([, made]) => own(made, 'at') === at))
    return effective(overruled, name, register);
  const above = of.filter(([key, made]) => key > keyOf(name, at) && textOf(own(made, 'at')) < at);
  const [newest] = above
    .map(([, made]) => made)
    .sort((a, b) => compareText(textOf(own(b, 'at')), textOf(own(a, 'at'))));
  return effective(overruled, name, newest ?? register);
}

/**
 * The value of a register of a document; `circle` if values overrule each other in a cycle, which only a forged
 * document has.
 */
export function registerIn(body: unknown, name: string): { value: unknown } | 'circle' | undefined {
  const found = countedIn(body, name);
  if (found === 'circle') return found;
  return isObject(found) ? { value: own(found, 'value') } : undefined;
}

/** Whether a narrowing register (`removed`) is set; true also in a cycle. */
export function isSet(body: unknown, name: string): boolean {
  const found = registerIn(body, name);
  return found === 'circle' || found?.value === true;
}
