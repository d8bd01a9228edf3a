/**
 * Tokens: what programs and peers bring instead of a session (RFC 6750 Bearer, or as the password of RFC 7617 Basic). A
 * token is shown once and kept as a hash. Revoking one takes effect at the next look, in whichever process it is done.
 */
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { checkConfirmed, type Actor } from './actor.js';
import type { Audit } from './audit-log.js';
import { keyOfName, readName } from './account-names.js';
import { mays, type May } from './permissions.js';
import { drawSecret, hashSecret, type Random } from './random-secrets.js';
import { openTouches } from './last-used.js';

/** A token, without its secret. Times are ms since 1970. */
export interface Token {
  name: string;
  may: May[];
  /** Who made it, as `authorOf` writes it. */
  author: string;
  created: number;
  /** To the minute. */
  used?: number;
}

/** The tokens of a server. */
export interface Tokens {
  /** By name. */
  list(): Token[];
  /**
   * Makes a token; the secret is shown once. @throws PhotospoolError `invalid`, `confirmation-needed`; `conflict` where the name is
   * taken.
   */
  make(name: string, may: readonly May[], actor: Actor): { token: Token; secret: string };
  /** False where there is none of that name. */
  revoke(name: string, actor: Actor): boolean;
  /** Revokes those that were made by nobody known, before there was an owner account; answers their names. */
  revokeUnclaimed(actor: Actor): string[];
  /** The token of a secret; its time of use is written lazily. */
  find(secret: string): Token | undefined;
  /** Writes the times of use that were noted. */
  flush(): void;
}

/** What every token begins with: it is known by that in a log, a diff, or beside another program's password. */
export const tokenPrefix = 'psp_';
const every = 60_000;
const columns = 'name, may, author, created, used';

interface Columns {
  name: string;
  may: string;
  author: string;
  created: number;
  used: number | null;
}

/** The tokens in a file, by name. */
export const listTokens = (db: Sqlite): Token[] =>
  db.prepare<Columns>(`SELECT ${columns} FROM access_token ORDER BY key`).all().map(tokenOf);

/** Opens the tokens. */
export function openTokens(
  db: Sqlite,
  parts: {
    clock: Pick<Clock, 'now'>;
    random: Random;
    failed: (error: unknown) => void;
    audit: Audit;
  },
): Tokens {
  const { clock, random, audit } = parts;
  const insert =
    db.prepare(`INSERT INTO access_token (key, hash, unclaimed, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, NULL)
    ON CONFLICT (key) DO NOTHING`);
  const unclaimed = db.prepare<Columns>(`SELECT ${columns} FROM access_token WHERE unclaimed = 1 ORDER BY key`);
  const byHash = db.prepare<Columns>(`SELECT ${columns} FROM access_token WHERE hash = ?`);
  const byKey = db.prepare<Columns>(`SELECT ${columns} FROM access_token WHERE key = ?`);
  const remove = db.prepare('DELETE FROM access_token WHERE key = ?');
  const isFirst = db.prepare('UPDATE access_token SET used = ? WHERE key = ? AND used IS NULL');
  const use = db.prepare('UPDATE access_token SET used = max(used, ?) WHERE key = ?');
  const touches = openTouches(clock, every, touch, parts.failed);

  function touch(name: string, at: number): void {
    db.transaction(() => {
      if (isFirst.run(at, keyOfName(name)).changes > 0) {
        audit.note('token-used', { who: `token ${name}`, detail: 'for the first time' });
      } else use.run(at, keyOfName(name));
    });
  }

  const tokens: Tokens = {
    list: () => listTokens(db),
    make: (given, may, actor) =>
      db.transaction(() => {
        checkConfirmed(actor);
        const { by, who, address } = actor;
        const [name, secret] = [readName(given), `${tokenPrefix}${drawSecret(random)}`];
        const token: Token = { name, may: mays.filter((one) => may.includes(one)), author: by, created: clock.now() };
        const list = token.may.join();
        if (list === '') throw new PhotospoolError('invalid', 'A token must be for something.');
        const { changes } = insert.run(
          ...[keyOfName(name), hashSecret(secret), Number(actor.unclaimed === true)],
          ...[name, list, by, token.created],
        );
        if (changes === 0) {
          throw new PhotospoolError('conflict', 'There is a token of that name already.', {
            hint: 'Choose another name, or revoke that one first.',
          });
        }
        audit.note('token-made', {
          who,
          detail: `${name}: ${token.may.join(', ')}`,
          ...(address !== undefined && { address }),
        });
        return { token, secret };
      }),
    revoke: (name, { who, address }) =>
      db.transaction(() => {
        const row = byKey.get(keyOfName(name));
        if (!row) return false;
        remove.run(keyOfName(name));
        audit.note('token-revoked', { who, detail: row.name, ...(address !== undefined && { address }) });
        return true;
      }),
    revokeUnclaimed: (actor) =>
      db.transaction(() => {
        const names = unclaimed.all().map(({ name }) => name);
        for (const name of names) tokens.revoke(name, actor);
        return names;
      }),
    find(secret) {
      const row = byHash.get(hashSecret(secret));
      if (!row) return undefined;
      touches.touch(row.name, row.used ?? 0);
      return tokenOf(row);
    },
    flush: () => touches.flush(),
  };
  return tokens;
}

function tokenOf({ may, used, ...rest }: Columns): Token {
  const list = may.split(',');
  return { ...rest, may: mays.filter((one) => list.includes(one)), ...(used !== null && { used }) };
}
