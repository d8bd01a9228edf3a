/** Access to a library in memory, with a clock and cheap hashes that the test controls. */
import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { openAccess, type Access } from '../../src/access/access.js';
import { commandLine } from '../../src/access/actor.js';
import { openPasswords, type Cost } from '../../src/access/password-hash.js';
import type { PersonRole } from '../../src/access/people.js';
import type { SignInOutcome, Visit } from '../../src/access/sign-in.js';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { openLibrary, type Library } from '../../src/library/library.js';

export const day = 86_400_000;
/** A valid password. */
export const good = 'seven green ladders';
export const better = 'nine yellow kettles';
/** Cheap enough for tests. */
export const cheap: Cost = { ln: 4, r: 8, p: 1 };

export interface TestClock {
  now(): number;
  advance(ms: number): void;
}

export function testClock(start = Date.parse('2026-11-24T10:00:00Z')): TestClock {
  let now = start;
  return { now: () => now, advance: (ms) => void (now += ms) };
}

export interface TestAccess extends Access {
  db: Sqlite;
  library: Library;
  clock: TestClock;
  /** The number of hashes computed. */
  hashes(): number;
  /** Lines of the audit log. */
  lines: string[];
  /** Opens the same home like another process, without shared memory. */
  again(): Access;
  /** Adds a person with the password `good`. */
  join(name: string, role?: PersonRole): Promise<string>;
}

export function openTestAccess(): TestAccess {
  const db = openSqlite(':memory:');
  onTestFinished(() => db.close());
  const clock = testClock();
  const whole = { now: clock.now, sleep: () => Promise.resolve() };
  const library = openLibrary(db, { clock: whole });
  const lines: string[] = [];
  let hashes = 0;
  const usual = openPasswords({ cost: cheap });
  const passwords = {
    hash: (...asked: Parameters<typeof usual.hash>) => (hashes++, usual.hash(...asked)),
    check: (...asked: Parameters<typeof usual.check>) => (hashes++, usual.check(...asked)),
  };
  const open = (): Access =>
    openAccess(db, library, { clock: whole, random: randomBytes, passwords, line: (text) => lines.push(text) });
  const access = open();
  return {
    ...access,
    db,
    library,
    clock,
    lines,
    hashes: () => hashes,
    again: open,
    async join(name, role = 'family') {
      const { id } = access.accounts.add({ name, role }, commandLine);
      await access.signing.setPassword(id, good, commandLine);
      return id;
    },
  };
}

export const visit = (address = '192.0.2.1', more: Partial<Visit> = {}): Visit => ({ address, browser: 'x', ...more });

/** The outcome of a sign-in that must have succeeded. */
export function entered(outcome: SignInOutcome): Extract<SignInOutcome, { kind: 'in' }> {
  if (outcome.kind !== 'in') throw new Error(`not in: ${JSON.stringify(outcome)}`);
  return outcome;
}
