/**
 * `photospool tokens`: the permissions of programs and peers. Works beside a running server, which applies changes at
 * once.
 */
import { commandLine } from '../../access/actor.js';
import { mays, type May } from '../../access/permissions.js';
import type { Token } from '../../access/api-tokens.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { hasLibrary, withAccess } from '../with-access.js';
import { print, printJson } from '../output.js';
import { exit } from '../exit-codes.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';

/** The verb `tokens`. */
export const tokens: Verb = (program, run) => {
  const group = program.command('tokens').description('what programs and peers may do here');
  addVerb(group, 'add <NAME>', 'makes a token and prints it, this once')
    .requiredOption(
      '--may <WHAT>',
      `what it is for: ${mays.join(', ')}, or several with commas`,
      (word: string, before: string | undefined) => (before === undefined ? word : `${before},${word}`),
    )
    .action((name: string, flags: Flags & { may: string }) => run(() => addToken(name, flags)));
  addVerb(group, 'list', 'lists them').action((flags: Flags) => run(() => listTokens(flags)));
  addVerb(group, 'revoke <NAME>', 'ends a token, at once').action((name: string, flags: Flags) =>
    run(() => revokeToken(name, flags)),
  );
};

async function addToken(name: string, flags: Flags & { may: string }): Promise<number> {
  const may = mayOf(flags.may);
  return withAccess(configOf(flags), (access) => {
    const { token, secret } = access.tokens.make(name, may, commandLine);
    if (flags.json) printJson({ name: token.name, may: token.may, token: secret });
    else print(secret);
    return exit.done;
  });
}

async function revokeToken(name: string, flags: Flags): Promise<number> {
  return withAccess(configOf(flags), (access) => {
    if (!access.tokens.revoke(name, commandLine)) {
      throw new PhotospoolError('usage', `There is no token called ${printable(name)}.`, {
        hint: '`photospool tokens list` shows the names.',
      });
    }
    if (flags.json) printJson({ revoked: name });
    else print(`${printable(name)} is revoked`);
    return exit.done;
  });
}

async function listTokens(flags: Flags): Promise<number> {
  const config = configOf(flags);
  if (!(await hasLibrary(config))) return exit.done;
  return withAccess(config, (access) => {
    for (const token of access.tokens.list()) {
      if (flags.json) printJson(view(token));
      else print(describe(token));
    }
    return exit.done;
  });
}

function mayOf(text: string): May[] {
  return text.split(',').map((word) => {
    const may = mays.find((one) => one === word.trim());
    if (may) return may;
    throw new PhotospoolError('usage', `--may can't be ${printable(word)}.`, { hint: `It takes ${mays.join(', ')}.` });
  });
}

const utc = (ms: number): string => new Date(ms).toISOString();

const view = ({ name, may, created, used }: Token): object => ({
  name,
  may,
  created: utc(created),
  ...(used !== undefined && { lastUsed: utc(used) }),
});

function describe({ name, may, created, used }: Token): string {
  const last = used === undefined ? 'never used' : `last used ${utc(used).slice(0, 16)}Z`;
  return `${printable(name)}  ${may.join(',')}  (made ${utc(created).slice(0, 10)}, ${last})`;
}
