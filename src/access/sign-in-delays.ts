/**
 * Delays against guessing. After a few wrong passwords from an address, or for a name, the next attempt has to wait,
 * twice as long each time. An attempt counts as wrong until it is found to be correct, so that concurrent attempts gain
 * nothing. No account is locked: a name waits at most half a minute, and a known browser waits only for its own
 * mistakes (OWASP Authentication, "device cookies"). In memory, and limited: a restart forgets them.
 */
import { backOff } from '../base/async/backoff.js';
import type { Clock } from '../base/clock.js';
import { addressGroups } from './address-prefix.js';

/** A rule for delays. */
export interface DelayRule {
  /** The number of mistakes without a delay. */
  free: number;
  /** The maximum delay, ms. */
  most: number;
}

/** By address: up to a quarter of an hour. */
export const addressRule: DelayRule = { free: 10, most: 15 * 60_000 };
/** By /48, which contains many networks of one customer, and sometimes of several. */
export const siteRule: DelayRule = { free: 50, most: 15 * 60_000 };
/** By name: up to half a minute, so that others can't keep its owner out. */
export const nameRule: DelayRule = { free: 5, most: 30_000 };
/** By known browser. */
export const deviceRule: DelayRule = { free: 5, most: 15 * 60_000 };

/**
 * By account, for codes of the second factor. These require the password, so others can't keep the owner out, and the
 * delay may be long: some hundred guesses a day at a million codes.
 */
export const codeRule: DelayRule = { free: 5, most: 15 * 60_000 };

/** By person, for the PIN of locked photos: only someone with a session of that person can try. */
export const pinRule: DelayRule = { free: 5, most: 15 * 60_000 };

/** Counted mistakes. */
export interface Delays {
  /** How long a key has to wait, ms; 0 if it may try now. */
  wait(key: string, rule: DelayRule): number;
  /** Counts an attempt. */
  count(key: string): void;
  /** Removes one attempt: it was correct. */
  takeBack(key: string): void;
  /** Removes all mistakes of a key. */
  forget(key: string): void;
  /** The number of keys remembered. */
  size(): number;
}

const first = 1_000;
/** After this time without a mistake, all are removed, ms. */
const memory = 60 * 60_000;
/** The maximum number of keys; beyond it the longest untouched one is dropped. */
const mostKeys = 10_000;

/** Opens the counters. */
export function openDelays(clock: Pick<Clock, 'now'>): Delays {
  const known = new Map<string, { n: number; at: number }>();

  function read(key: string): { n: number; at: number } | undefined {
    const entry = known.get(key);
    if (entry && clock.now() - entry.at < memory) return entry;
    known.delete(key);
    return undefined;
  }

  return {
    wait(key, { free, most }) {
      const entry = read(key);
      if (!entry || entry.n < free) return 0;
      const delay = backOff(entry.n - free + 1, { first, longest: most });
      return Math.max(0, entry.at + delay - clock.now());
    },
    count(key) {
      const n = (read(key)?.n ?? 0) + 1;
      // Inserted again, so that the map is ordered by the last attempts.
      known.delete(key);
      known.set(key, { n, at: clock.now() });
      if (known.size > mostKeys) known.delete(known.keys().next().value!);
    },
    takeBack(key) {
      const entry = read(key);
      if (entry && entry.n > 1) entry.n--;
      else known.delete(key);
    },
    forget: (key) => void known.delete(key),
    size: () => known.size,
  };
}

/** The keys under which mistakes of an address are counted, each with its rule. */
export function addressRules(address: string): [key: string, rule: DelayRule][] {
  const [narrow, wide] = addressGroups(address);
  const one: [string, DelayRule] = [`address ${narrow}`, addressRule];
  return wide === undefined ? [one] : [one, [`address ${wide}`, siteRule]];
}
