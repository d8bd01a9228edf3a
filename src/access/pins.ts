/**
 * The PINs of locked photos, and the sessions in which these are open. PINs are stored as hashes, local to this server,
 * and are not credentials for anything else. The open sessions are in memory only: a restart closes them, and so does a
 * change of the PIN by any process.
 *
 * A password that was set by a one-time link or a command is in doubt: another person may know it. While in doubt, it
 * can't set or remove a PIN, and passkeys created meanwhile open no locked photos, until the person has changed the
 * password in a session where their locked photos were open (locked-folder.ts).
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
  /** Whether another person may know the person’s password. */
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

  /** Setting back the clock closes all of them. */
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
