/**
 * Signing in: by password, passkey, or one-time link. An unknown name gets the same response as a wrong password, after
 * the same time. The decision is made in one transaction at the end, on the state at that time: someone who was removed
 * meanwhile, or whose password changed while the hash was computed, is rejected.
 */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';
import type { AccountNotices } from './account-notices.js';
import { canSignIn, type Account, type Accounts } from './accounts.js';
import { checkConfirmed, type Actor } from './actor.js';
import type { Audit } from './audit-log.js';
import { setUp, type Codes } from './one-time-codes.js';
import {
  addressRules,
  codeRule,
  deviceRule,
  nameRule,
  openDelays,
  type DelayRule,
  type Delays,
} from './sign-in-delays.js';
import type { Devices } from './known-browsers.js';
import { keyOfName, readName } from './account-names.js';
import type { Passkeys, Site } from './passkeys.js';
import type { Passwords } from './password-hash.js';
import type { People } from './people.js';
import type { Pins } from './pins.js';
import type { Waiter } from './password-queue.js';
import { hashSecret } from './random-secrets.js';
import type { SecondFactors } from './second-factor.js';
import type { SessionUse, SignInOrigin, Sessions } from './sessions.js';
import { checkStrength } from './password-policy.js';

/** The origin and the existing secrets of a browser. */
export interface Visit extends SignInOrigin {
  /** The secret of a known browser. */
  device?: string;
  /** The secret of a session: it ends when another begins. */
  session?: string;
}

/** The outcome of a sign-in. */
export type SignInOutcome =
  /** `device` is empty for a client, which is not a browser. */
  | { kind: 'in'; person: string; session: string; device: string }
  /** The name, password, passkey or link is wrong; which of them is not revealed. `otp`: the code is wrong. */
  | { kind: 'wrong'; what?: 'otp' }
  /** The password is correct, and a code is required, too. */
  | { kind: 'otp' }
  /** Too many attempts; `ms` is the time to wait before the next one. */
  | { kind: 'wait'; ms: number };

/** The outcome of confirming one's identity. */
export type Confirmation = { kind: 'confirmed' } | Exclude<SignInOutcome, { kind: 'in' }>;

/**
 * Inputs in addition to the password: a code of the second factor, and passkeys to remove together with the old
 * password.
 */
export interface Besides {
  otp?: string;
  removePasskeys?: readonly string[];
}

/**
 * The ways to sign in. `otp`: a code of the second factor, or a recovery code. All throw PhotospoolError `busy` if too
 * many sign in at once.
 */
export interface Signing {
  byPassword(name: string, password: string, visit: Visit, otp?: string): Promise<SignInOutcome>;
  byPasskey(response: AuthenticationResponseJSON, site: Site, visit: Visit): Promise<SignInOutcome>;
  /** Creates the first owner. @throws PhotospoolError `invalid` for the name or the password. */
  bySetUp(code: string, name: string, password: string, visit: Visit): Promise<SignInOutcome>;
  /** Uses an invitation: sets the password. @throws PhotospoolError `invalid` for the password. */
  byInvitation(code: string, password: string, visit: Visit, otp?: string): Promise<SignInOutcome>;
  /** Confirms the identity of a session by its person's password. */
  confirmByPassword(session: string, password: string, visit: Visit, otp?: string): Promise<Confirmation>;
  /** As `confirmByPassword`, by a passkey of that person. */
  confirmByPasskey(
    session: string,
    response: AuthenticationResponseJSON,
    site: Site,
    visit: Visit,
  ): Promise<Confirmation>;
  /** Whether a code is that of the valid set-up link. */
  setsUp(code: string): boolean;
  /** The name of the invited person. */
  invited(code: string): string | undefined;
  /**
   * Changes the person's own password; all other sessions end, and this one is renewed. Also removes the named
   * passkeys. A person without a password must have confirmed their identity in another way. @throws PhotospoolError
   * `invalid`, `confirmation-needed`.
   */
  changePassword(
    actor: Actor,
    old: string | undefined,
    fresh: string,
    visit: Visit,
    besides?: Besides,
  ): Promise<SignInOutcome>;
  /** Ends the session of a browser or client. */
  signOut(secret: string, address: string, use?: SessionUse): void;
  /** Sets a password on behalf of an actor. @throws PhotospoolError `invalid`, `not-found`. */
  setPassword(person: string, fresh: string, actor: Actor): Promise<void>;
}

/** The dependencies of signing in. */
export interface SigningParts {
  db: Sqlite;
  clock: Pick<Clock, 'now'>;
  passwords: Passwords;
  people: People;
  accounts: Accounts;
  sessions: Sessions;
  devices: Devices;
  codes: Codes;
  passkeys: Passkeys;
  factors: SecondFactors;
  pins: Pins;
  notices: AccountNotices;
  audit: Audit;
}

/** Opens signing in. */
export function openSigning(parts: SigningParts): Signing {
  const { enter, signOut } = openEntry(parts);
  const core: Core = { ...parts, ...openChecks(parts), enter };
  return { ...openWaysIn(core), ...openLinks(core), ...openConfirmation(core), ...openPasswordChange(core), signOut };
}

/** The shared parts of all ways to sign in. */
type Core = SigningParts & ReturnType<typeof openChecks> & Pick<ReturnType<typeof openEntry>, 'enter'>;

const wrong: Refusal = { kind: 'wrong' };

/** Checks passwords and second factors, with delays. */
function openChecks(parts: SigningParts) {
  const { clock, passwords, people, accounts, factors, audit } = parts;
  const delays = openDelays(clock);
  const slowly = openSlowly(parts, delays);

  /** Checks the second factor of a person, if it is on. It has its own count. */
  function checkCode(id: string, otp: string | undefined): Refusal | undefined {
    const [key, { on }] = [`code ${id}`, factors.state(id)];
    if (!on) return undefined;
    if (otp === undefined) return { kind: 'otp' };
    const ms = delays.wait(key, codeRule);
    if (ms > 0) return { kind: 'wait', ms };
    delays.count(key);
    const used = factors.use(id, otp);
    if (used === undefined) return { kind: 'wrong', what: 'otp' };
    delays.forget(key);
    if (used === 'recovery') {
      const left = factors.state(id).recovery;
      audit.note('recovery-code-used', { who: people.find(id)?.name ?? id, detail: `${left} left` });
    }
    return undefined;
  }

  /** Checks the password and, if it is on, the second factor. */
  async function checkBoth(
    account: Account | undefined,
    password: string,
    otp: string | undefined,
    waiter: Waiter,
  ): Promise<Refusal | undefined> {
    if (!(await check(account, password, waiter)) || !account) return wrong;
    return checkCode(account.id, otp);
  }

  /** Whether a password belongs to an account now; recomputes a hash with old parameters. */
  async function check(account: Account | undefined, password: string, waiter: Waiter): Promise<boolean> {
    const hash = account && accounts.password(account.id);
    const found = await passwords.check(password, hash, waiter);
    if (found === 'wrong' || !account || hash === undefined) return false;
    if (accounts.password(account.id) !== hash || !people.find(account.id)) return false;
    if (found === 'stale') accounts.renewHash(account.id, hash, await passwords.hash(password, waiter));
    return true;
  }

  /** How long an address has to wait before the next passkey, ms. */
  const waitOf = (address: string): number =>
    Math.max(...addressRules(address).map(([key, rule]) => delays.wait(key, rule)));

  function countMistake(address: string): void {
    for (const [key] of addressRules(address)) delays.count(key);
  }

  return { slowly, checkCode, checkBoth, check, waitOf, countMistake };
}

/** Delays attempts: each counts as a mistake until it is found to be correct. */
function openSlowly({ devices, audit }: SigningParts, delays: Delays) {
  /** Runs `check`, unless there were too many mistakes. It counts as one until it is found to be correct. */
  async function slowly(
    name: string,
    account: Account | undefined,
    { address, device }: Visit,
    check: (waiter: Waiter) => Promise<Refusal | undefined>,
  ): Promise<Refusal | undefined> {
    const isKnown = account !== undefined && device !== undefined && devices.known(device, account.id);
    const byAddress = new Map(addressRules(address));
    const keys = new Map<string, DelayRule>(
      isKnown ? [[`device ${hashSecret(device)}`, deviceRule]] : [[`name ${keyOfName(name)}`, nameRule], ...byAddress],
    );
    const ms = Math.max(...[...keys].map(([key, rule]) => delays.wait(key, rule)));
    if (ms > 0) return { kind: 'wait', ms };
    for (const key of keys.keys()) delays.count(key);
    let refused: Refusal | undefined;
    try {
      refused = await check(isKnown ? { known: account.id } : { stranger: address });
    } catch (error) {
      for (const key of keys.keys()) delays.takeBack(key);
      throw error;
    }
    if (refused?.kind === 'wrong') {
      const detail = refused.what === 'otp' ? 'second factor' : 'password';
      audit.note('sign-in-failed', { ...(account && { who: account.name }), address, detail });
      return refused;
    }
    // The password is correct; a missing code is not a mistake, and clears none.
    if (refused) for (const key of keys.keys()) delays.takeBack(key);
    if (refused) return refused;
    for (const key of keys.keys()) {
      // An address keeps its other mistakes: one valid account must not allow guessing at others.
      if (byAddress.has(key)) delays.takeBack(key);
      else delays.forget(key);
    }
    return undefined;
  }
  return slowly;
}

/** Starts and ends sessions. */
function openEntry({ db, people, sessions, devices, audit }: SigningParts) {
  /** Starts a session in place of the browser's previous one. Call it in a transaction. */
  function enter(person: string, visit: Visit, detail: string): SignInOutcome {
    const { address, device, session } = visit;
    const before = session === undefined ? undefined : sessions.find(session);
    if (before) sessions.end(before.id);
    const { secret } = sessions.start(person, visit);
    const who = people.find(person)?.name ?? person;
    audit.note('signed-in', { who, address, detail });
    const known = visit.use === 'client' ? '' : devices.remember(person, device);
    return { kind: 'in', person, session: secret, device: known };
  }

  /** Ends the session of a browser or client. */
  function signOut(secret: string, address: string, use?: SessionUse): void {
    const session = sessions.find(secret, use);
    if (!session) return;
    db.transaction(() => {
      sessions.end(session.id);
      audit.note('signed-out', { who: people.find(session.person)?.name ?? session.person, address });
    });
  }

  return { enter, signOut };
}

/** By password or passkey. */
function openWaysIn(core: Core): Pick<Signing, 'byPassword' | 'byPasskey'> {
  const { db, people, accounts, passkeys, audit, slowly, checkBoth, waitOf, countMistake, enter } = core;

  return {
    async byPassword(name, password, visit, otp) {
      const account = accounts.named(name);
      const refused = await slowly(name, account, visit, (waiter) => checkBoth(account, password, otp, waiter));
      return (
        refused ??
        db.transaction(() => (account && people.find(account.id) ? enter(account.id, visit, 'password') : wrong))
      );
    },
    async byPasskey(response, site, visit) {
      const ms = waitOf(visit.address);
      if (ms > 0) return { kind: 'wait', ms };
      const passkey = await passkeys.verify(response, site);
      return db.transaction(() => {
        const person = passkey && people.find(passkey.person);
        if (person) return enter(person.id, visit, `passkey ${passkey.name}`);
        countMistake(visit.address);
        audit.note('sign-in-failed', { address: visit.address, detail: 'passkey' });
        return wrong;
      });
    },
  };
}

/** By one-time link. */
function openLinks(core: Core): Pick<Signing, 'bySetUp' | 'byInvitation' | 'setsUp' | 'invited'> {
  const { db, passwords, people, accounts, codes, notices, audit, checkCode, enter } = core;

  function invited(code: string): string | undefined {
    const person = codes.look(code);
    return person === undefined || person === setUp ? undefined : people.find(person)?.name;
  }

  return {
    invited,
    async bySetUp(code, given, password, visit) {
      if (codes.look(code) !== setUp) return wrong;
      const name = readName(given);
      checkStrength(password, name);
      const hash = await passwords.hash(password, { known: 'set-up' });
      return db.transaction(() => {
        if (codes.use(code) !== setUp) return wrong;
        const actor: Actor = { by: 'owner', who: name, address: visit.address };
        const { id } = accounts.add({ name, role: 'owner' }, actor);
        accounts.setPassword(id, hash, actor, { own: true });
        audit.note('set-up', actorEntry(actor));
        return enter(id, visit, 'set-up link');
      });
    },
    async byInvitation(code, password, visit, otp) {
      const name = invited(code);
      if (name === undefined) return wrong;
      checkStrength(password, name);
      const refused = checkCode(codes.look(code)!, otp);
      if (refused) return refused;
      const hash = await passwords.hash(password, { known: `invited ${name}` });
      return db.transaction(() => {
        const author = codes.authorOf(code);
        const id = codes.use(code);
        const person = id === undefined ? undefined : accounts.find(id);
        if (!person) return wrong;
        accounts.setPassword(person.id, hash, { by: `person:${person.id}`, who: person.name, address: visit.address });
        const entered = enter(person.id, visit, 'invitation');
        // After this session began: its own person need not be notified.
        if (canSignIn(person)) notices.add(person.id, 'password-reset', author ?? 'an owner');
        return entered;
      });
    },
    setsUp: (code) => codes.look(code) === setUp,
  };
}

/** Confirms the identity of a signed-in person. */
function openConfirmation(core: Core): Pick<Signing, 'confirmByPassword' | 'confirmByPasskey'> {
  const { accounts, sessions, passkeys, audit, slowly, checkBoth, waitOf, countMistake } = core;

  /** The account of a valid session. */
  function accountOf(session: string): Account | undefined {
    const found = sessions.get(session);
    return found && accounts.find(found.person);
  }

  return {
    async confirmByPassword(id, password, visit, otp) {
      const account = accountOf(id);
      if (!account) return wrong;
      const refused = await slowly(account.name, account, visit, () =>
        checkBoth(account, password, otp, { known: account.id }),
      );
      if (!refused) sessions.confirm(id);
      return refused ?? { kind: 'confirmed' };
    },
    async confirmByPasskey(id, response, site, { address }) {
      const ms = waitOf(address);
      if (ms > 0) return { kind: 'wait', ms };
      const [account, passkey] = [accountOf(id), await passkeys.verify(response, site)];
      if (account && passkey?.person === account.id) {
        sessions.confirm(id);
        return { kind: 'confirmed' };
      }
      countMistake(address);
      audit.note('sign-in-failed', { ...(account && { who: account.name }), address, detail: 'passkey' });
      return wrong;
    },
  };
}

/** New passwords. */
function openPasswordChange(core: Core): Pick<Signing, 'changePassword' | 'setPassword'> {
  const { db, passwords, people, accounts, sessions, pins, notices, slowly, check, enter } = core;

  /** Whether the locked photos of a person are open in the session of a browser. */
  function areOpen(id: string, { session }: Visit): boolean {
    const found = session === undefined ? undefined : sessions.find(session);
    return found !== undefined && pins.openUntil(found.id, id) !== undefined;
  }

  return {
    async changePassword(actor, old, fresh, visit, { removePasskeys = [] } = {}) {
      const id = actor.by.slice('person:'.length);
      const account = accounts.find(id);
      if (!account) return wrong;
      // A person who signed in with a passkey and has no password may choose one, and confirms with the passkey.
      if (account.passwordSet) {
        const right = async (): Promise<Refusal | undefined> =>
          (await check(account, old ?? '', { known: id })) ? undefined : wrong;
        const refused = await slowly(account.name, account, visit, right);
        if (refused) return refused;
      } else checkConfirmed(actor);
      checkStrength(fresh, account.name);
      const before = accounts.password(id);
      const hash = await passwords.hash(fresh, { known: id });
      return db.transaction(() => {
        if (!people.find(id) || accounts.password(id) !== before) return wrong;
        // The PIN proves their identity, and from now on only they know the password.
        if (areOpen(id, visit)) pins.trust(id);
        accounts.setPassword(id, hash, actor, { own: true });
        for (const passkey of removePasskeys) accounts.removePasskey(id, passkey, actor);
        return enter(id, visit, 'new password');
      });
    },
    async setPassword(id, fresh, actor) {
      checkStrength(fresh, people.find(id)?.name ?? '');
      const hash = await passwords.hash(fresh, { known: actor.by });
      db.transaction(() => {
        const account = accounts.find(id);
        accounts.setPassword(id, hash, actor);
        if (account && canSignIn(account)) notices.add(id, 'password-reset', actor.who);
      });
    },
  };
}

/** The ways in which a sign-in is rejected. */
type Refusal = Exclude<SignInOutcome, { kind: 'in' }>;

const actorEntry = ({ who, address }: Actor): { who: string; address?: string } => ({
  who,
  ...(address !== undefined && { address }),
});
