/**
 * What was asked for, to be fetched by an address a little later: a browser fetches a file by itself only with a plain GET. A
 * ticket is unguessable, is good for one person for some minutes, and lives in memory: it is gone when the server ends.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.js';

/** How long a ticket is good, ms. */
const lasts = 10 * 60_000;
/** So many are kept; the oldest goes. */
const most = 32;

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
    for (const [ticket, { until }] of kept) if (until <= clock.now() || kept.size > most) kept.delete(ticket);
  };
  return {
    draw(holder, what) {
      const ticket = randomBytes(24).toString('base64url');
      kept.set(ticket, { holder, until: clock.now() + lasts, what });
      forget();
      return ticket;
    },
    look(ticket, holder) {
      forget();
      const found = kept.get(ticket);
      return found?.holder === holder ? found.what : undefined;
    },
  };
}
