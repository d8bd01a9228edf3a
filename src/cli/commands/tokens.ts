/**
 * `photospool tokens`: the permissions of programs and peers. Works beside a running server, which applies changes at
 * once.
 */
import { commandLine } from '../../access/actor.js';
import { mays, type May } from '../../access/permissions.js';
import type { Token } from '../../access/api-tokens.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import { openHomeGate } from '../../home/open-gate.js';
import { hasLibrary, personCalled, withAccess } from '../with-access.js';
import { print, printJson } from '../output.js';
import { exit } from '../exit-codes.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';

/** The verb `tokens`. */
export const tokens: Verb = (program, run) => {
  const group = program.command('tokens').description('Manage tokens for programs and other servers');
  addVerb(group, 'add <NAME>', 'Create a token and print it once')
    .requiredOption(
      '--may <WHAT>',
      `permissions, separated by commas: ${mays.join(', ')}`,
      (word: string, before: string | undefined) => (before === undefined ? word : `${before},${word}`),
    )
    .option('--for <PERSON>', 'person the token acts for (default: the family library)')
    .action((name: string, flags: TokenFlags & { may: string }) => run(() => addToken(name, flags)));
  addVerb(group, 'list', 'List tokens').action((flags: Flags) => run(() => listTokens(flags)));
  addVerb(group, 'revoke <NAME>', 'Revoke a token immediately')
    .option('--for <PERSON>', 'person the token acts for')
    .action((name: string, flags: TokenFlags) => run(() => revokeToken(name, flags)));
};

type TokenFlags = Flags & { for?: string };

async function addToken(name: string, flags: TokenFlags & { may: string }): Promise<number> {
  const may = mayOf(flags.may);
  return withAccess(configOf(flags), (access, records) => {
    const person = flags.for === undefined ? undefined : personCalled(access, flags.for);
    if (person) demandPeopleLibraries(openHomeGate(records));
    const { token, secret } = access.tokens.make(name, may, commandLine, person?.id);
    const told = { name: token.name, may: token.may, ...(person && { for: person.name }), token: secret };
    if (flags.json) printJson(told);
    else print(secret);
    return exit.done;
  });
}

async function revokeToken(name: string, flags: TokenFlags): Promise<number> {
  return withAccess(configOf(flags), (access) => {
    const person = flags.for === undefined ? undefined : personCalled(access, flags.for);
    if (!access.tokens.revoke(name, commandLine, person?.id)) {
      const whose = person ? ` that acts for ${printable(person.name)}` : '';
      throw new PhotospoolError('usage', `There is no token named ${printable(name)}${whose}.`, {
        hint: 'Run `photospool tokens list` to see the names.',
      });
    }
    if (flags.json) printJson({ revoked: name, ...(person && { for: person.name }) });
    else print(`Revoked ${printable(name)}`);
    return exit.done;
  });
}

async function listTokens(flags: Flags): Promise<number> {
  const config = configOf(flags);
  if (!(await hasLibrary(config))) return exit.done;
  return withAccess(config, (access) => {
    for (const token of access.tokens.list()) {
      const whose = token.person === undefined ? undefined : (access.people.find(token.person)?.name ?? token.person);
      if (flags.json) printJson(view(token, whose));
      else print(describe(token, whose));
    }
    return exit.done;
  });
}

function mayOf(text: string): May[] {
  return text.split(',').map((word) => {
    const may = mays.find((one) => one === word.trim());
    if (may) return may;
    throw new PhotospoolError('usage', `Invalid value for --may: ${printable(word)}.`, {
      hint: `Use ${mays.join(', ')}.`,
    });
  });
}

const utc = (ms: number): string => new Date(ms).toISOString();

const view = ({ name, may, created, used, photo }: Token, whose: string | undefined): object => ({
  name,
  may,
  ...(whose !== undefined && { for: whose }),
  created: utc(created),
  ...(used !== undefined && { lastUsed: utc(used) }),
  ...(photo !== undefined && { lastPhoto: utc(photo) }),
});

function describe({ name, may, created, used, photo }: Token, whose: string | undefined): string {
  const acts = whose === undefined ? '' : ` for ${printable(whose)}`;
  const last = used === undefined ? 'never used' : `last used ${utc(used).slice(0, 16)}Z`;
  const sent = photo === undefined ? '' : `, last photo ${utc(photo).slice(0, 16)}Z`;
  return `${printable(name)}  ${may.join(',')}${acts}  (created ${utc(created).slice(0, 10)}, ${last}${sent})`;
}
