/**
 * `photospool users`: the people who may sign in. Works beside a running server, which applies changes at once. Anyone
 * who can run this can read the library's file anyway, so it does not ask for authentication.
 */
import type { Access } from '../../access/access.js';
import { describeStanding, type Account } from '../../access/accounts.js';
import { commandLine } from '../../access/actor.js';
import { keyOfName, readName } from '../../access/account-names.js';
import { personRoles, type PersonRole, type WaitingChange } from '../../access/people.js';
import { checkStrength } from '../../access/password-policy.js';
import type { Config } from '../../base/config.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { hasLibrary, pageAddress, personCalled, withAccess } from '../with-access.js';
import { print, printJson } from '../output.js';
import { exit } from '../exit-codes.js';
import { counted } from '../../base/human-format.js';
import { askPassword } from '../secret-prompt.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';

/** The verb `users`. */
export const users: Verb = (program, run) => {
  const group = program.command('users').description('people who may sign in');
  addVerb(group, 'add <NAME>', 'adds a person; asks for a password, or reads it from stdin')
    .option('--role <ROLE>', 'owner or family (default: owner for the first account, then family)')
    .option('--invite', 'prints a one-time link instead of asking for a password')
    .action((name: string, flags: UserFlags) => run(() => addUser(name, flags)));
  addVerb(group, 'list', 'lists them').action((flags: Flags) => run(() => listUsers(flags)));
  addVerb(group, 'remove <NAME>', 'removes a person, and ends their sessions').action((name: string, flags: Flags) =>
    run(() => removeUser(name, flags)),
  );
  addVerb(group, 'close <NAME>', 'ends the sign-in of a person here, and keeps them and what they share').action(
    (name: string, flags: Flags) => run(() => closeAccount(name, flags)),
  );
  addVerb(group, 'password <NAME>', 'sets a new password, and ends all sessions of the person')
    .option('--invite', 'prints a one-time link instead of asking for it')
    .action((name: string, flags: UserFlags) => run(() => changePassword(name, flags)));
  addVerb(
    group,
    'reset-second-factor <NAME>',
    'turns the second factor of a person off, where the phone is lost',
  ).action((name: string, flags: Flags) => run(() => resetSecondFactor(name, flags)));
  addVerb(
    group,
    'reset-pin <NAME>',
    'removes the PIN of a person’s locked photos; their sign-in password sets a new one',
  ).action((name: string, flags: Flags) => run(() => resetPin(name, flags)));
  addVerb(group, 'approve <NAME>', 'puts what another server changed of a person in force here').action(
    (name: string, flags: Flags) => run(() => decide('approve', name, flags)),
  );
  addVerb(group, 'reject <NAME>', 'keeps a person as they are here, and says so to the other servers').action(
    (name: string, flags: Flags) => run(() => decide('reject', name, flags)),
  );
};

type UserFlags = Flags & { role?: string; invite?: boolean };

async function addUser(name: string, flags: UserFlags): Promise<number> {
  const given = roleOf(flags.role);
  return withAccess(configOfHome(flags), async (access) => {
    const role = given ?? (access.settings.read().setUp ? 'family' : 'owner');
    // Do not ask for a password in vain; a name in use is rejected below.
    const taken = !access.accounts.isFirstOwner(name) && access.people.named(readName(name)).length > 0;
    const password = flags.invite === true || taken ? undefined : await passwordFor(name);
    const account = access.accounts.add({ name, role }, commandLine);
    if (password !== undefined) await access.signing.setPassword(account.id, password, commandLine);
    return report(access, access.accounts.find(account.id)!, flags);
  });
}

/** Here `--role` is that of the person, not of the server. */
const configOfHome = (flags: UserFlags): Config => configOf({ ...flags, role: undefined });

async function changePassword(name: string, flags: UserFlags): Promise<number> {
  return withAccess(configOfHome(flags), async (access) => {
    const account = personCalled(access, name);
    if (flags.invite !== true) {
      await access.signing.setPassword(account.id, await passwordFor(account.name), commandLine);
    }
    return report(access, access.accounts.find(account.id)!, flags);
  });
}

async function removeUser(name: string, flags: Flags): Promise<number> {
  return withAccess(configOf(flags), (access) => {
    const { id, name: called } = personCalled(access, name);
    access.accounts.remove(id, commandLine);
    if (flags.json) printJson({ removed: called });
    else print(`${printable(called)} is removed`);
    return exit.done;
  });
}

async function closeAccount(name: string, flags: Flags): Promise<number> {
  return withAccess(configOf(flags), (access) => {
    const { id, name: called } = personCalled(access, name);
    access.accounts.close(id, commandLine);
    if (flags.json) printJson({ closed: called });
    else print(`${printable(called)} can’t sign in here any more; what they share stays shared`);
    return exit.done;
  });
}

async function resetSecondFactor(name: string, flags: Flags): Promise<number> {
  return withAccess(configOf(flags), (access) => {
    const { id, name: called } = personCalled(access, name);
    const was = access.accounts.removeSecondFactor(id, commandLine);
    if (flags.json) printJson({ name: called, removed: was });
    else print(`The second factor of ${printable(called)} ${was ? 'is off now' : 'was off already'}`);
    return exit.done;
  });
}

async function resetPin(name: string, flags: Flags): Promise<number> {
  return withAccess(configOf(flags), (access) => {
    const { id, name: called } = personCalled(access, name);
    const was = access.lockedFolder.reset(id, commandLine);
    if (flags.json) printJson({ name: called, removed: was });
    else print(`${printable(called)} ${was ? 'has no PIN now' : 'had no PIN'}, and can set one with their password`);
    return exit.done;
  });
}

async function decide(verdict: 'approve' | 'reject', name: string, flags: Flags): Promise<number> {
  return withAccess(configOf(flags), (access) => {
    const key = keyOfName(name);
    const found = access.accounts.waiting().find(({ here, change }) => {
      return [here.name, change.name ?? here.name].some((one) => keyOfName(one) === key);
    });
    if (!found) {
      throw new PhotospoolError('usage', `No change of ${printable(name)} waits to be approved.`, {
        hint: '`photospool users list` shows what waits.',
      });
    }
    access.accounts[verdict](found.id, found.edition, commandLine);
    const { here, change } = found;
    const told = describeStanding(here, verdict === 'approve' ? { ...here, ...change } : here);
    if (flags.json) printJson({ [verdict === 'approve' ? 'approved' : 'rejected']: here.name, change });
    else
      print(
        verdict === 'approve'
          ? printable(told)
          : `${printable(here.name)} stays ${here.removed ? 'removed' : here.role}`,
      );
    return exit.done;
  });
}

async function listUsers(flags: Flags): Promise<number> {
  const config = configOf(flags);
  if (!(await hasLibrary(config))) return exit.done;
  return withAccess(config, (access) => {
    for (const account of access.accounts.list()) {
      if (flags.json) printJson(view(account));
      else print(describe(account));
    }
    for (const waiting of access.accounts.waiting()) {
      if (flags.json) printJson({ waiting: viewWaiting(waiting) });
      else print(describeWaiting(waiting));
    }
    return exit.done;
  });
}

/** Reports the result for a person: with `--invite` the link alone. */
async function report(access: Access, account: Account, flags: UserFlags): Promise<number> {
  const link =
    flags.invite === true
      ? await pageAddress(
          configOfHome(flags),
          `/invite#${access.accounts.invite(account.id, commandLine).code}`,
          access.settings.publicAddress(),
        )
      : undefined;
  if (flags.json) printJson({ ...view(account), ...(link !== undefined && { link }) });
  else print(link ?? `${printable(account.name)} (${account.role}) may sign in now`);
  return exit.done;
}

/** An acceptable password, before anything is changed. */
async function passwordFor(name: string): Promise<string> {
  const password = await askPassword(printable(name));
  checkStrength(password, name);
  return password;
}

function roleOf(text: string | undefined): PersonRole | undefined {
  const role = personRoles.find((one) => one === text);
  if (text === undefined || role) return role;
  throw new PhotospoolError('usage', `--role can't be ${printable(text)}.`, { hint: 'It takes owner or family.' });
}

const view = ({ lastSeen, ...account }: Account): object => ({
  ...account,
  ...(lastSeen !== undefined && { lastSeen: new Date(lastSeen).toISOString() }),
});

const viewWaiting = ({ since, ...waiting }: WaitingChange): object => ({
  ...waiting,
  ...(since !== undefined && { since: new Date(since).toISOString() }),
});

function describeWaiting({ here, change, from = 'another server' }: WaitingChange): string {
  const told = describeStanding(here, { ...here, ...change });
  return `waits   ${printable(told)} (from ${printable(from)}): approve it or reject it`;
}

function describe({ name, role, passwordSet, passkeys, secondFactor, lastSeen }: Account): string {
  const password = secondFactor ? 'password with a second factor' : 'password';
  const ways = [...(passwordSet ? [password] : []), ...(passkeys > 0 ? [counted(passkeys, 'passkey')] : [])];
  const seen = lastSeen === undefined ? '' : `, last seen ${new Date(lastSeen).toISOString().slice(0, 16)}Z`;
  return `${role.padEnd(6)}  ${printable(name)}  (${ways.length === 0 ? "can't sign in yet" : ways.join(', ')}${seen})`;
}
