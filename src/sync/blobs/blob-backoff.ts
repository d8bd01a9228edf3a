/**
 * Back-off for single blobs, with delays that grow fourfold, in memory. Delays are rounded so that blobs that failed at
 * about the same time become due together: then one request asks for all of them.
 */
import { backOff } from '../../base/async/backoff.js';
import type { Clock } from '../../base/clock.js';

/** The blobs that are not retried for a while. */
export interface Leaving {
  add(sha256: string): void;
  /** Whether it is still delayed. */
  has(sha256: string): boolean;
  /** Whether it was ever delayed; the delay may be over. */
  knows(sha256: string): boolean;
  /** Blobs whose delay is over, at most `limit`. */
  due(limit: number): string[];
  /** Ends all delays; a blob that fails again gets a longer one than before. */
  release(): void;
  /** Forgets a blob: it succeeded. */
  remove(sha256: string): void;
  /**
   * Ms until the next blob becomes due, considering only those with a delay of at most `within` ms; `Infinity` if there
   * is none.
   */
  next(within?: number): number;
}

/** The first delay in ms: a missing blob may be on its way. */
const soon = 1_000;
/** Maximum number of blobs remembered. */
const most = 100_000;

/** Opens the back-off with a maximum delay of `longest` ms. */
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
