/**
 * The PINs of locked photos, and the sessions in which these are open. PINs are kept as hashes, local to this server,
 * and are no credentials for anything else. Which sessions are open is in memory alone: a restart closes them, and so
 * does a changed PIN, whichever process changed it.
 *
 * A password that a one-time link or a command set is in doubt: somebody else may know it. In doubt it neither sets nor
 * removes a PIN, and passkeys made meanwhile open nothing, until the person has changed the password where their locked
 * photos were open (locked-folder.ts).
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';

/** The PINs of a server. */
export interface Pins {
  /** The hash of a person’s PIN. */
  hash(person: string): string | undefined;
  /** Sets a PIN, or removes it; closes the locked photos of the person in all sessions. */
  put(person: string, hash: string | undefined): void;
  /** Replaces a hash by another one of the same PIN. */
  renew(person: string, from: string, to: string): void;
  /** Whether somebody else may know the person’s password. */
  isDoubted(person: string): boolean;
  doubt(person: string): void;
  trust(person: string): void;
  /** Opens the locked photos of a person in a session for five minutes. */
  open(session: string, person: string): void;
  /** Until when they are open, ms since 1970; undefined if they are closed. */
  openUntil(session: string, person: string): number | undefined;
  close(session: string): void;
}

/** How long locked photos stay open, ms. */
export const openFor = 5 * 60_000;

interface Row {
  pin: string | null;
  edition: number;
  doubted: number;
}

/** Opens the PINs. */
export function openPins(db: Sqlite, clock: Pick<Clock, 'now'>): Pins {
  const find = db.prepare<Row>('SELECT pin, edition, doubted FROM access_pin WHERE person = ?');
  const put = db.prepare(`INSERT INTO access_pin (person, pin, edition, doubted) VALUES (?1, ?2, 1, 0)
    ON CONFLICT (person) DO UPDATE SET pin = ?2, edition = edition + 1`);
  const renew = db.prepare('UPDATE access_pin SET pin = ? WHERE person = ? AND pin = ?');
  const doubt = db.prepare(`INSERT INTO access_pin (person, pin, edition, doubted) VALUES (?1, NULL, 1, ?2)
    ON CONFLICT (person) DO UPDATE SET doubted = ?2`);
  const opened = new Map<string, { at: number; person: string; edition: number }>();
  const editionOf = (person: string): number => find.get(person)?.edition ?? 0;

  /** A clock that was set back closes everything. */
  const isOver = (at: number): boolean => clock.now() < at || clock.now() >= at + openFor;

  return {
    hash: (person) => find.get(person)?.pin ?? undefined,
    put: (person, hash) => void put.run(person, hash ?? null),
    renew: (person, from, to) => void renew.run(to, person, from),
    isDoubted: (person) => find.get(person)?.doubted === 1,
    doubt: (person) => void doubt.run(person, 1),
    trust: (person) => void doubt.run(person, 0),
    open(session, person) {
      for (const [one, { at }] of opened) if (isOver(at)) opened.delete(one);
      opened.set(session, { at: clock.now(), person, edition: editionOf(person) });
    },
    openUntil(session, person) {
      const entry = opened.get(session);
      if (!entry || isOver(entry.at) || entry.person !== person || entry.edition !== editionOf(person))
        return undefined;
      return entry.at + openFor;
    },
    close: (session) => void opened.delete(session),
  };
}
