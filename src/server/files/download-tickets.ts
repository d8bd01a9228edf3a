/**
 * Download tickets: a prepared download gets an unguessable address, because a browser downloads a file by itself only
 * with a plain GET. A ticket is valid for one holder and some minutes, and exists in memory only: it ends with the
 * server. One holder can't use the capacity of others.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.js';

/** How long a ticket is valid, ms. */
const lasts = 10 * 60_000;
/** The maximum number of tickets, and of those of one holder; beyond it, the holder with the most loses the oldest. */
const [most, mostOfOne] = [32, 8];

/** The tickets of one kind. */
export interface Tickets<T> {
  /** Issues a ticket, valid for `holder` alone. */
  draw(holder: string, what: T): string;
  /** The content of a ticket; undefined if it is unknown, expired, or issued to someone else. */
  look(ticket: string, holder: string): T | undefined;
}

/** Opens a store of tickets. */
export function openTickets<T>(clock: Pick<Clock, 'now'>): Tickets<T> {
  const kept = new Map<string, { holder: string; until: number; what: T }>();

  const forget = (): void => {
    for (const [ticket, { until }] of kept) if (until <= clock.now()) kept.delete(ticket);
  };

  /** Drops the oldest tickets of the holder with the most until the limit is met. */
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
