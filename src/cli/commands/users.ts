/**
 * `photospool users`: the people who may sign in. Works beside a running server, which applies changes at once. Anyone
 * who can run this can read the library's file anyway, so it requires no authentication.
 */
import type { Access } from '../../access/access.js';
import { describeChange, describeStanding, type Account } from '../../access/accounts.js';
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
  const group = program.command('users').description('Manage accounts');
  addVerb(group, 'add <NAME>', 'Add a person; prompts for a password or reads it from stdin')
    .option('--role <ROLE>', 'owner or family (default: owner for the first account, then family)')
    .option('--invite', 'print a one-time link instead of asking for a password')
    .action((name: string, flags: UserFlags) => run(() => addUser(name, flags)));
  addVerb(group, 'list', 'List accounts and pending changes').action((flags: Flags) => run(() => listUsers(flags)));
  addVerb(group, 'change <NAME>', 'Rename a person, or change what they may do')
    .option('--rename <NEW>', 'new name, which they sign in with')
    .option('--role <ROLE>', 'owner or family')
    .option('--can-edit', 'let this family member edit the photos of the family library')
    .option('--no-can-edit', 'let this family member only view them')
    .action((name: string, flags: ChangeFlags) => run(() => changeUser(name, flags)));
  addVerb(group, 'access', 'Show or change what visitors and all family members may do')
    .option('--visitors', 'let everyone see public photos without an account')
    .option('--no-visitors', 'let only people with an account see photos')
    .option('--family-edits', 'let all family members edit the photos of the family library that they see')
    .option('--no-family-edits', 'let only family members with --can-edit do so')
    .option('--public-address <URL>', 'address of the library in links and invitations')
    .option('--no-public-address', 'remove that address')
    .action((flags: AccessFlags) => run(() => changeAccess(flags)));
  addVerb(group, 'remove <NAME>', 'Remove a person and end their sessions').action((name: string, flags: Flags) =>
    run(() => removeUser(name, flags)),
  );
  addVerb(
    group,
    'close <NAME>',
    'Close the account of a person on this server; their photos and shares are kept',
  ).action((name: string, flags: Flags) => run(() => closeAccount(name, flags)));
  addVerb(group, 'password <NAME>', 'Set a new password and end all sessions of the person')
    .option('--invite', 'print a one-time link instead of asking for a password')
    .action((name: string, flags: UserFlags) => run(() => changePassword(name, flags)));
  addVerb(group, 'reset-second-factor <NAME>', 'Turn off two-step sign-in for a person who lost their phone').action(
    (name: string, flags: Flags) => run(() => resetSecondFactor(name, flags)),
  );
  addVerb(
    group,
    'reset-pin <NAME>',
    'Remove the PIN for locked photos; the person can set a new one with their password',
  ).action((name: string, flags: Flags) => run(() => resetPin(name, flags)));
  addVerb(group, 'approve <NAME>', 'Apply a change to a person that was made on another server').action(
    (name: string, flags: Flags) => run(() => decide('approve', name, flags)),
  );
  addVerb(
    group,
    'reject <NAME>',
    'Reject a change to a person that was made on another server, for all servers',
  ).action((name: string, flags: Flags) => run(() => decide('reject', name, flags)));
};

type UserFlags = Flags & { role?: string; invite?: boolean };
type AccessFlags = Flags & { visitors?: boolean; familyEdits?: boolean; publicAddress?: string | false };
type ChangeFlags = UserFlags & { rename?: string; canEdit?: boolean };

async function addUser(name: string, flags: UserFlags): Promise<number> {
  const given = roleOf(flags.role);
  return withAccess(configOfHome(flags), async (access) => {
    const role = given ?? (access.settings.read().setUp ? 'family' : 'owner');
    // Avoids a useless password prompt; a name in use is rejected below.
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

async function changeUser(name: string, flags: ChangeFlags): Promise<number> {
  const role = roleOf(flags.role);
  const change = {
    ...(flags.rename !== undefined && { name: flags.rename }),
    ...(role !== undefined && { role }),
    ...(flags.canEdit !== undefined && { canEdit: flags.canEdit }),
  };
  if (Object.keys(change).length === 0) {
    throw new PhotospoolError('usage', 'No change was given.', { hint: 'Use --rename, --role or --can-edit.' });
  }
  return withAccess(configOfHome(flags), (access) => {
    const before = personCalled(access, name);
    const after = access.accounts.change(before.id, change, commandLine);
    const told = describeChange(before, after);
    if (flags.json) printJson(view(after));
    else print(told === '' ? `${printable(after.name)} is unchanged` : printable(told));
    return exit.done;
  });
}

async function changeAccess({ visitors, familyEdits, publicAddress, ...flags }: AccessFlags): Promise<number> {
  const config = configOf(flags);
  const shows = visitors === undefined && familyEdits === undefined && publicAddress === undefined;
  if (shows && !(await hasLibrary(config))) return exit.done;
  return withAccess(config, ({ settings, transaction }) => {
    const change = { ...(visitors !== undefined && { visitors }), ...(familyEdits !== undefined && { familyEdits }) };
    transaction(() => {
      settings.change(change, commandLine);
      if (publicAddress !== undefined) settings.setPublicAddress(publicAddress || undefined, commandLine);
    });
    const { visitors: open, familyEdits: edits } = settings.read();
    const address = settings.publicAddress() ?? null;
    if (flags.json) printJson({ visitors: open, familyEdits: edits, publicAddress: address });
    else {
      print(`Visitors: ${open ? 'see public photos without an account' : 'not allowed'}`);
      print(`Editing: ${edits ? 'all family members' : 'only permitted family members'}`);
      print(`Public address: ${address === null ? 'none' : printable(address)}`);
    }
    return exit.done;
  });
}

async function removeUser(name: string, flags: Flags): Promise<number> {
  return withAccess(configOf(flags), (access) => {
    const { id, name: called } = personCalled(access, name);
    access.accounts.remove(id, commandLine);
    if (flags.json) printJson({ removed: called });
    else print(`Removed ${printable(called)}`);
    return exit.done;
  });
}

async function closeAccount(name: string, flags: Flags): Promise<number> {
  return withAccess(configOf(flags), (access) => {
    const { id, name: called } = personCalled(access, name);
    access.accounts.close(id, commandLine);
    if (flags.json) printJson({ closed: called });
    else print(`${printable(called)} can no longer sign in here; what they share stays shared`);
    return exit.done;
  });
}

async function resetSecondFactor(name: string, flags: Flags): Promise<number> {
  return withAccess(configOf(flags), (access) => {
    const { id, name: called } = personCalled(access, name);
    const was = access.accounts.removeSecondFactor(id, commandLine);
    if (flags.json) printJson({ name: called, removed: was });
    else print(`Two-step sign-in of ${printable(called)} ${was ? 'is now off' : 'was already off'}`);
    return exit.done;
  });
}

async function resetPin(name: string, flags: Flags): Promise<number> {
  return withAccess(configOf(flags), (access) => {
    const { id, name: called } = personCalled(access, name);
    const was = access.lockedFolder.reset(id, commandLine);
    if (flags.json) printJson({ name: called, removed: was });
    else
      print(
        `${printable(called)} ${was ? 'no longer has a PIN' : 'had no PIN'} and can set a new one with their password`,
      );
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
      throw new PhotospoolError('usage', `There is no pending change for ${printable(name)}.`, {
        hint: 'Run `photospool users list` to see pending changes.',
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
          : `${printable(here.name)} remains ${here.removed ? 'removed' : here.role}`,
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

/** Reports the result for a person: with `--invite` only the link. */
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
  else print(link ?? `${printable(account.name)} (${account.role}) can now sign in`);
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
  throw new PhotospoolError('usage', `Invalid value for --role: ${printable(text)}.`, { hint: 'Use owner or family.' });
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
  return `pending ${printable(told)} (from ${printable(from)}): approve or reject it`;
}

function describe({ name, role, passwordSet, passkeys, secondFactor, lastSeen }: Account): string {
  const password = secondFactor ? 'password with two-step sign-in' : 'password';
  const ways = [...(passwordSet ? [password] : []), ...(passkeys > 0 ? [counted(passkeys, 'passkey')] : [])];
  const seen = lastSeen === undefined ? '' : `, last seen ${new Date(lastSeen).toISOString().slice(0, 16)}Z`;
  return `${role.padEnd(6)}  ${printable(name)}  (${ways.length === 0 ? "can't sign in yet" : ways.join(', ')}${seen})`;
}
