/**
 * `photospool service install|uninstall|print launchd|systemd|cron`: makes the system run a pass when files arrive, or
 * the server permanently. The home and the present flags and variables are written into the definition.
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Argument } from 'commander';
import type { Config } from '../../base/config.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { openInstaller, printed } from '../../service/install.js';
import { checkPlan, kinds, nameOf, type Kind, type LaunchPlan } from '../../service/launch-plan.js';
import { lastingNode } from '../../service/node-path.js';
import { ask } from '../../service/system-command.js';
import { isPassing, usualHome, writableFolders } from '../../service/writable-folders.js';
import { print, say } from '../output.js';
import { exit } from '../exit-codes.js';
import { addVerb, carriedFlags, configOf, type Flags, type Verb } from '../command.js';
import { filesOf } from '../../home/open-read-only.js';

type Action = 'install' | 'uninstall' | 'print';
type ServiceFlags = Flags & { serve?: boolean; queue?: boolean; sweep?: string };

/** The verb `service`. */
export const service: Verb = (program, run) => {
  addVerb(program, 'service', 'has launchd, systemd or cron run it when something comes in, or the server at boot')
    .addArgument(new Argument('<ACTION>', 'what to do').choices(['install', 'uninstall', 'print']))
    .addArgument(new Argument('<SYSTEM>', 'what runs it').choices(kinds))
    .option('--serve', 'keeps the server running, instead of a pass when something comes in')
    .option('--sweep <SECONDS>', 'time between passes that nothing asked for (default: 900; with cron 300)')
    .option('--queue', 'launchd: the classical QueueDirectories, instead of WatchPaths')
    .action((action: Action, kind: Kind, flags: ServiceFlags) => run(() => act(action, kind, flags)));
};

async function act(action: Action, kind: Kind, flags: ServiceFlags): Promise<number> {
  const config = configOf(flags);
  const queue = flags.queue === true;
  if (queue && (kind !== 'launchd' || flags.serve))
    throw new PhotospoolError('usage', '--queue is for passes that launchd runs.', { hint: 'Leave it out.' });
  const files = filesOf(config);
  const installer = openInstaller(kind, { files, ask, queue });
  if (action !== 'print') await installer.check();
  if (action === 'uninstall') {
    const done = await installer.uninstall(nameOf(config.home, usualHome()));
    for (const line of done) print(printable(line));
    if (done.length === 0) print('There was nothing to take away.');
    return exit.done;
  }
  // A watched folder must exist.
  if (action === 'install') for (const folder of [config.home, config.incoming]) await files.makeFolder(folder);
  const folders = await writableFolders(config, files);
  const plan = checkPlan(planOf(config, kind, flags, folders));
  if (action === 'print') {
    process.stdout.write(printed(kind, plan, queue));
    return exit.done;
  }
  for (const line of await installer.install(plan)) print(printable(line));
  advise(kind, plan);
  return exit.done;
}

function planOf(config: Config, kind: Kind, flags: ServiceFlags, writable: string[]): LaunchPlan {
  const { home, incoming } = config;
  const runs = flags.serve ? 'serve' : 'pass';
  const verb = runs === 'serve' ? ['serve'] : kind === 'cron' ? ['process', '--if-free'] : ['process'];
  const program = realpathSync(fileURLToPath(new URL('../main.js', import.meta.url)));
  const carried = carriedFlags(flags, config);
  // Cron mails the output of a server when it ends.
  const quiet = kind === 'cron' && runs === 'serve' && !carried.includes('--level') ? ['--level', 'error'] : [];
  return {
    name: nameOf(home, usualHome()),
    runs,
    command: [lastingNode(), program, ...verb, '--home', home, ...carried, ...quiet],
    home,
    incoming,
    writable,
    sweep: sweepOf(flags.sweep, kind),
  };
}

function sweepOf(given: string | undefined, kind: Kind): number {
  if (given === undefined) return kind === 'cron' ? 300 : 900;
  const seconds = Number(given);
  if (Number.isInteger(seconds) && seconds >= 60 && seconds <= 86_400) return seconds;
  throw new PhotospoolError('usage', `--sweep can't be ${given}.`, { hint: 'It takes whole seconds, 60 to 86400.' });
}

/** What a person should know, and how to revert. */
function advise(kind: Kind, plan: LaunchPlan): void {
  if (isPassing(plan.command[1] ?? ''))
    say('It runs from a cache of npx, which npm empties now and then: better install Photospool, then do this again.');
  if (kind === 'systemd') say('To have it run also while you are not logged in: loginctl enable-linger');
  const home = plan.name === 'photospool' ? '' : ` --home ${printable(plan.home)}`;
  print(`To undo it: photospool service uninstall ${kind}${home}`);
}
