/**
 * Browsers in which a person has signed in before. Each has a secret without any permission: it only exempts its person
 * from delays caused by others' wrong guesses (OWASP Authentication, "device cookies").
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';
import { drawSecret, hashSecret, type Random } from './random-secrets.js';

/** The known browsers. */
export interface Devices {
  /** Whether this person has signed in before in the browser with this secret. */
  known(secret: string, person: string): boolean;
  /** Remembers a browser and returns its secret: the existing one if it is known, otherwise a new one. */
  remember(person: string, secret?: string): string;
  /** Forgets all browsers of a person. */
  forget(person: string): void;
}

/** How long a browser is remembered after the last sign-in, ms. */
const life = 365 * 86_400_000;
/** The maximum number of browsers per person. */
const most = 20;

/** Opens the known browsers. */
export function openDevices(db: Sqlite, { clock, random }: { clock: Pick<Clock, 'now'>; random: Random }): Devices {
  const find = db.prepare<{ used: number }>('SELECT used FROM access_device WHERE secret = ? AND person = ?');
  const put = db.prepare('INSERT INTO access_device (secret, person, used) VALUES (?, ?, ?)');
  const use = db.prepare('UPDATE access_device SET used = ? WHERE secret = ?');
  const prune = db.prepare(`DELETE FROM access_device WHERE used <= ? OR (person = ?2 AND secret NOT IN
    (SELECT secret FROM access_device WHERE person = ?2 ORDER BY used DESC, secret LIMIT ${most}))`);
  const remove = db.prepare('DELETE FROM access_device WHERE person = ?');

  function known(secret: string, person: string): boolean {
    const row = find.get(hashSecret(secret), person);
    return row !== undefined && row.used > clock.now() - life;
  }

  return {
    known,
    remember(person, secret) {
      const now = clock.now();
      if (secret !== undefined && known(secret, person)) {
        use.run(now, hashSecret(secret));
        return secret;
      }
      const drawn = drawSecret(random);
      put.run(hashSecret(drawn), person, now);
      prune.run(now - life, person);
      return drawn;
    },
    forget: (person) => void remove.run(person),
  };
}
