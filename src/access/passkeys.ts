/**
 * Passkeys (Web Authentication Level 3, https://www.w3.org/TR/webauthn-3/), as the better way to sign in: nothing that can
 * be guessed or asked for by a false page. A passkey belongs to one host name, needs the person's presence and
 * verification, and is found by the browser itself, so that no list of people is asked for. Challenges live for
 * five minutes, are used once, and are void after a restart: that only means another click.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { readName } from './account-names.js';
import type { Random } from './random-secrets.js';

/** Where a page is: its origin, and the host name that its passkeys belong to. */
export interface Site {
  /** `https://album.example.org` */
  origin: string;
  /** `album.example.org` */
  rp: string;
}

/** A passkey. Times are ms since 1970. */
export interface Passkey {
  id: string;
  person: string;
  name: string;
  rp: string;
  created: number;
  used?: number;
}

/** The passkeys of a server. */
export interface Passkeys {
  list(person: string): Passkey[];
  /** What a browser needs to make one. */
  offer(person: { id: string; name: string }, site: Site): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /** Checks what the browser made; call `keep` with it in a transaction. @throws PhotospoolError `invalid`. */
  verifyNew(person: string, response: RegistrationResponseJSON, site: Site): Promise<NewPasskey>;
  /** Keeps a passkey that was verified. @throws PhotospoolError `invalid` for its name, `conflict` where it is known or there are too many. */
  keep(person: string, name: string, made: NewPasskey): Passkey;
  /** What a browser needs to use one. */
  ask(site: Site): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** Checks a sign-in, and notes the use. Undefined where it is not right, for whatever reason. */
  verify(response: AuthenticationResponseJSON, site: Site): Promise<Passkey | undefined>;
  remove(id: string, person: string): Passkey | undefined;
  removeAll(person: string): void;
}

/** A passkey that was verified and is not yet kept. */
export interface NewPasskey {
  id: string;
  rp: string;
  key: Uint8Array;
  counter: number;
  transports: string[];
}

const challengeLife = 5 * 60_000;
/** Used challenges that are remembered. */
const mostUsed = 10_000;
const mostPasskeys = 50;

interface Columns {
  id: string;
  person: string;
  name: string;
  rp: string;
  key: Uint8Array;
  counter: number;
  transports: string;
  created: number;
  used: number | null;
}

/** Loaded when it is first needed: the commands do without. */
const webauthn = async () => import('@simplewebauthn/server');

/** Opens the passkeys. */
// Longer than a screen: making, offering and checking passkeys share their challenges.
export function openPasskeys(db: Sqlite, { clock, random }: { clock: Pick<Clock, 'now'>; random: Random }): Passkeys {
  const columns = 'id, person, name, rp, key, counter, transports, created, used';
  const insert = db.prepare(`INSERT INTO access_passkey (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)
    ON CONFLICT (id) DO NOTHING`);
  const one = db.prepare<Columns>(`SELECT ${columns} FROM access_passkey WHERE id = ?`);
  const all = db.prepare<Columns>(`SELECT ${columns} FROM access_passkey WHERE person = ? ORDER BY created, id`);
  const use = db.prepare('UPDATE access_passkey SET counter = ?, used = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM access_passkey WHERE id = ?');
  const removeAll = db.prepare('DELETE FROM access_passkey WHERE person = ?');
  // For a person: making a passkey. For nobody: signing in with one.
  const challenges = openChallenges(clock, random);

  return {
    list: (person) => all.all(person).map(passkeyOf),
    async offer({ id, name }, { rp }) {
      const { generateRegistrationOptions } = await webauthn();
      return generateRegistrationOptions({
        rpName: 'Photospool',
        rpID: rp,
        userName: name,
        userDisplayName: name,
        userID: new Uint8Array(Buffer.from(id)),
        challenge: challenges.draw(id),
        timeout: challengeLife,
        excludeCredentials: all
          .all(id)
          .map(({ id: known, transports }) => ({ id: known, transports: listOf(transports) })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
    },
    async verifyNew(person, response, { origin, rp }) {
      const { verifyRegistrationResponse } = await webauthn();
      const found = await verifyRegistrationResponse({
        response,
        expectedChallenge: (text) => challenges.use(text, person),
        expectedOrigin: origin,
        expectedRPID: rp,
      }).catch((cause: unknown) => {
        throw refused(cause);
      });
      if (!found.verified) throw refused();
      const { id, publicKey, counter, transports = [] } = found.registrationInfo.credential;
      return { id, rp, key: publicKey, counter, transports };
    },
    keep(person, given, { id, rp, key, counter, transports }) {
      const [name, created] = [readName(given), clock.now()];
      if (all.all(person).length >= mostPasskeys) {
        throw new PhotospoolError('conflict', `A person may have ${mostPasskeys} passkeys.`, {
          hint: 'Remove one first.',
        });
      }
      const { changes } = insert.run(id, person, name, rp, key, counter, transports.join(), created);
      if (changes === 0) throw new PhotospoolError('conflict', 'This passkey is known already.');
      return { id, person, name, rp, created };
    },
    async ask({ rp }) {
      const { generateAuthenticationOptions } = await webauthn();
      return generateAuthenticationOptions({
        rpID: rp,
        challenge: challenges.draw(''),
        timeout: challengeLife,
        userVerification: 'required',
      });
    },
    async verify(response, { origin, rp }) {
      const row = one.get(response.id);
      if (!row) return undefined;
      const { verifyAuthenticationResponse } = await webauthn();
      const found = await verifyAuthenticationResponse({
        response,
        expectedChallenge: (text) => challenges.use(text, ''),
        expectedOrigin: origin,
        expectedRPID: rp,
        credential: { id: row.id, publicKey: new Uint8Array(row.key), counter: row.counter },
      }).catch(() => undefined);
      // The user handle says whose it is; a browser that sends another's is not to be trusted.
      const handle = response.response.userHandle;
      const own = handle === undefined || Buffer.from(handle, 'base64url').toString() === row.person;
      if (found?.verified !== true || !own || row.rp !== rp) return undefined;
      use.run(found.authenticationInfo.newCounter, clock.now(), row.id);
      return passkeyOf(row);
    },
    remove(id, person) {
      const row = one.get(id);
      if (row?.person !== person) return undefined;
      remove.run(id);
      return passkeyOf(row);
    },
    removeAll: (person) => void removeAll.run(person),
  };
}

/**
 * Challenges carry their own proof: random bytes, the time until which they are good, and an HMAC of both with what they are
 * for. So however many are asked for, none takes memory, and none pushes another out. Only used ones are remembered.
 */
function openChallenges(clock: Pick<Clock, 'now'>, random: Random) {
  const key = random(32);
  const used = new Map<string, number>();
  const seal = (head: Uint8Array, purpose: string): Buffer =>
    createHmac('sha256', key).update(head).update(purpose).digest();

  return {
    /** Draws a challenge for a purpose. */
    draw(purpose: string): Uint8Array<ArrayBuffer> {
      const head = Buffer.alloc(30);
      head.set(random(24));
      head.writeUIntBE(clock.now() + challengeLife, 24, 6);
      return new Uint8Array(Buffer.concat([head, seal(head, purpose)]));
    },
    /** Whether a challenge is one of ours for that purpose, in time and for the first time. */
    use(text: string, purpose: string): boolean {
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.length !== 62) return false;
      const [head, proof, now] = [bytes.subarray(0, 30), bytes.subarray(30), clock.now()];
      const until = head.readUIntBE(24, 6);
      if (!timingSafeEqual(proof, seal(head, purpose)) || until <= now) return false;
      const id = proof.toString('hex');
      for (const [one, end] of used) if (end <= now) used.delete(one);
      if (used.has(id)) return false;
      if (used.size >= mostUsed) used.delete(used.keys().next().value!);
      used.set(id, until);
      return true;
    },
  };
}

function passkeyOf({ id, person, name, rp, created, used }: Columns): Passkey {
  return { id, person, name, rp, created, ...(used !== null && { used }) };
}

const listOf = (text: string): string[] => (text === '' ? [] : text.split(','));

function refused(cause?: unknown): PhotospoolError {
  return new PhotospoolError('invalid', 'The passkey could not be made.', { hint: 'Try it once more.', cause });
}
