/**
 * The second factor: an authenticator app, and ten recovery codes. It takes effect only after one code was correct, so
 * that people don't lock themselves out. The secret is stored in plain, because codes are computed from it; of recovery
 * codes only hashes are stored. Each code is valid once, also if two requests send it at the same time. Local to this
 * server.
 */
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { hashSecret, type Random } from './random-secrets.js';
import { base32, findStep, keyUri } from './totp.js';

/** The state of a person's second factor. */
export interface FactorState {
  on: boolean;
  /** ms since 1970, if it is on. */
  since?: number;
  /** The number of unused recovery codes. */
  recovery: number;
}

/** The second factors of a server. All methods except `use` require a session with confirmed identity (sessions.ts). */
export interface SecondFactors {
  state(person: string): FactorState;
  /** Creates a secret that is not in effect yet. @throws PhotospoolError `conflict` if the second factor is on. */
  begin(person: string, name: string): { secret: string; uri: string };
  /**
   * Puts the created secret into effect if the code matches; returns the recovery codes, which are shown once.
   * @throws PhotospoolError `invalid` if the code is wrong, `conflict` if no secret was created.
   */
  confirm(person: string, code: string): string[];
  /** Uses up a code of the app, or a recovery code. */
  use(person: string, code: string): 'app' | 'recovery' | undefined;
  /** Creates new recovery codes, replacing all previous ones. @throws PhotospoolError `conflict` if it is off. */
  renew(person: string): string[];
  /** Turns it off; false if it was off. */
  remove(person: string): boolean;
}

const recoveryCodes = 10;

interface Columns {
  secret: Uint8Array;
  since: number | null;
  step: number;
}

/** Opens the second factors. */
export function openSecondFactors(
  db: Sqlite,
  { clock, random }: { clock: Pick<Clock, 'now'>; random: Random },
): SecondFactors {
  const get = db.prepare<Columns>('SELECT secret, since, step FROM access_totp WHERE person = ?');
  const put = db.prepare(`INSERT OR REPLACE INTO access_totp (person, secret, since, step) VALUES (?, ?, NULL, 0)`);
  const begin = db.prepare('UPDATE access_totp SET since = ?, step = ? WHERE person = ? AND since IS NULL');
  const advance = db.prepare('UPDATE access_totp SET step = ?1 WHERE person = ?2 AND step < ?1');
  const drop = db.prepare('DELETE FROM access_totp WHERE person = ?');
  const left = db.prepare<{ n: number }>('SELECT count(*) AS n FROM access_recovery WHERE person = ?');
  const add = db.prepare('INSERT INTO access_recovery (person, hash) VALUES (?, ?)');
  const spend = db.prepare('DELETE FROM access_recovery WHERE person = ? AND hash = ?');
  const dropCodes = db.prepare('DELETE FROM access_recovery WHERE person = ?');

  const isOn = (row: Columns | undefined): row is Columns => row !== undefined && row.since !== null;

  /** Ten codes of 80 bits, in four groups for reading aloud. */
  function drawCodes(person: string): string[] {
    dropCodes.run(person);
    return Array.from({ length: recoveryCodes }, () => {
      const code = base32(random(10)).toLowerCase();
      add.run(person, hashSecret(code));
      return code.match(/.{4}/g)!.join('-');
    });
  }

  const factors: SecondFactors = {
    state(person) {
      const row = get.get(person);
      const recovery = left.get(person)?.n ?? 0;
      return isOn(row) ? { on: true, since: row.since!, recovery } : { on: false, recovery: 0 };
    },
    begin: (person, name) =>
      db.transaction(() => {
        if (factors.state(person).on) {
          throw new PhotospoolError('conflict', 'Two-step sign-in is already on.', { hint: 'Turn it off first.' });
        }
        const secret = random(20);
        put.run(person, secret);
        return { secret: base32(secret), uri: keyUri(secret, name, 'Photospool') };
      }),
    confirm: (person, code) =>
      db.transaction(() => {
        const row = get.get(person);
        if (!row || row.since !== null) {
          throw new PhotospoolError('conflict', 'This set-up has expired.', { hint: 'Start again.' });
        }
        const step = findStep(row.secret, plainCode(code), clock.now(), row.step);
        if (step === undefined) {
          throw new PhotospoolError('invalid', 'Wrong code.', {
            hint: 'Check the clock of your phone and enter the latest code.',
          });
        }
        begin.run(clock.now(), step, person);
        return drawCodes(person);
      }),
    use: (person, given) =>
      db.transaction(() => {
        const row = get.get(person);
        if (!isOn(row)) return undefined;
        const code = plainCode(given);
        const step = findStep(row.secret, code, clock.now(), row.step);
        if (step !== undefined) return advance.run(step, person).changes > 0 ? 'app' : undefined;
        return spend.run(person, hashSecret(code)).changes > 0 ? 'recovery' : undefined;
      }),
    renew: (person) =>
      db.transaction(() => {
        if (factors.state(person).on) return drawCodes(person);
        throw new PhotospoolError('conflict', 'Two-step sign-in is off.');
      }),
    remove: (person) =>
      db.transaction(() => {
        const { on } = factors.state(person);
        drop.run(person);
        dropCodes.run(person);
        return on;
      }),
  };
  return factors;
}

/** A code in its created form: people type spaces, hyphens and capitals. */
const plainCode = (code: string): string => code.replace(/[\s-]/g, '').toLowerCase();
