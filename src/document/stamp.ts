/**
 * Stamps: hybrid logical clock times (Kulkarni and others, "Logical Physical Clocks", 2014) with the epoch of the server
 * that drew them. Greater as text means later; no two are equal, for an epoch is drawn once and never gives a time twice.
 */
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import { entriesOf } from './json.js';
import type { Stamp } from './photo.js';

/** A stamp taken apart: milliseconds since 1970, a counter within them (0 to 65,535), the epoch. */
export interface StampParts {
  ms: number;
  counter: number;
  epoch: string;
}

const pattern = /^(\d{15})-([0-9a-f]{4})-([0-9a-z]{1,32})$/;
const greatestMs = 999_999_999_999_999;
const greatestCounter = 0xffff;

/** Writes a stamp. @throws PhotospoolError `invalid` where the time does not fit into 15 digits. */
export function formatStamp({ ms, counter, epoch }: StampParts): Stamp {
  if (ms > greatestMs)
    throw new PhotospoolError('invalid', 'A document holds a time at the end of all times.', { op: 'stamp' });
  return `${String(ms).padStart(15, '0')}-${counter.toString(16).padStart(4, '0')}-${epoch}`;
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
  /** A stamp greater than the wall clock, than the last one drawn, and than all in `seen`. What is no stamp is passed over. */
  next(...seen: (Stamp | undefined)[]): Stamp;
  /** The last one drawn here, or what the clock was begun with. */
  readonly last: Stamp | undefined;
}

/** Opens a source of stamps for an epoch. `last` is the last stamp of this server's earlier epochs. */
export function openHlc(clock: Pick<Clock, 'now'>, epoch: string, last?: Stamp): Hlc {
  let newest = last;
  return {
    get last() {
      return newest;
    },
    next(...seen) {
      let [ms, counter] = [Math.max(0, Math.floor(clock.now())), 0];
      for (const stamp of [newest, ...seen]) {
        const parts = parseStamp(stamp);
        if (!parts || parts.ms < ms || (parts.ms === ms && parts.counter < counter)) continue;
        [ms, counter] = parts.counter < greatestCounter ? [parts.ms, parts.counter + 1] : [parts.ms + 1, 0];
      }
      return (newest = formatStamp({ ms, counter, epoch }));
    },
  };
}

/**
 * The greatest stamp of a document: what a new edit of it must come after. Undefined where there is none. Only the keys
 * that hold stamps are looked at: text from a file that looks like one can't push the clock.
 */
export function newestStamp(document: unknown): Stamp | undefined {
  let newest: Stamp | undefined;
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (holdsStamp.has(key) && (newest === undefined || value > newest) && isStamp(value)) newest = value;
    } else if (Array.isArray(value)) {
      for (const part of value) visit(part, key);
    } else {
      for (const [name, part] of entriesOf(value)) visit(part, name);
    }
  };
  visit(document, '');
  return newest;
}

const holdsStamp = new Set(['at', 'over', 'saw']);
