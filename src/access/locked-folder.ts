/**
 * Opening a person's locked photos: in one session, for five minutes, by a PIN or a passkey. Guesses at a PIN are
 * delayed as at sign-in, by person. The sign-in password sets a PIN, or a new one if the PIN is forgotten, unless
 * another person may know that password (pins.ts): so resetting someone's password gives no access to their locked
 * photos. PINs never replicate.
 */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import type { Actor } from './actor.js';
import type { AccountNotices } from './account-notices.js';
import type { Audit } from './audit-log.js';
import type { Passkeys, Site } from './passkeys.js';
import type { Passwords } from './password-hash.js';
import type { People } from './people.js';
import { may, type Viewer } from './permissions.js';
import type { Pins } from './pins.js';
import type { Session, Sessions } from './sessions.js';
import type { Confirmation, Signing, Visit } from './sign-in.js';
import { openDelays, pinRule } from './sign-in-delays.js';

/** The proof of identity: the person's PIN, or a passkey. */
export type LockProof = { pin: string } | { response: AuthenticationResponseJSON; site: Site };
/** For a new PIN: also the sign-in password. */
export type PinProof = LockProof | { password: string; otp?: string };

/** The state of a person’s locked photos, for one session. */
export interface LockedState {
  /** Whether a PIN is set. */
  pin: boolean;
  /** The number of passkeys that can open them. */
  passkeys: number;
  /** Whether the sign-in password can set a PIN; if not, only while no photo is locked. */
  password: boolean;
  /** Until when they are open here, ms since 1970; absent if they are closed. */
  until?: number;
}

/** A change of a PIN. */
export interface PinChange {
  /** The new PIN; undefined removes it. */
  pin: string | undefined;
  proof: PinProof;
  /** Whether the person has no locked photos. */
  isEmpty: () => boolean;
}

/** The locked photos of people. All methods with a session throw `not-found` if it has ended. */
export interface LockedFolder {
  state(session: string): LockedState;
  /**
   * A viewer of only the person’s locked photos. @throws PhotospoolError `pin-needed` if they are closed in this
   * session; `forbidden` without a session.
   */
  viewer(viewer: Viewer): Viewer;
  /** @throws PhotospoolError `conflict` if no PIN is set, `busy`. */
  open(session: string, proof: LockProof, visit: Visit): Promise<Confirmation>;
  close(session: string): void;
  /**
   * Sets, changes or removes the PIN; closes the photos in all sessions. @throws PhotospoolError `invalid` for an
   * easily guessed PIN, `forbidden` for a password that another person may know, `busy`.
   */
  changePin(session: string, change: PinChange, actor: Actor, visit: Visit): Promise<Confirmation>;
  /**
   * Removes a person’s PIN, and allows them to set a new one with their password; only for the command. False without
   * one.
   */
  reset(person: string, actor: Actor): boolean;
}

/** The dependencies of locked photos. */
export interface LockedFolderParts {
  db: Sqlite;
  clock: Pick<Clock, 'now'>;
  pins: Pins;
  passwords: Passwords;
  passkeys: Passkeys;
  sessions: Sessions;
  people: Pick<People, 'find'>;
  signing: Pick<Signing, 'confirmByPassword'>;
  notices: AccountNotices;
  audit: Audit;
}

/** Opens the access to locked photos. */
export function openLockedFolder(parts: LockedFolderParts): LockedFolder {
  const { pins, passkeys, audit } = parts;
  const checks = openChecks(parts);

  return {
    state(session) {
      const { person } = checks.known(session);
      const until = pins.openUntil(session, person);
      return {
        pin: pins.hash(person) !== undefined,
        passkeys: passkeys.list(person).filter(({ doubted }) => !doubted).length,
        password: !pins.isDoubted(person),
        ...(until !== undefined && { until }),
      };
    },
    viewer(viewer) {
      const { person, session } = viewer;
      if (person === undefined || session === undefined || !may(viewer, 'unlock'))
        throw new PhotospoolError('forbidden', 'Sign in to see your locked photos.');
      if (pins.openUntil(session, person) !== undefined) return { ...viewer, locked: true };
      throw new PhotospoolError('pin-needed', 'Your locked photos are closed.', {
        hint: 'Open them for five minutes with your PIN or a passkey.',
      });
    },
    async open(session, proof, visit) {
      const { person } = checks.known(session);
      const found = await checks.byLock(session, proof, visit);
      if (found.kind !== 'confirmed') return found;
      pins.open(session, person);
      const who = parts.people.find(person)?.name ?? person;
      audit.note('locked-opened', { who, address: visit.address, detail: 'pin' in proof ? 'PIN' : 'passkey' });
      return found;
    },
    close: (session) => pins.close(session),
    changePin: openPinChange(parts, checks),
    reset: (person, actor) =>
      parts.db.transaction(() => {
        const was = pins.hash(person) !== undefined;
        pins.put(person, undefined);
        pins.trust(person);
        parts.notices.add(person, 'pin-removed', actor.who);
        audit.note('pin-removed', { who: actor.who, detail: parts.people.find(person)?.name ?? person });
        return was;
      }),
  };
}

/** Checks of a person’s PIN and passkeys, with delays. */
function openChecks({ clock, pins, passwords, passkeys, sessions, people, audit }: LockedFolderParts) {
  const delays = openDelays(clock);

  function known(session: string): Session {
    const found = sessions.get(session);
    if (found) return found;
    throw new PhotospoolError('not-found', 'This session has ended.');
  }

  async function isPin(person: string, pin: string): Promise<boolean> {
    const hash = pins.hash(person);
    if (hash === undefined)
      throw new PhotospoolError('conflict', 'You haven’t set a PIN for your locked photos.', {
        hint: 'Set one first.',
      });
    const found = await passwords.check(pin, hash, { known: person });
    if (found === 'wrong' || pins.hash(person) !== hash) return false;
    if (found === 'stale') pins.renew(person, hash, await passwords.hash(pin, { known: person }));
    return true;
  }

  async function isPasskey(person: string, response: AuthenticationResponseJSON, site: Site): Promise<boolean> {
    const passkey = await passkeys.verify(response, site);
    return passkey?.person === person && passkey.doubted !== true;
  }

  return {
    known,
    /** Checks a PIN or a passkey. It counts as a mistake until it is found to be correct. */
    async byLock(session: string, proof: LockProof, { address }: Visit): Promise<Confirmation> {
      const { person } = known(session);
      const ms = delays.wait(person, pinRule);
      if (ms > 0) return { kind: 'wait', ms };
      delays.count(person);
      let right: boolean;
      try {
        right = await ('pin' in proof ? isPin(person, proof.pin) : isPasskey(person, proof.response, proof.site));
      } catch (error) {
        delays.takeBack(person);
        throw error;
      }
      // The session may have ended while the hash was computed.
      known(session);
      if (right) delays.forget(person);
      else {
        const who = people.find(person)?.name;
        audit.note('sign-in-failed', {
          ...(who !== undefined && { who }),
          ...{ address, detail: 'pin' in proof ? 'PIN for locked photos' : 'passkey for locked photos' },
        });
      }
      return { kind: right ? 'confirmed' : 'wrong' };
    },
  };
}

function openPinChange(
  { db, pins, passwords, passkeys, people, signing, audit }: LockedFolderParts,
  { known, byLock }: ReturnType<typeof openChecks>,
): LockedFolder['changePin'] {
  /** A password that another person may know proves nothing; acceptable only if no photo is locked. */
  function checkTrusted(person: string, isEmpty: () => boolean): void {
    if (!pins.isDoubted(person) || isEmpty()) return;
    throw new PhotospoolError('forbidden', 'Your password was reset, so it can’t be used to set a PIN.', {
      hint: 'Use your PIN, or a passkey from before the reset. The administrator of this server can reset the PIN with a command.',
    });
  }

  return async (session, { pin, proof, isEmpty }, actor, visit) => {
    const { person } = known(session);
    if (pin !== undefined) checkPin(pin);
    const isByPassword = 'password' in proof;
    if (isByPassword) checkTrusted(person, isEmpty);
    const found = isByPassword
      ? await signing.confirmByPassword(session, proof.password, visit, proof.otp)
      : await byLock(session, proof, visit);
    if (found.kind !== 'confirmed') return found;
    const before = pins.hash(person);
    const hash = pin === undefined ? undefined : await passwords.hash(pin, { known: person });
    if (isByPassword) checkTrusted(person, isEmpty);
    return db.transaction(() => {
      if (known(session).person !== person || pins.hash(person) !== before) return { kind: 'wrong' };
      pins.put(person, hash);
      // No photo was locked: from now on these are the person’s own credentials.
      if (isByPassword && pins.isDoubted(person)) {
        pins.trust(person);
        passkeys.trustAll(person);
      }
      const who = people.find(person)?.name ?? actor.who;
      audit.note(hash === undefined ? 'pin-removed' : 'pin-set', {
        who,
        ...(actor.address !== undefined && { address: actor.address }),
      });
      return { kind: 'confirmed' };
    });
  };
}

/** @throws PhotospoolError `invalid` for a malformed or easily guessed PIN. */
function checkPin(pin: string): void {
  const steps = new Set([...pin].slice(1).map((digit, n) => (Number(digit) - Number(pin[n]) + 10) % 10));
  const isSimple = steps.size === 1 && [0, 1, 9].some((step) => steps.has(step));
  if (/^\d{6,12}$/.test(pin) && !isSimple) return;
  throw new PhotospoolError('invalid', 'A PIN must have 6 to 12 digits that are not all the same or consecutive.');
}
