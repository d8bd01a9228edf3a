/**
 * Stamps: hybrid logical clock times (Kulkarni and others, "Logical Physical Clocks", 2014) with the epoch of the server
 * that drew them. Greater as text means later; no two are equal, for an epoch is drawn once and never gives a time twice.
 *
 * A stamp more than 24 hours ahead of the wall clock is never adopted: it came from a wrong clock, or was forged. An edit made
 * in sight of one names it instead (causal-order.ts). So no document can push a server's clock, and a server whose own clock was
 * ahead draws right stamps again as soon as that is corrected.
 */
import type { Clock } from '../base/clock.js';
import { entriesOf } from './json-values.js';
import type { Stamp } from './photo-document.js';

/** A stamp taken apart: milliseconds since 1970, a counter within them (0 to 65,535), the epoch. */
export interface StampParts {
  ms: number;
  counter: number;
  epoch: string;
}

const pattern = /^(\d{15})-([0-9a-f]{4})-([0-9a-z]{1,32})$/;
const greatestMs = 999_999_999_999_999;
const greatestCounter = 0xffff;

/** How far ahead of the wall clock a stamp may be to be adopted, in ms. */
export const mostAhead = 24 * 3_600_000;

/** From how far ahead of the wall clock on a stamp does not tell people when something was done, in ms: they are shown minutes. */
const leastAhead = 60_000;

/** The wall clock's time, UTC, where a stamp drawn at `now` (ms) is a minute or more ahead of it; else undefined. */
export function madeAt(stamp: Stamp, now: number): string | undefined {
  const ms = parseStamp(stamp)?.ms ?? 0;
  return ms - now < leastAhead ? undefined : new Date(now).toISOString();
}

/** Writes a stamp; a time that does not fit into 15 digits is cut to the last that does. */
export function formatStamp({ ms, counter, epoch }: StampParts): Stamp {
  return `${String(Math.min(ms, greatestMs)).padStart(15, '0')}-${counter.toString(16).padStart(4, '0')}-${epoch}`;
}

/** Takes a stamp apart; undefined for anything that is none. */
export function parseStamp(value: unknown): StampParts | undefined {
  const match = typeof value === 'string' ? pattern.exec(value) : null;
  return match ? { ms: Number(match[1]), counter: parseInt(match[2]!, 16), epoch: match[3]! } : undefined;
}

/** Whether a value is a stamp. */
export const isStamp = (value: unknown): value is Stamp => typeof value === 'string' && pattern.test(value);

/** The epoch in a stamp; the empty text for anything that is none. */
export const epochOf = (stamp: string): string => parseStamp(stamp)?.epoch ?? '';

/** The source of one server's stamps. */
export interface Hlc {
  /**
   * A stamp greater than the wall clock, than the last one drawn, and than those in `seen`, as far as they are not more than
   * 24 hours ahead. What is no stamp is passed over.
   */
  next(...seen: (Stamp | undefined)[]): Stamp;
  /** The same for a whole document. */
  after(document: unknown): Stamp;
  /** The last one drawn here, or what the clock was begun with where that is not too far ahead. */
  readonly last: Stamp | undefined;
  /** The greatest stamp that would be adopted now. */
  readonly bound: Stamp;
}

/** What a source of stamps is opened with. */
export interface HlcOptions {
  /** The last stamp of this server's earlier epochs. */
  last?: Stamp | undefined;
  /** Draws another epoch. Needed where the clock was set back by days, and where somebody else used the epoch. */
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
      // Within an epoch stamps only rise: one that goes back is another epoch's.
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
 * The greatest stamp of a document; undefined where there is none. Only the keys that hold stamps are looked at: text from a
 * file that looks like one can't push the clock.
 */
export function newestStamp(document: unknown): Stamp | undefined {
  const stamps = stampsOf(document);
  return stamps.length === 0 ? undefined : stamps.reduce(laterStamp);
}

/** All stamps in a document, in any order. */
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
