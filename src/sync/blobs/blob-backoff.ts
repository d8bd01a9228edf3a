/**
 * Blobs to leave alone for a while, each time four times as long, in memory. Those that are left at about the same time may be
 * tried again at the same moment: then one question is enough for all of them.
 */
import { backOff } from '../../base/async/backoff.js';
import type { Clock } from '../../base/clock.js';

/** Which blobs to leave alone. */
export interface Leaving {
  add(sha256: string): void;
  /** Whether it is still to be left alone. */
  has(sha256: string): boolean;
  /** Whether it was left alone, for however long. */
  knows(sha256: string): boolean;
  /** Those that were left alone long enough, at most `limit`. */
  due(limit: number): string[];
  /** All were left alone long enough; where they are left again, it is for longer than before. */
  release(): void;
  /** It is left alone no more. */
  remove(sha256: string): void;
  /** Ms until the first may be tried again, of those that are left for `within` ms at most (all); `Infinity` where there is none. */
  next(within?: number): number;
}

/** Ms at first: what is missing may be on its way. */
const soon = 1_000;
/** Blobs that are remembered. */
const most = 100_000;

/** Leaves blobs alone for `longest` ms at most. */
export function openLeaving(clock: Clock, longest: number): Leaving {
  const known = new Map<string, { until: number; tries: number; wait: number }>();
  return {
    add(sha256) {
      const tries = (known.get(sha256)?.tries ?? 0) + 1;
      const wait = backOff(tries, { first: soon, longest, factor: 4 });
      known.delete(sha256);
      if (known.size >= most) known.delete(known.keys().next().value!);
      const grain = wait / 4;
      known.set(sha256, { until: Math.ceil((clock.now() + wait) / grain) * grain, tries, wait });
    },
    has: (sha256) => (known.get(sha256)?.until ?? 0) > clock.now(),
    knows: (sha256) => known.has(sha256),
    due(limit) {
      const found: string[] = [];
      for (const [sha256, { until }] of known) {
        if (found.length >= limit) break;
        if (until <= clock.now()) found.push(sha256);
      }
      return found;
    },
    release() {
      for (const one of known.values()) one.until = 0;
    },
    remove: (sha256) => void known.delete(sha256),
    next(within = Infinity) {
      let first = Infinity;
      for (const { until, wait } of known.values())
        if (wait <= within && until > clock.now()) first = Math.min(first, until);
      return first - clock.now();
    },
  };
}
