/** `photospool publishers`: the homes that publish on this public server. Works beside the running server. */
import { PhotospoolError, printable } from '../../base/errors.js';
import type { Config } from '../../base/config.js';
import { print, printJson, say } from '../output.js';
import { exit } from '../exit-codes.js';
import { counted } from '../../base/human-format.js';
import { listPublishers, removePublisher, type PublisherView } from '../manage-publishers.js';
import { isPublic } from '../../home/open-records.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';

/** The verb `publishers`. */
export const publishers: Verb = (program, run) => {
  const group = program.command('publishers').description('Manage the servers that publish to this public server');
  addVerb(group, 'list', 'List publishing servers').action((flags: Flags) => run(() => list(configOf(flags), flags)));
  addVerb(group, 'remove <HOME>', 'Remove everything that a server published here, and revoke its token').action(
    (name: string, flags: Flags) => run(() => remove(configOf(flags), name, flags)),
  );
};

async function list(config: Config, flags: Flags): Promise<number> {
  if (!(await isPublic(config))) throw notPublic(config);
  for (const one of await listPublishers(config)) {
    if (flags.json) printJson(one);
    else print(describe(one));
  }
  return exit.done;
}

async function remove(config: Config, name: string, flags: Flags): Promise<number> {
  if (!(await isPublic(config))) throw notPublic(config);
  const { later, ...found } = await removePublisher(config, name);
  if (flags.json) printJson({ removed: found.publisher, tokens: found.tokens, photos: found.photos });
  else print(`Removed ${printable(found.publisher)} with ${counted(found.photos, 'photo')}`);
  if (later) say('The running server has not finished removing it yet; it continues automatically.');
  return exit.done;
}

const describe = ({ publisher, tokens, photos }: PublisherView): string =>
  `${printable(publisher)}  ${counted(photos, 'photo')}  ${tokens.length > 0 ? `token ${tokens.map(printable).join(', ')}` : 'no token'}`;

const notPublic = ({ home }: Config): PhotospoolError =>
  new PhotospoolError('config', `${printable(home)} is not a public server.`, {
    hint: 'Start one with `photospool serve --role public`.',
  });
