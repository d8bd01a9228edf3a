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
import { mays, personalMays, type May } from './permissions.js';
import { drawSecret, hashSecret, type Random } from './random-secrets.js';
import { openTouches } from './last-used.js';

/** A token, without its secret. Times are ms since 1970. */
export interface Token {
  name: string;
  may: May[];
  /** The person (a ULID) it acts for; absent where it acts for the house. */
  person?: string;
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
   * Makes a token that acts for the house, or for a person; the secret is shown once. @throws PhotospoolError `invalid`,
   * `confirmation-needed`; `conflict` where the name is taken.
   */
  make(name: string, may: readonly May[], actor: Actor, person?: string): { token: Token; secret: string };
  /** Revokes one of the house, or of a person; false where they have none of that name. */
  revoke(name: string, actor: Actor, person?: string): boolean;
  /** Revokes those that act for a person, without a word in the audit: that the person was removed says it. */
  dropOf(person: string): void;
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
const columns = 'name, may, person, author, created, used';

interface Columns {
  name: string;
  may: string;
  person: string | null;
  author: string;
  created: number;
  used: number | null;
}

/** The tokens in a file, by name. */
export const listTokens = (db: Sqlite): Token[] =>
  db
    .prepare<Columns>(`SELECT ${columns} FROM access_token ORDER BY substr(key, coalesce(length(person) + 2, 1)), key`)
    .all()
    .map(tokenOf);

/** The key of a token: the house and every person have names of their own, so that nobody learns of others’. */
const keyOfToken = (name: string, person?: string | null): string =>
  `${person === undefined || person === null ? '' : `${person} `}${keyOfName(name)}`;

/** What the tokens are made of. */
interface TokenParts {
  clock: Pick<Clock, 'now'>;
  random: Random;
  failed: (error: unknown) => void;
  audit: Audit;
}

/** Notes when tokens are used; the first time goes into the audit. */
function openUse(db: Sqlite, { clock, failed, audit }: TokenParts) {
  const isFirst = db.prepare('UPDATE access_token SET used = ? WHERE key = ? AND used IS NULL');
  const use = db.prepare('UPDATE access_token SET used = max(used, ?) WHERE key = ?');
  const nameOf = db.prepare<{ name: string }>('SELECT name FROM access_token WHERE key = ?');
  function touch(key: string, at: number): void {
    db.transaction(() => {
      if (isFirst.run(at, key).changes > 0)
        audit.note('token-used', { who: `token ${nameOf.get(key)?.name ?? ''}`, detail: 'for the first time' });
      else use.run(at, key);
    });
  }
  return openTouches(clock, every, touch, failed);
}

/** Opens the tokens. */
export function openTokens(db: Sqlite, parts: TokenParts): Tokens {
  const { clock, random, audit } = parts;
  const insert =
    db.prepare(`INSERT INTO access_token (key, hash, unclaimed, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)
    ON CONFLICT (key) DO NOTHING`);
  const unclaimed = db.prepare<Columns>(`SELECT ${columns} FROM access_token WHERE unclaimed = 1 ORDER BY key`);
  const byHash = db.prepare<Columns>(`SELECT ${columns} FROM access_token WHERE hash IN (?1, 'person ' || ?1)`);
  const byKey = db.prepare<Columns>(`SELECT ${columns} FROM access_token WHERE key = ?`);
  const remove = db.prepare('DELETE FROM access_token WHERE key = ?');
  const removeOf = db.prepare('DELETE FROM access_token WHERE person = ?');
  const touches = openUse(db, parts);

  const tokens: Tokens = {
    list: () => listTokens(db),
    make: (given, may, actor, person) =>
      db.transaction(() => {
        checkConfirmed(actor);
        const { by, who, address } = actor;
        const [name, secret] = [readName(given), `${tokenPrefix}${drawSecret(random)}`];
        const kinds = person === undefined ? mays : personalMays;
        const token: Token = {
          ...{ name, may: kinds.filter((one) => may.includes(one)), author: by, created: clock.now() },
          ...(person !== undefined && { person }),
        };
        const list = token.may.join();
        if (token.may.length < new Set(may).size)
          throw new PhotospoolError('invalid', 'A token of one person can’t be for replicating or publishing.');
        if (list === '') throw new PhotospoolError('invalid', 'A token must be for something.');
        const { changes } = insert.run(
          ...[keyOfToken(name, person), hashOf(secret, person), Number(actor.unclaimed === true)],
          ...[name, list, person ?? null, by, token.created],
        );
        if (changes === 0) {
          throw new PhotospoolError('conflict', 'There is a token of that name already.', {
            hint: 'Choose another name, or revoke that one first.',
          });
        }
        audit.note('token-made', {
          who,
          detail: `${name}: ${token.may.join(', ')}${person === undefined ? '' : ', for one person'}`,
          ...(address !== undefined && { address }),
        });
        return { token, secret };
      }),
    revoke: (name, { who, address }, person) =>
      db.transaction(() => {
        const row = byKey.get(keyOfToken(name, person));
        if (!row) return false;
        remove.run(keyOfToken(name, person));
        audit.note('token-revoked', { who, detail: row.name, ...(address !== undefined && { address }) });
        return true;
      }),
    dropOf: (person) => void removeOf.run(person),
    revokeUnclaimed: (actor) =>
      db.transaction(() => {
        const names = unclaimed.all().map(({ name }) => name);
        for (const name of names) tokens.revoke(name, actor);
        return names;
      }),
    find(secret) {
      const row = byHash.get(hashSecret(secret));
      if (!row) return undefined;
      touches.touch(keyOfToken(row.name, row.person), row.used ?? 0);
      return tokenOf(row);
    },
    flush: () => touches.flush(),
  };
  return tokens;
}

/** The hash as it is stored. A version that knows no tokens of people finds none of them, rather than one that acts for the house. */
const hashOf = (secret: string, person: string | undefined): string =>
  person === undefined ? hashSecret(secret) : `person ${hashSecret(secret)}`;

function tokenOf({ may, used, person, ...rest }: Columns): Token {
  const list = may.split(',');
  return {
    ...rest,
    ...(person !== null && { person }),
    may: mays.filter((one) => list.includes(one)),
    ...(used !== null && { used }),
  };
}
