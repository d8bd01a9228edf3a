/**
 * Runs a command line in this process: one verb per file in commands/. Wrong usage gives exit code 2, any other failure
 * 3 and one sentence. Settings of the whole process (its modes, its streams) are in main.ts.
 */
import { Command, CommanderError } from 'commander';
import { sayFailure } from './output.js';
import { exit } from './exit-codes.js';
import { addConfiguration, type Verb } from './command.js';
import { version } from '../home/version.js';

/** All verbs, in the order of help. Only the called one is loaded: `list` needs no web server and no decoder. */
const verbs: Readonly<Record<string, () => Promise<Verb>>> = {
  serve: async () => (await import('./commands/serve.js')).serve,
  process: async () => (await import('./commands/process.js')).processVerb,
  import: async () => (await import('./commands/import.js')).importVerb,
  doctor: async () => (await import('./commands/doctor.js')).doctor,
  status: async () => (await import('./commands/status.js')).status,
  retry: async () => (await import('./commands/retry.js')).retry,
  stuck: async () => (await import('./commands/stuck.js')).stuck,
  list: async () => (await import('./commands/list.js')).list,
  edit: async () => (await import('./commands/edit.js')).edit,
  save: async () => (await import('./commands/save.js')).save,
  export: async () => (await import('./commands/export.js')).exportVerb,
  'export-xmp': async () => (await import('./commands/export-xmp.js')).exportXmpVerb,
  verify: async () => (await import('./commands/verify.js')).verify,
  rerender: async () => (await import('./commands/rerender.js')).rerenderVerb,
  backup: async () => (await import('./commands/backup.js')).backup,
  restore: async () => (await import('./commands/restore.js')).restore,
  reindex: async () => (await import('./commands/reindex.js')).reindex,
  service: async () => (await import('./commands/service.js')).service,
  users: async () => (await import('./commands/users.js')).users,
  albums: async () => (await import('./commands/albums.js')).albums,
  partners: async () => (await import('./commands/partners.js')).partners,
  links: async () => (await import('./commands/links.js')).links,
  lock: async () => (await import('./commands/lock.js')).lock,
  unlock: async () => (await import('./commands/unlock.js')).unlock,
  offers: async () => (await import('./commands/offers.js')).offers,
  assign: async () => (await import('./commands/assign.js')).assign,
  trash: async () => (await import('./commands/trash.js')).trash,
  people: async () => (await import('./commands/people.js')).people,
  peers: async () => (await import('./commands/peers.js')).peers,
  publishers: async () => (await import('./commands/publishers.js')).publishers,
  tokens: async () => (await import('./commands/tokens.js')).tokens,
  folders: async () => (await import('./commands/folders.js')).folders,
};

/** Runs a command line and returns its exit code. Never rejects. */
export async function run(args: readonly string[]): Promise<number> {
  let code: number = exit.done;
  const program = new Command('photospool')
    .description('Put a photo in a folder; find it in your library. Nothing is ever lost.')
    .version(version)
    .helpCommand('help [command]', 'Show help for a command')
    .showHelpAfterError('(run photospool --help for a list of commands)')
    .exitOverride();
  const called = verbs[args[0] ?? ''];
  const needed = called ? [called] : isVersionAsked(args) ? [] : Object.values(verbs);
  for (const load of needed) {
    (await load())(program, async (work) => {
      code = await work();
    });
  }
  for (const verb of program.commands) {
    for (const command of verb.commands.length > 0 ? verb.commands : [verb]) addConfiguration(command);
    for (const command of [verb, ...verb.commands]) {
      command.exitOverride().showHelpAfterError(`(run photospool ${verb.name()} --help for details)`);
    }
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.usage;
    return sayFailure(error);
  }
}

/** Whether only the version is requested: no verb must be loaded for that. */
const isVersionAsked = ([first]: readonly string[]): boolean => first === '--version' || first === '-V';
