/**
 * Accounts: people, with their means to sign in here. A person’s document replicates, their credentials do not; so only
 * an owner who can sign in here counts as one. The last such owner can't be removed or demoted, neither here nor by
 * another server. Every change and its audit entry are one transaction.
 */
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { compareText } from '../document/json-values.js';
import { house } from '../document/item-id.js';
import type { TrashDays } from '../library/trash-days.js';
import { checkClaimed, checkConfirmed, commandLine, type Actor } from './actor.js';
import type { AccountNotices } from './account-notices.js';
import type { Audit, Happening } from './audit-log.js';
import { setUp, type Codes } from './one-time-codes.js';
import type { Devices } from './known-browsers.js';
import { keyOfName } from './account-names.js';
import type { NewPasskey, Passkey, Passkeys } from './passkeys.js';
import type { Pins } from './pins.js';
import type { People, Person, PersonChange, PersonRole, ReceivedPerson, WaitingChange } from './people.js';
import type { SecondFactors } from './second-factor.js';
import type { Sessions } from './sessions.js';
import type { SettingStore } from './access-settings.js';
import type { Shares } from './share-links.js';
import { isPromotion, type Standing } from './pending-roles.js';
import type { Tokens } from './api-tokens.js';

/** A person, with their means to sign in here. */
export interface Account extends Person {
  passwordSet: boolean;
  passkeys: number;
  /** Whether the password also requires a code of an authenticator app. */
  secondFactor: boolean;
  /** Set for a person who may publish their public photos. */
  publishes?: true;
  /** The last use of a valid session, ms since 1970; absent without one. */
  lastSeen?: number;
}

/** Whether the person has a password or a passkey here. */
export const canSignIn = ({ passwordSet, passkeys: n }: Account): boolean => passwordSet || n > 0;

/** The accounts of a server. */
export interface Accounts {
  /** All accounts: owners first, then by name. */
  list(): Account[];
  find(id: string): Account | undefined;
  /** The account for a name at sign-in: the one that can sign in here with it, if several people have the name. */
  named(name: string): Account | undefined;
  /**
   * Adds a person. If the first owner of a home already arrived by replication and is pending as an owner, approves
   * that person instead.
   * @throws PhotospoolError `invalid`, `conflict` if the name is taken.
   */
  add(person: { name: string; role: PersonRole }, actor: Actor): Account;
  /**
   * Changes a person. @throws PhotospoolError `invalid`, `not-found`, `conflict` if no owner who can sign in here would
   * remain.
   */
  change(id: string, change: PersonChange, actor: Actor): Account;
  /** Removes a person and their credentials. @throws PhotospoolError `not-found`, `conflict` for the last owner. */
  remove(id: string, actor: Actor): void;
  /**
   * Ends the sign-in of a person on this server, and keeps the person, their photos and their shares.
   * @throws PhotospoolError `not-found`, `conflict` for the last owner.
   */
  close(id: string, actor: Actor): void;
  /**
   * Allows a person to publish their public photos, or stops it; false if nothing changed. The caller checks the gate.
   * @throws PhotospoolError `not-found`.
   */
  allowPublishing(id: string, isAllowed: boolean, actor: Actor): boolean;
  /** Whether `add` would approve a replicated person as the first owner of this home. */
  isFirstOwner(name: string): boolean;
  /** The pending changes from other servers, by name. */
  waiting(): WaitingChange[];
  /**
   * Puts the pending change of a person into effect. @throws PhotospoolError `not-found` if there is none; `conflict`
   * if its edition has changed, the name is taken, or no owner who can sign in here would remain.
   */
  approve(id: string, edition: string, actor: Actor): void;
  /**
   * Keeps the current standing, and restores it in the document. @throws PhotospoolError `not-found`, `conflict` for
   * another edition.
   */
  reject(id: string, edition: string, actor: Actor): void;
  /** Processes a person's document from another server: changes that grant less apply, others are pending. */
  receive(id: string, from?: string): void;
  /** Processes the family’s grant set from another server: removals and demotions in it apply here. */
  receiveEnds(from?: string): void;
  /** Creates a one-time link for a person. @throws PhotospoolError `not-found`. */
  invite(id: string, actor: Actor): { code: string; expires: number };
  /** The password hash of a person. */
  password(id: string): string | undefined;
  /**
   * Sets the password hash of a person, and ends all their sessions, known browsers and one-time links. `own`: only the
   * person can know the password, since they chose it with the old one, or with the set-up link.
   * @throws PhotospoolError `not-found`; `conflict` if another person signs in here by that name.
   */
  setPassword(id: string, hash: string, actor: Actor, options?: { own?: boolean }): void;
  /** Ends a session, with `person` only one of that person; false if there is none. */
  endSession(id: string, actor: Actor, person?: string): boolean;
  /** Ends all sessions of a person except one; returns their number. */
  endOthers(id: string, but: string | undefined, actor: Actor): number;
  /** Replaces a hash by another one of the same password. */
  renewHash(id: string, from: string, to: string): void;
  /** Stores a verified passkey. @throws PhotospoolError as `Passkeys.keep`. */
  addPasskey(id: string, name: string, made: NewPasskey, actor: Actor): Passkey;
  /**
   * Creates a second factor that is not in effect yet: a secret for an authenticator app, and the URI for its QR code.
   * @throws PhotospoolError `confirmation-needed`; `conflict` if it is on already, or the person has no password.
   */
  beginSecondFactor(id: string, actor: Actor): { secret: string; uri: string };
  /**
   * Turns it on with a first code; returns recovery codes. @throws PhotospoolError `confirmation-needed`, `invalid`,
   * `conflict`.
   */
  confirmSecondFactor(id: string, code: string, actor: Actor): string[];
  /** Creates new recovery codes, replacing the old ones. @throws PhotospoolError `confirmation-needed`, `conflict`. */
  renewRecovery(id: string, actor: Actor): string[];
  /**
   * Turns it off, for the actor or another person; false if it was off. @throws PhotospoolError `confirmation-needed`,
   * `not-found`.
   */
  removeSecondFactor(id: string, actor: Actor): boolean;
  /**
   * Removes a passkey. @throws PhotospoolError `not-found`; `conflict` if it is the last owner's only means to sign in.
   */
  removePasskey(id: string, passkey: string, actor: Actor): void;
}

/** The dependencies of the accounts. */
export interface AccountParts {
  db: Sqlite;
  clock: Pick<Clock, 'now'>;
  people: People;
  sessions: Sessions;
  devices: Devices;
  codes: Codes;
  passkeys: Passkeys;
  factors: SecondFactors;
  pins: Pins;
  tokens: Tokens;
  shares: Shares;
  /** Removes the peers that were added through the page before there was an owner account; returns their addresses. */
  removeUnclaimedPeers: () => string[];
  /** The setting after how many days photos are deleted from a trash. */
  trashDays: Pick<TrashDays, 'choice' | 'choose'>;
  settings: SettingStore;
  notices: AccountNotices;
  audit: Audit;
}

/** Opens the accounts. */
export function openAccounts(parts: AccountParts): Accounts {
  const core = openCore(parts);
  const waiting = openWaitingPeople(core);
  return { ...waiting, ...openRoster(core, waiting), ...openCredentials(core), ...openFactors(core) };
}

/** The shared parts of all changes to accounts. */
type Core = ReturnType<typeof openCore>;

function openCore(parts: AccountParts) {
  return { ...parts, ...openKnown(parts), ...openEndings(parts) };
}

/** The people, and their means to sign in. */
function openKnown({ db, people, sessions, passkeys, factors }: AccountParts) {
  const get = db.prepare<{ hash: string }>('SELECT hash FROM access_password WHERE person = ?');
  const password = (id: string): string | undefined => get.get(id)?.hash;

  function accountOf(person: Person): Account {
    const [last] = sessions.list(person.id);
    return {
      ...person,
      passwordSet: password(person.id) !== undefined,
      passkeys: passkeys.list(person.id).length,
      secondFactor: factors.state(person.id).on,
      ...(people.publishes(person.id) && { publishes: true as const }),
      ...(last && { lastSeen: last.used }),
    };
  }

  const list = (): Account[] => people.all().map(accountOf).sort(inOrder);

  function find(id: string): Account | undefined {
    const person = people.find(id);
    return person && accountOf(person);
  }

  function known(id: string): Account {
    const account = find(id);
    if (account) return account;
    throw new PhotospoolError('not-found', 'This person doesn’t exist.', { op: 'find' });
  }

  /** Whether no other owner can sign in here. */
  function isLast(account: Account): boolean {
    if (account.role !== 'owner' || !canSignIn(account)) return false;
    return !list().some((one) => one.id !== account.id && one.role === 'owner' && canSignIn(one));
  }

  /** @throws PhotospoolError `conflict` if no other owner can sign in here. */
  function checkNotLast(account: Account): void {
    if (!isLast(account)) return;
    throw new PhotospoolError('conflict', 'This is the only owner who can sign in.', {
      hint: 'Make someone else an owner first.',
    });
  }

  return { password, accountOf, list, find, known, isLast, checkNotLast };
}

/** The consequences when a person is removed or their rights change. */
function openEndings(parts: AccountParts) {
  const { db, sessions, devices, codes, passkeys, factors, settings, tokens, shares, audit } = parts;
  const drop = db.prepare('DELETE FROM access_password WHERE person = ?');

  function note(what: Parameters<Audit['note']>[0], { who, address }: Actor, detail: string): void {
    audit.note(what, { who, detail, ...(address !== undefined && { address }) });
  }

  function endAll(id: string): void {
    sessions.endAll(id);
    devices.forget(id);
    codes.drop(id);
  }

  /**
   * A person can sign in now. If they are an owner, this home has an owner account from now on, and everything that was
   * created anonymously before ends: a program that forwards connections to this machine may have created it.
   */
  function settle({ role }: Person, actor: Actor): void {
    if (role !== 'owner') return;
    if (!settings.read().setUp) {
      tokens.revokeUnclaimed(actor);
      shares.revokeUnclaimed(actor);
      for (const url of parts.removeUnclaimedPeers()) note('peer-removed', actor, url);
      if (parts.trashDays.choice(house)?.by === commandLine.by) {
        parts.trashDays.choose(house, undefined);
        note('trash-changed', actor, 'family library: never, because it was chosen before the first account');
      }
    }
    settings.change({ setUp: true });
    codes.drop(setUp);
  }

  /** Removes all credentials of a removed person. */
  function forget(id: string): void {
    endAll(id);
    drop.run(id);
    passkeys.removeAll(id);
    factors.remove(id);
    tokens.dropOf(id);
  }

  return { note, endAll, settle, forget };
}

/** The people and their roles. */
function openRoster(
  core: Core,
  { approve, firstOwner }: WaitingPeople,
): Pick<Accounts, 'list' | 'find' | 'named' | 'add' | 'change' | 'remove' | 'close' | 'allowPublishing' | 'invite'> {
  const { db, people, codes, notices, accountOf, list, find, known, checkNotLast, note, settle, forget } = core;

  return {
    list,
    find,
    named(name) {
      const all = people.named(name).map(accountOf);
      return all.find(({ passwordSet }) => passwordSet) ?? all.find(canSignIn) ?? all[0];
    },
    add: (given, actor) =>
      db.transaction(() => {
        checkClaimed(actor);
        if (given.role === 'owner') checkConfirmed(actor);
        const first = given.role === 'owner' ? firstOwner(given.name) : undefined;
        if (first) approve(first.id, first.edition, actor);
        if (first) return known(first.id);
        const person = people.add(given, actor.by);
        note('person-added', actor, `${person.name} (${person.role})`);
        return accountOf(person);
      }),
    change: (id, change, actor) =>
      db.transaction(() => {
        const before = known(id);
        checkClaimed(actor);
        if (isPromotion({ ...before, removed: false }, { ...before, ...change, removed: false })) checkConfirmed(actor);
        if (change.role !== undefined && change.role !== 'owner') checkNotLast(before);
        const after = people.change(id, change, actor.by);
        if (canSignIn(before)) settle(after, actor);
        const told = describeChange(before, after);
        if (told !== '') note('person-changed', actor, told);
        return accountOf(after);
      }),
    remove: (id, actor) =>
      db.transaction(() => {
        checkClaimed(actor);
        const account = known(id);
        checkNotLast(account);
        people.remove(id, actor.by);
        forget(id);
        notices.add(id, 'sign-in-ended', actor.who);
        note('person-removed', actor, account.name);
      }),
    close: (id, actor) =>
      db.transaction(() => {
        checkClaimed(actor);
        const account = known(id);
        checkNotLast(account);
        forget(id);
        notices.add(id, 'sign-in-ended', actor.who);
        note('account-closed', actor, account.name);
      }),
    allowPublishing: (id, isAllowed, actor) =>
      db.transaction(() => {
        checkClaimed(actor);
        if (isAllowed) checkConfirmed(actor);
        const { name } = known(id);
        const changed = people.allowPublishing(id, isAllowed, actor.by);
        if (changed) note(isAllowed ? 'publishing-allowed' : 'publishing-stopped', actor, name);
        return changed;
      }),
    invite: (id, actor) =>
      db.transaction(() => {
        const { name, role } = known(id);
        checkClaimed(actor);
        if (role === 'owner') checkConfirmed(actor);
        note('invited', actor, name);
        return codes.draw(id, actor.who);
      }),
  };
}

/** Changes in people's documents from other servers. */
interface WaitingPeople extends Pick<
  Accounts,
  'isFirstOwner' | 'waiting' | 'approve' | 'reject' | 'receive' | 'receiveEnds'
> {
  firstOwner(name: string): WaitingChange | undefined;
}

function openWaitingPeople(core: Core): WaitingPeople {
  const { db, people, settings, audit, find, isLast, checkNotLast, note, endAll, settle, forget } = core;

  /**
   * The pending change of a person. @throws PhotospoolError `not-found`; `conflict` if the edition is not the one that
   * was shown.
   */
  function shown(id: string, edition: string): WaitingChange {
    const waiting = people.waiting().find((one) => one.id === id);
    if (!waiting) throw new PhotospoolError('not-found', 'There are no pending changes for this person.');
    if (waiting.edition === edition) return waiting;
    throw new PhotospoolError('conflict', 'The pending changes for this person have changed.', {
      hint: 'Review them again.',
    });
  }

  function isLastHere(id: string): boolean {
    const account = find(id);
    return account !== undefined && isLast(account);
  }

  /** Applies the consequences of another server's document of a person. */
  function apply(received: ReceivedPerson | undefined, id: string, from: string): void {
    if (!received) return;
    const { before, after, waiting } = received;
    // The password and passkeys stay but grant nothing: an owner here may restore the person.
    if (before?.removed === false && after.removed) endAll(id);
    const note = (what: Happening, detail: string): void => audit.note(what, { who: from, detail, source: from });
    if (!before && !after.removed) note('person-added', `${after.name} (${after.role}), by replication`);
    const told = before ? describeStanding(before, after) : '';
    if (told !== '') note(after.removed ? 'person-removed' : 'person-changed', `${told}, by replication`);
    if (waiting) note('change-waiting', describeStanding(after, { ...after, ...waiting.change }));
  }

  /** The person with that name whose document has the role owner, while this home has no owner account. */
  function firstOwner(name: string): WaitingChange | undefined {
    if (settings.read().setUp) return undefined;
    const key = keyOfName(name);
    return people.waiting().find(({ here, change }) => change.role === 'owner' && keyOfName(here.name) === key);
  }

  return {
    firstOwner,
    isFirstOwner: (name) => firstOwner(name) !== undefined,
    waiting: () => people.waiting(),
    approve: (id, edition, actor) =>
      db.transaction(() => {
        checkClaimed(actor);
        const { here, change } = shown(id, edition);
        const before = find(id);
        const isLess = change.removed === true || change.role === 'family';
        if (before && isLess) checkNotLast(before);
        if (isPromotion(here, { ...here, ...change })) checkConfirmed(actor);
        const after = people.approve(id, actor.by);
        if (after.removed) forget(id);
        const account = find(id);
        if (account && canSignIn(account)) settle(account, actor);
        note('change-approved', actor, describeStanding(here, after));
      }),
    reject: (id, edition, actor) =>
      db.transaction(() => {
        checkClaimed(actor);
        const { here, change } = shown(id, edition);
        people.reject(id, actor.by);
        note('change-rejected', actor, describeStanding(here, { ...here, ...change }));
      }),
    receive: (id, from = 'another server') =>
      db.transaction(() => {
        apply(people.receive(id, isLastHere(id), from), id, from);
        if (!isLastHere(id)) apply(people.receiveEnds(id, from), id, from);
      }),
    receiveEnds: (from = 'another server') =>
      db.transaction(() => {
        for (const { id } of people.all()) if (!isLastHere(id)) apply(people.receiveEnds(id, from), id, from);
      }),
  };
}

/** Passwords, passkeys and sessions. */
function openCredentials(
  core: Core,
): Pick<
  Accounts,
  'password' | 'setPassword' | 'endSession' | 'endOthers' | 'renewHash' | 'addPasskey' | 'removePasskey'
> {
  const { db, clock, people, sessions, passkeys, pins, password, known, checkNotLast, note, endAll, settle } = core;

  const put = db.prepare(`INSERT INTO access_password (person, hash, changed) VALUES (?, ?, ?)
    ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, changed = excluded.changed`);

  const renew = db.prepare('UPDATE access_password SET hash = ? WHERE person = ? AND hash = ?');

  return {
    password,
    setPassword: (id, hash, actor, { own = false } = {}) =>
      db.transaction(() => {
        const account = known(id);
        const { name } = account;
        const other = people.named(name).some((person) => person.id !== id && password(person.id) !== undefined);
        if (other) {
          throw new PhotospoolError('conflict', 'Another person already uses this name to sign in.', {
            hint: 'Rename one of the two.',
          });
        }
        put.run(id, hash, clock.now());
        if (!own) pins.doubt(id);
        endAll(id);
        settle(account, actor);
        note('password-changed', actor, name);
      }),
    endSession: (id, actor, person) =>
      db.transaction(() => {
        const session = sessions.get(id);
        if (!session || (person !== undefined && session.person !== person)) return false;
        sessions.end(id);
        note('session-ended', actor, people.find(session.person)?.name ?? '');
        return true;
      }),
    endOthers: (id, but, actor) =>
      db.transaction(() => {
        const ended = sessions.endAll(id, but);
        if (ended > 0) note('session-ended', actor, `${people.find(id)?.name ?? ''}: ${ended}`);
        return ended;
      }),
    renewHash: (id, from, to) => void renew.run(to, id, from),
    addPasskey: (id, name, made, actor) =>
      db.transaction(() => {
        checkConfirmed(actor);
        const account = known(id);
        const passkey = passkeys.keep(id, name, made, pins.isDoubted(id));
        settle(account, actor);
        note('passkey-added', actor, `${account.name}: ${passkey.name}`);
        return passkey;
      }),
    removePasskey: (id, passkey, actor) =>
      db.transaction(() => {
        const account = known(id);
        const removed = passkeys.remove(passkey, id);
        if (!removed) throw new PhotospoolError('not-found', 'This passkey doesn’t exist.', { op: 'find' });
        if (!account.passwordSet && account.passkeys === 1) checkNotLast(account);
        note('passkey-removed', actor, `${account.name}: ${removed.name}`);
      }),
  };
}

/** Second factors of passwords. */
function openFactors(
  core: Core,
): Pick<Accounts, 'beginSecondFactor' | 'confirmSecondFactor' | 'renewRecovery' | 'removeSecondFactor'> {
  const { db, factors, notices, known, note } = core;

  return {
    beginSecondFactor(id, actor) {
      checkConfirmed(actor);
      const { name, passwordSet } = known(id);
      if (passwordSet) return factors.begin(id, name);
      throw new PhotospoolError('conflict', 'Two-step sign-in needs a password.', { hint: 'Set a password first.' });
    },
    confirmSecondFactor: (id, code, actor) =>
      db.transaction(() => {
        checkConfirmed(actor);
        const recovery = factors.confirm(id, code);
        note('second-factor-on', actor, known(id).name);
        return recovery;
      }),
    renewRecovery: (id, actor) =>
      db.transaction(() => {
        checkConfirmed(actor);
        const recovery = factors.renew(id);
        note('recovery-codes-made', actor, known(id).name);
        return recovery;
      }),
    removeSecondFactor: (id, actor) =>
      db.transaction(() => {
        checkClaimed(actor);
        checkConfirmed(actor);
        const { name } = known(id);
        const removed = factors.remove(id);
        if (removed && actor.by !== `person:${id}`) notices.add(id, 'second-factor-off', actor.who);
        if (removed) note('second-factor-off', actor, name);
        return removed;
      }),
  };
}

function inOrder(a: Person, b: Person): number {
  const rank = ({ role, name, id }: Person): string => `${role === 'owner' ? 0 : 1} ${keyOfName(name)} ${id}`;
  return compareText(rank(a), rank(b));
}

/** The same for two states of a person who is not removed. */
export const describeChange = (before: Person, after: Person): string =>
  describeStanding({ ...before, removed: false }, { ...after, removed: false });

/** A sentence such as `Ada: family to owner, may edit`; empty without a difference. */
export function describeStanding(before: Standing, after: Standing): string {
  const parts = [
    ...(before.removed === after.removed ? [] : [after.removed ? 'removed' : 'back']),
    ...(before.name === after.name ? [] : [`now called ${after.name}`]),
    ...(before.role === after.role ? [] : [`${before.role} to ${after.role}`]),
    ...(before.canEdit === after.canEdit ? [] : [after.canEdit ? 'may edit' : 'can’t edit']),
  ];
  return parts.length === 0 ? '' : `${before.name}: ${parts.join(', ')}`;
}
