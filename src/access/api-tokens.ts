/**
 * Tokens: the credentials of programs and peers, instead of a session (RFC 6750 Bearer, or the password of RFC 7617
 * Basic). A token is shown once and stored as a hash. Revoking one takes effect at the next request, from whichever
 * process. A crash loses only the latest times of use.
 */
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { checkConfirmed, type Actor } from './actor.js';
import type { Audit } from './audit-log.js';
import { keyOfName, readName } from './account-names.js';
import { mays, personalMays, tokenIn, type May } from './permissions.js';
import { drawSecret, hashSecret, type Random } from './random-secrets.js';
import { openTouches } from './last-used.js';

/** A token, without its secret. Times are ms since 1970. */
export interface Token {
  name: string;
  may: May[];
  /** The person (a ULID) it acts for; absent if it acts for the house. */
  person?: string;
  /** The author, in the form of `authorOf`. */
  author: string;
  created: number;
  /** The last use, to the minute. */
  used?: number;
  /** When the last photo or video that it sent was imported, to the minute. */
  photo?: number;
}

/** The tokens of a server. */
export interface Tokens {
  /** All tokens, by name. */
  list(): Token[];
  /**
   * Creates a token that acts for the house, or for a person; the secret is shown once. @throws PhotospoolError
   * `invalid`, `confirmation-needed`; `conflict` if the name is taken.
   */
  make(name: string, may: readonly May[], actor: Actor, person?: string): { token: Token; secret: string };
  /** Revokes a token of the house, or of a person; false if there is none of that name. */
  revoke(name: string, actor: Actor, person?: string): boolean;
  /** Revokes all tokens of a person, without entries in the audit log: the removal of the person has one. */
  dropOf(person: string): void;
  /** Revokes the tokens created anonymously before there was an owner account; returns their names. */
  revokeUnclaimed(actor: Actor): string[];
  /** The token of a secret; its last use is written lazily. */
  find(secret: string): Token | undefined;
  /** Writes pending times of use. */
  flush(): void;
}

/** The prefix of every token, so that it is recognised in a log, a diff, or beside another program's password. */
export const tokenPrefix = 'psp_';
const every = 60_000;
const columns = 'name, may, person, author, created, used, photo';

interface Columns {
  name: string;
  may: string;
  person: string | null;
  author: string;
  created: number;
  used: number | null;
  photo: number | null;
}

/** The tokens in a database, by name. */
export const listTokens = (db: Sqlite): Token[] =>
  db
    .prepare<Columns>(`SELECT ${columns} FROM access_token ORDER BY substr(key, coalesce(length(person) + 2, 1)), key`)
    .all()
    .map(tokenOf);

/**
 * The unique key of a token. The house and each person have separate names, so that names don't reveal those of others.
 */
const keyOfToken = (name: string, person?: string | null): string =>
  `${person === undefined || person === null ? '' : `${person} `}${keyOfName(name)}`;

/** The dependencies of the tokens. */
interface TokenParts {
  clock: Pick<Clock, 'now'>;
  random: Random;
  failed: (error: unknown) => void;
  audit: Audit;
}

/** Records the use of tokens; the first use goes into the audit log. */
function openUse(db: Sqlite, { clock, failed, audit }: TokenParts) {
  const isFirst = db.prepare('UPDATE access_token SET used = ? WHERE key = ? AND used IS NULL');
  const use = db.prepare('UPDATE access_token SET used = max(used, ?) WHERE key = ?');
  const nameOf = db.prepare<{ name: string }>('SELECT name FROM access_token WHERE key = ?');
  function touch(key: string, at: number): void {
    db.transaction(() => {
      if (isFirst.run(at, key).changes > 0)
        audit.note('token-used', { who: `token ${nameOf.get(key)?.name ?? ''}`, detail: 'first use' });
      else use.run(at, key);
    });
  }
  return openTouches(clock, every, touch, failed);
}

/**
 * Opens the record of the last photo of each token. Called with the author (`authorOf`) of a file that was imported; authors
 * other than tokens are ignored. Written lazily, at most once a minute for each token; a crash loses only that time.
 */
export function openLastPhotos(
  db: Sqlite,
  clock: Pick<Clock, 'now'>,
  failed: (error: unknown) => void,
): (author: string) => void {
  const write = db.prepare('UPDATE access_token SET photo = max(coalesce(photo, 0), ?) WHERE key = ?');
  const touches = openTouches(clock, every, (key, at) => void write.run(at, key), failed);
  return (author) => {
    const from = tokenIn(author);
    if (from) touches.touch(keyOfToken(from.token, from.person), 0);
  };
}

/** Opens the tokens. */
export function openTokens(db: Sqlite, parts: TokenParts): Tokens {
  const { clock, random, audit } = parts;
  const insert =
    db.prepare(`INSERT INTO access_token (key, hash, unclaimed, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)
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
          throw new PhotospoolError('invalid', 'A token for one person can’t have permission to replicate or publish.');
        if (list === '') throw new PhotospoolError('invalid', 'Choose at least one permission for the token.');
        // Its author would be that of a person's token.
        if (person === undefined && tokenIn(`token:${name}`)?.person !== undefined)
          throw new PhotospoolError('invalid', 'The name of a token can’t begin with the id of a person.', {
            hint: 'Choose another name.',
          });
        const { changes } = insert.run(
          ...[keyOfToken(name, person), hashOf(secret, person), Number(actor.unclaimed === true)],
          ...[name, list, person ?? null, by, token.created],
        );
        if (changes === 0) {
          throw new PhotospoolError('conflict', 'A token with this name already exists.', {
            hint: 'Choose another name or revoke that token first.',
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

/**
 * The stored hash. It differs for tokens of people, so that an older version finds none of them instead of letting them
 * act for the house.
 */
const hashOf = (secret: string, person: string | undefined): string =>
  person === undefined ? hashSecret(secret) : `person ${hashSecret(secret)}`;

function tokenOf({ may, used, photo, person, ...rest }: Columns): Token {
  const list = may.split(',');
  return {
    ...rest,
    ...(person !== null && { person }),
    may: mays.filter((one) => list.includes(one)),
    ...(used !== null && { used }),
    ...(photo !== null && { photo }),
  };
}
