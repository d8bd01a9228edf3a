/**
 * Sessions. The browser has a secret of 256 bits, the table its hash (OWASP Session Management). A session ends 30 days
 * after its last use, 180 days after its start, by hand, or when the password changes.
 */
import { ulid } from 'ulid';
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';
import { drawSecret, hashSecret, type Random } from './random-secrets.js';
import { openTouches } from './last-used.js';

/** A session. Times are ms since 1970. */
export interface Session {
  /** A ULID; not secret. */
  id: string;
  person: string;
  created: number;
  used: number;
  /** The address at its start, or empty. */
  address: string;
  /** The User-Agent: hostile text. */
  browser: string;
  /** When it last confirmed the identity: by password, second factor or passkey. 0 for never. */
  confirmed: number;
  /** When its person acknowledged the credentials added before it began. 0 for never. */
  noticed: number;
}

/**
 * The use of a session: for the page, or for a client of the Immich-compatible API. Neither accepts sessions of the
 * other.
 */
export type SessionUse = 'page' | 'client';

/** The origin of a sign-in. */
export interface SignInOrigin {
  address: string;
  browser: string;
  /** The use of its session; by default the page. */
  use?: SessionUse;
}

/** The sessions of a server. */
export interface Sessions {
  /** Starts a session; the secret is only for the browser. The session of a client has not confirmed the identity. */
  start(person: string, place: SignInOrigin): { id: string; secret: string };
  /** The valid session of a secret, if it is for this use; its last use is written lazily. */
  find(secret: string, use?: SessionUse): Session | undefined;
  /** The valid sessions of a person, the last used first. */
  list(person: string): Session[];
  get(id: string): Session | undefined;
  /** Records that the session has confirmed its identity. */
  confirm(id: string): void;
  /** Records that its person has seen the added credentials. */
  notice(id: string): void;
  end(id: string): void;
  /** Ends all sessions of a person, except one. */
  endAll(person: string, but?: string): number;
  /** Writes pending times of use. */
  flush(): void;
}

const day = 86_400_000;
/** How long a session is valid after its last use, ms. */
export const idle = 30 * day;
/** How long a session is valid in total, ms. */
export const longest = 180 * day;
/** How long after confirming its identity a session may change access permanently, ms. */
export const confirmedFor = 10 * 60_000;
/** The maximum number of sessions per person for each use; beyond it the longest unused one ends. */
const most = 50;
/** The precision of the last use, ms. */
const every = 5 * 60_000;
const longestBrowser = 300;

/** Opens the sessions. */
export function openSessions(
  db: Sqlite,
  { clock, random, failed }: { clock: Pick<Clock, 'now'>; random: Random; failed: (error: unknown) => void },
): Sessions {
  const columns = 'id, person, created, used, address, browser, confirmed, noticed';
  const insert = db.prepare(
    `INSERT INTO access_session (secret, ${columns}, client) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
  );
  const confirm = db.prepare('UPDATE access_session SET confirmed = ? WHERE id = ?');
  const notice = db.prepare('UPDATE access_session SET noticed = ? WHERE id = ?');
  const bySecret = db.prepare<Session>(`SELECT ${columns} FROM access_session WHERE secret = ? AND client = ?`);
  const byId = db.prepare<Session>(`SELECT ${columns} FROM access_session WHERE id = ?`);
  const byPerson = db.prepare<Session>(
    `SELECT ${columns} FROM access_session WHERE person = ? ORDER BY used DESC, id DESC`,
  );
  const ofUse = db.prepare<Pick<Session, 'id'>>(
    'SELECT id FROM access_session WHERE person = ? AND client = ? ORDER BY used DESC, id DESC',
  );
  const remove = db.prepare('DELETE FROM access_session WHERE id = ?');
  const removeAll = db.prepare('DELETE FROM access_session WHERE person = ? AND id <> ?');
  const expire = db.prepare('DELETE FROM access_session WHERE used <= ? OR created <= ?');
  const use = db.prepare('UPDATE access_session SET used = max(used, ?) WHERE id = ?');
  const touches = openTouches(clock, every, (id, at) => void use.run(at, id), failed);

  const lives = ({ used, created }: Session): boolean => used > clock.now() - idle && created > clock.now() - longest;

  return {
    start: (person, { address, browser, use = 'page' }) =>
      db.transaction(() => {
        const [now, secret] = [clock.now(), drawSecret(random)];
        const id = ulid(now);
        expire.run(now - idle, now - longest);
        const [confirmed, client] = use === 'client' ? [0, 1] : [now, 0];
        // Programs that sign in repeatedly end no session of the page.
        for (const old of ofUse.all(person, client).slice(most - 1)) remove.run(old.id);
        insert.run(
          ...[hashSecret(secret), id, person, now, now, address, browser.slice(0, longestBrowser), confirmed, client],
        );
        return { id, secret };
      }),
    find(secret, use = 'page') {
      const session = bySecret.get(hashSecret(secret), use === 'client' ? 1 : 0);
      if (!session || !lives(session)) return undefined;
      touches.touch(session.id, session.used);
      return session;
    },
    list: (person) => byPerson.all(person).filter(lives),
    get: (id) => byId.get(id),
    confirm: (id) => void confirm.run(clock.now(), id),
    notice: (id) => void notice.run(clock.now(), id),
    end: (id) => void remove.run(id),
    endAll: (person, but = '') => removeAll.run(person, but).changes,
    flush: () => touches.flush(),
  };
}
