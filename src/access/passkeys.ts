/**
 * Passkeys (Web Authentication Level 3, https://www.w3.org/TR/webauthn-3/): protection against guessing and phishing. A
 * passkey belongs to one host name, requires the person's presence and verification, and is found by the browser
 * itself, so that no list of people is needed. Challenges are valid for five minutes, used once, and invalid after a
 * restart, which only costs another click.
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

/** The origin of a page, and the host name to which its passkeys belong. */
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
  /** Created while another person may have known the password: it opens no locked photos. */
  doubted?: true;
}

/** The passkeys of a server. */
export interface Passkeys {
  list(person: string): Passkey[];
  /** The options for creating one. */
  offer(person: { id: string; name: string }, site: Site): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /**
   * Verifies the browser's response; call `keep` with the result in a transaction. @throws PhotospoolError `invalid`.
   */
  verifyNew(person: string, response: RegistrationResponseJSON, site: Site): Promise<NewPasskey>;
  /**
   * Stores a verified passkey. `doubted`: see `Passkey`. @throws PhotospoolError `invalid` for its name, `conflict` if
   * it exists or there are too many.
   */
  keep(person: string, name: string, made: NewPasskey, doubted?: boolean): Passkey;
  /** The options for using one. */
  ask(site: Site): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** Verifies a sign-in, and records the use. Undefined if it is invalid for any reason. */
  verify(response: AuthenticationResponseJSON, site: Site): Promise<Passkey | undefined>;
  remove(id: string, person: string): Passkey | undefined;
  removeAll(person: string): void;
  /** Removes the doubt of all passkeys of a person. */
  trustAll(person: string): void;
}

/** A verified passkey that is not stored yet. */
export interface NewPasskey {
  id: string;
  rp: string;
  key: Uint8Array;
  counter: number;
  transports: string[];
}

const challengeLife = 5 * 60_000;
/** The maximum number of used challenges remembered. */
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
  doubted: number;
}

/** Loaded on first use: commands do not need it. */
const webauthn = async () => import('@simplewebauthn/server');

/** Opens the passkeys. */
// Longer than a screen: creating, offering and verifying passkeys share their challenges.
export function openPasskeys(db: Sqlite, { clock, random }: { clock: Pick<Clock, 'now'>; random: Random }): Passkeys {
  const columns = 'id, person, name, rp, key, counter, transports, created, used, doubted';
  const insert = db.prepare(`INSERT INTO access_passkey (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)
    ON CONFLICT (id) DO NOTHING`);
  const one = db.prepare<Columns>(`SELECT ${columns} FROM access_passkey WHERE id = ?`);
  const all = db.prepare<Columns>(`SELECT ${columns} FROM access_passkey WHERE person = ? ORDER BY created, id`);
  const use = db.prepare('UPDATE access_passkey SET counter = ?, used = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM access_passkey WHERE id = ?');
  const removeAll = db.prepare('DELETE FROM access_passkey WHERE person = ?');
  const trustAll = db.prepare('UPDATE access_passkey SET doubted = 0 WHERE person = ?');
  // With a person: for creating a passkey. Without: for signing in with one.
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
    keep(person, given, { id, rp, key, counter, transports }, doubted = false) {
      const [name, created] = [readName(given), clock.now()];
      if (all.all(person).length >= mostPasskeys) {
        throw new PhotospoolError('conflict', `You can have at most ${mostPasskeys} passkeys.`, {
          hint: 'Remove one first.',
        });
      }
      const { changes } = insert.run(id, person, name, rp, key, counter, transports.join(), created, Number(doubted));
      if (changes === 0) throw new PhotospoolError('conflict', 'This passkey was already added.');
      return { id, person, name, rp, created, ...(doubted && { doubted }) };
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
      // The user handle names the owner; a response with another one is rejected.
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
    trustAll: (person) => void trustAll.run(person),
  };
}

/**
 * Challenges are self-contained: random bytes, an expiry time, and an HMAC of both with the purpose. So requesting many
 * takes no memory and invalidates none. Only used ones are remembered.
 */
function openChallenges(clock: Pick<Clock, 'now'>, random: Random) {
  const key = random(32);
  const used = new Map<string, number>();
  const seal = (head: Uint8Array, purpose: string): Buffer =>
    createHmac('sha256', key).update(head).update(purpose).digest();

  return {
    /** Creates a challenge for a purpose. */
    draw(purpose: string): Uint8Array<ArrayBuffer> {
      const head = Buffer.alloc(30);
      head.set(random(24));
      head.writeUIntBE(clock.now() + challengeLife, 24, 6);
      return new Uint8Array(Buffer.concat([head, seal(head, purpose)]));
    },
    /** Whether a challenge was issued for that purpose, is valid, and is used for the first time. */
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

function passkeyOf({ id, person, name, rp, created, used, doubted }: Columns): Passkey {
  const passkey = { id, person, name, rp, created, ...(used !== null && { used }) };
  return doubted === 1 ? { ...passkey, doubted: true } : passkey;
}

const listOf = (text: string): string[] => (text === '' ? [] : text.split(','));

function refused(cause?: unknown): PhotospoolError {
  return new PhotospoolError('invalid', 'The passkey couldn’t be created.', { hint: 'Try again.', cause });
}
