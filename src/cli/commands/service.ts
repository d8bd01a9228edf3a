/**
 * `photospool service install|uninstall|print launchd|systemd|cron`: makes the system run a pass when files arrive, or
 * the server permanently. The home and the current flags and variables are written into the definition.
 */
import { realpathSync } from 'node:fs';
import { Argument } from 'commander';
import type { Config } from '../../base/config.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { programFile } from '../../base/program-files.js';
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
  addVerb(program, 'service', 'Run Photospool as a launchd, systemd or cron service')
    .addArgument(new Argument('<ACTION>', 'action').choices(['install', 'uninstall', 'print']))
    .addArgument(new Argument('<SYSTEM>', 'service manager').choices(kinds))
    .option('--serve', 'keep the server running, instead of importing when files arrive')
    .option('--sweep <SECONDS>', 'seconds between periodic passes (default: 900; with cron 300)')
    .option('--queue', 'launchd: use QueueDirectories instead of WatchPaths')
    .action((action: Action, kind: Kind, flags: ServiceFlags) => run(() => act(action, kind, flags)));
};

async function act(action: Action, kind: Kind, flags: ServiceFlags): Promise<number> {
  const config = configOf(flags);
  const queue = flags.queue === true;
  if (queue && (kind !== 'launchd' || flags.serve))
    throw new PhotospoolError('usage', '--queue works only with launchd and without --serve.', {
      hint: 'Run the command without it.',
    });
  const files = filesOf(config);
  const installer = openInstaller(kind, { files, ask, queue });
  if (action !== 'print') await installer.check();
  if (action === 'uninstall') {
    const done = await installer.uninstall(nameOf(config.home, usualHome()));
    for (const line of done) print(printable(line));
    if (done.length === 0) print('Nothing is installed.');
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
  const program = realpathSync(programFile('dist/cli/main.js'));
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
  throw new PhotospoolError('usage', `Invalid value for --sweep: ${printable(given)}.`, {
    hint: 'Use a whole number of seconds from 60 to 86400.',
  });
}

/** Notes for the user, and how to uninstall. */
function advise(kind: Kind, plan: LaunchPlan): void {
  if (isPassing(plan.command[1] ?? ''))
    say('Photospool runs from the npx cache, which npm may delete. Install Photospool, then run this command again.');
  if (kind === 'systemd') say('To keep it running while you are logged out: loginctl enable-linger');
  const home = plan.name === 'photospool' ? '' : ` --home ${printable(plan.home)}`;
  print(`To undo this: photospool service uninstall ${kind}${home}`);
}
