/**
 * Registers whose stamp is beyond the clock. Of a register one value is kept, the one with the greatest stamp (merge-by-shape.ts); so
 * one that came from a clock years ahead, or was forged, could never be changed again. A later change by a right clock is
 * kept beside it, in the set `overruled`, under the name of the register and the stamp that it overrules. That set merges
 * by its shape, here and on older servers, so that the change is never lost. Pure; never throws.
 *
 * A change may be overruled in turn. Where the way from one to the next ends nowhere (a circle, which nobody but a forger
 * makes), the reader takes the narrower side.
 */
import { compareText, entriesOf, isObject, own, textOf, type JsonObject } from './json-values.js';
import type { Stamp } from './photo-document.js';

/** How long an odd stamp may be to be the key of an entry as it is. */
const longestStamp = 80;
/** More steps than anybody makes. */
const mostSteps = 1_000;

/** A value with its stamp, as it is made. */
export type StampedValue = { at: Stamp } & Record<string, unknown>;

/** The key for what overrules the value at a stamp. A stamp that is none, and longer than any, shares one key with its like. */
const keyOf = (name: string, at: Stamp): string => `${name} ${at.length > longestStamp ? 'odd' : at}`;

/** The values from the one that a register holds to the one that counts. */
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

/** The register that counts in place of one that a document holds; `circle` where none does. */
export function effective(overruled: unknown, name: string, register: unknown): unknown {
  if (!isObject(overruled)) return register;
  const { last, circle } = wayFrom(overruled, name, register);
  return circle ? 'circle' : last;
}

/**
 * What must be added to `overruled` so that `made` counts in place of `before`: nothing where its stamp is the greater one, as it
 * is where no clock was wrong by more than a day.
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
 * A document with registers changed: each in its place, and `overruled` where the one that was there has a greater stamp. What
 * those registers said before is in the document no more, but what they were made in sight of still counts when it comes back.
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

/** What was overruled before is overruled by what is said now, wherever it comes back. */
function renewed(overruled: unknown, name: string, made: StampedValue): JsonObject {
  return Object.fromEntries(
    entriesOf(overruled).flatMap(([key, last]) => {
      const at = own(last, 'at');
      if (!key.startsWith(`${name} `) || typeof at !== 'string') return [];
      // One beyond the clock, which nobody but a forger leaves there, is overruled itself.
      return at < made.at ? [[key, { ...made }]] : Object.entries(overrule(overruled, name, last, made));
    }),
  );
}

/**
 * The register of a document that counts. One that was overruled is in its place no more, so another one below its stamp may come
 * back there; had the greater one stayed, it would not have counted, and it does not now. `circle` as `effective`.
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

/** The value of a register of a document; `circle` where values overrule each other round, as only a forger makes them. */
export function registerIn(body: unknown, name: string): { value: unknown } | 'circle' | undefined {
  const found = countedIn(body, name);
  if (found === 'circle') return found;
  return isObject(found) ? { value: own(found, 'value') } : undefined;
}

/** Whether a register that narrows (`removed`) says so, or nobody can tell. */
export function isSet(body: unknown, name: string): boolean {
  const found = registerIn(body, name);
  return found === 'circle' || found?.value === true;
}
