/**
 * One-time links: the set-up of the first owner, and invitations (also for a forgotten password). A link contains a
 * code of 256 bits in its fragment, which browsers never send; the table has its hash. Using a code ends it, in the
 * same transaction. A new code for the same purpose ends the previous one.
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';
import { drawSecret, hashSecret, type Random } from './random-secrets.js';

/** One-time codes. The purpose is a person's id, or `setUp`. */
export interface Codes {
  /** Creates a code. `author`: the author's name to display. `expires`: ms since 1970. */
  draw(purpose: string, author?: string): { code: string; expires: number };
  /** The purpose of a valid code. */
  look(code: string): string | undefined;
  /** The author of a valid code; undefined if unknown. */
  authorOf(code: string): string | undefined;
  /**
   * Uses a code up. Call it in the transaction of the permitted change. Undefined if it is used, expired or unknown.
   */
  use(code: string): string | undefined;
  /** Ends the codes of a purpose. */
  drop(purpose: string): void;
}

/** The purpose of the link that creates the first owner. */
export const setUp = '';
/** How long a link is valid, ms. */
export const codeLife = 7 * 86_400_000;

/** Opens the codes. */
export function openCodes(db: Sqlite, { clock, random }: { clock: Pick<Clock, 'now'>; random: Random }): Codes {
  const insert = db.prepare('INSERT INTO access_code (secret, person, expires, author) VALUES (?, ?, ?, ?)');
  const find = db.prepare<{ person: string; expires: number; author: string | null }>(
    'SELECT person, expires, author FROM access_code WHERE secret = ?',
  );
  const remove = db.prepare('DELETE FROM access_code WHERE secret = ?');
  const removeAll = db.prepare('DELETE FROM access_code WHERE person = ? OR expires <= ?');

  function valid(code: string) {
    const row = find.get(hashSecret(code));
    return row && row.expires > clock.now() ? row : undefined;
  }

  const look = (code: string): string | undefined => valid(code)?.person;

  return {
    draw: (purpose, author) =>
      db.transaction(() => {
        const [code, expires] = [drawSecret(random), clock.now() + codeLife];
        removeAll.run(purpose, clock.now());
        insert.run(hashSecret(code), purpose, expires, author ?? null);
        return { code, expires };
      }),
    look,
    authorOf: (code) => valid(code)?.author ?? undefined,
    use: (code) =>
      db.transaction(() => {
        const purpose = look(code);
        remove.run(hashSecret(code));
        return purpose;
      }),
    drop: (purpose) => void removeAll.run(purpose, clock.now()),
  };
}
