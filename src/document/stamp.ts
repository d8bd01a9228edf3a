/**
 * Stamps: hybrid logical clock times (Kulkarni and others, "Logical Physical Clocks", 2014) with the epoch of the
 * server that issued them. They order as text; no two are equal, because an epoch is random and never issues a time
 * twice.
 *
 * A stamp more than 24 hours ahead of the wall clock is never adopted: it came from a wrong clock, or was forged. An
 * edit that has seen one names it instead (causal-order.ts). So no document can push a server's clock, and a server
 * whose own clock was ahead issues correct stamps again as soon as the clock is corrected.
 */
import type { Clock } from '../base/clock.js';
import { entriesOf } from './json-values.js';
import type { Stamp } from './photo-document.js';

/** The parts of a stamp: milliseconds since 1970, a counter within them (0 to 65,535), the epoch. */
export interface StampParts {
  ms: number;
  counter: number;
  epoch: string;
}

const pattern = /^(\d{15})-([0-9a-f]{4})-([0-9a-z]{1,32})$/;
/** The characters before the epoch. */
const beforeEpoch = '000000000000000-0000-'.length;
const greatestMs = 999_999_999_999_999;
const greatestCounter = 0xffff;

/** The maximum time that an adopted stamp may be ahead of the wall clock, in ms. */
export const mostAhead = 24 * 3_600_000;

/**
 * From this time ahead of the wall clock, in ms, people are shown the wall clock instead of the stamp: they see
 * minutes.
 */
const leastAhead = 60_000;

/** The wall clock's time, UTC, if a stamp issued at `now` (ms) is a minute or more ahead of it; otherwise undefined. */
export function madeAt(stamp: Stamp, now: number): string | undefined {
  const ms = parseStamp(stamp)?.ms ?? 0;
  return ms - now < leastAhead ? undefined : new Date(now).toISOString();
}

/** Formats a stamp; a time that exceeds 15 digits is capped. */
export function formatStamp({ ms, counter, epoch }: StampParts): Stamp {
  return `${String(Math.min(ms, greatestMs)).padStart(15, '0')}-${counter.toString(16).padStart(4, '0')}-${epoch}`;
}

/** Parses a stamp; undefined if it is invalid. */
export function parseStamp(value: unknown): StampParts | undefined {
  const match = typeof value === 'string' ? pattern.exec(value) : null;
  return match ? { ms: Number(match[1]), counter: parseInt(match[2]!, 16), epoch: match[3]! } : undefined;
}

/** Whether a value is a stamp. */
export const isStamp = (value: unknown): value is Stamp => typeof value === 'string' && pattern.test(value);

/** The epoch of a stamp; empty if the stamp is invalid. */
export const epochOf = (stamp: string): string => (isStamp(stamp) ? stamp.slice(beforeEpoch) : '');

/** The source of one server's stamps. */
export interface Hlc {
  /**
   * A stamp greater than the wall clock, the last one issued, and those in `seen` that are at most 24 hours ahead.
   * Skips invalid stamps.
   */
  next(...seen: (Stamp | undefined)[]): Stamp;
  /** The same for a whole document. */
  after(document: unknown): Stamp;
  /** The last one issued, or the initial one if it was not too far ahead. */
  readonly last: Stamp | undefined;
  /** The greatest stamp that would be adopted now. */
  readonly bound: Stamp;
}

/** Options of a source of stamps. */
export interface HlcOptions {
  /** The last stamp of this server's earlier epochs. */
  last?: Stamp | undefined;
  /** Draws a new epoch. Needed if the clock was set back by days, or if another server uses the same epoch. */
  renew?: () => string;
}

/** Opens a source of stamps for an epoch. */
export function openHlc(clock: Pick<Clock, 'now'>, epoch: string, { last, renew }: HlcOptions = {}): Hlc {
  let current = epoch;
  let renewals = 0;
  const wall = (): number => Math.min(Math.max(0, Math.floor(clock.now())), greatestMs - mostAhead);
  const isAdopted = ({ ms }: StampParts, now: number): boolean => ms <= now + mostAhead;
  const boundAt = (now: number): Stamp =>
    `${formatStamp({ ms: now + mostAhead, counter: greatestCounter, epoch: '' })}~`;
  let newest = isStamp(last) && isAdopted(parseStamp(last)!, wall()) ? last : undefined;

  function draw(now: number, seen: readonly (Stamp | undefined)[]): Stamp {
    let [ms, counter] = [now, 0];
    for (const stamp of [newest, ...seen]) {
      const parts = parseStamp(stamp);
      if (!parts || !isAdopted(parts, now)) continue;
      if (parts.ms < ms || (parts.ms === ms && parts.counter < counter)) continue;
      [ms, counter] = parts.counter < greatestCounter ? [parts.ms, parts.counter + 1] : [parts.ms + 1, 0];
    }
    return (newest = formatStamp({ ms, counter, epoch: current }));
  }

  const hlc: Hlc = {
    get last() {
      return newest;
    },
    get bound() {
      return boundAt(wall());
    },
    next(...seen) {
      const now = wall();
      // Within an epoch stamps only increase: going back requires a new epoch.
      const isBack = newest !== undefined && newest > boundAt(now);
      const isUsed = seen.some((stamp) => isStamp(stamp) && epochOf(stamp) === current && stamp > (newest ?? ''));
      if (isBack || isUsed) current = renew?.() ?? `${epoch.slice(0, 24)}${++renewals}`;
      return draw(now, seen);
    },
    after(document) {
      const stamps = stampsOf(document);
      const { bound } = hlc;
      const own = stamps.filter((stamp) => epochOf(stamp) === current).reduce(laterStamp, '');
      return hlc.next(stamps.filter((stamp) => stamp <= bound).reduce(laterStamp, ''), own);
    },
  };
  return hlc;
}

const laterStamp = (a: Stamp, b: Stamp): Stamp => (a > b ? a : b);

/**
 * The greatest stamp in a document; undefined if there is none. Reads only keys that hold stamps: text in a file that
 * looks like one cannot push the clock.
 */
export function newestStamp(document: unknown): Stamp | undefined {
  const stamps = stampsOf(document);
  return stamps.length === 0 ? undefined : stamps.reduce(laterStamp);
}

/** The stamp of `epoch` that follows a stamp directly; an invalid one is returned unchanged. */
export function stampBehind(stamp: Stamp, epoch: string): Stamp {
  const parts = parseStamp(stamp);
  if (!parts) return stamp;
  const { ms, counter } = parts;
  return formatStamp(
    counter < greatestCounter ? { ms, counter: counter + 1, epoch } : { ms: ms + 1, counter: 0, epoch },
  );
}

/** All stamps in a document, in no order. */
function stampsOf(document: unknown): Stamp[] {
  const found: Stamp[] = [];
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (holdsStamp.has(key) && isStamp(value)) found.push(value);
    } else if (Array.isArray(value)) {
      for (const part of value) visit(part, key);
    } else {
      for (const [name, part] of entriesOf(value)) visit(part, name);
    }
  };
  visit(document, '');
  return found;
}

const holdsStamp = new Set(['at', 'over', 'saw']);
