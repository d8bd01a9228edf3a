/**
 * What was asked for, to be fetched by an address a little later: a browser fetches a file by itself only with a plain GET. A
 * ticket is unguessable, is good for one person for some minutes, and lives in memory: it is gone when the server ends. Nobody takes
 * the places of others.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.js';

/** How long a ticket is good, ms. */
const lasts = 10 * 60_000;
/** So many are kept, and of one holder; past that the oldest goes of whoever has most. */
const [most, mostOfOne] = [32, 8];

/** Tickets for things of one kind. */
export interface Tickets<T> {
  /** A ticket for something, good for `holder` alone. */
  draw(holder: string, what: T): string;
  /** What a ticket is for; undefined where it is none, is over, or is somebody else's. */
  look(ticket: string, holder: string): T | undefined;
}

/** Makes a place for tickets. */
export function openTickets<T>(clock: Pick<Clock, 'now'>): Tickets<T> {
  const kept = new Map<string, { holder: string; until: number; what: T }>();

  const forget = (): void => {
    for (const [ticket, { until }] of kept) if (until <= clock.now()) kept.delete(ticket);
  };

  /** Gives up the oldest tickets of whoever has most, until there are not too many. */
  function thin(): void {
    for (;;) {
      const held = new Map<string, string[]>();
      for (const [ticket, { holder }] of kept) held.set(holder, [...(held.get(holder) ?? []), ticket]);
      const largest = [...held.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
      if (kept.size <= most && largest.length <= mostOfOne) return;
      kept.delete(largest[0]!);
    }
  }

  return {
    draw(holder, what) {
      const ticket = randomBytes(24).toString('base64url');
      kept.set(ticket, { holder, until: clock.now() + lasts, what });
      forget();
      thin();
      return ticket;
    },
    look(ticket, holder) {
      forget();
      const found = kept.get(ticket);
      return found?.holder === holder ? found.what : undefined;
    },
  };
}
