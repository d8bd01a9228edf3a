/** `photospool retry`: retries stuck items now. If a server runs on that home, the server retries them. */
import { printable } from '../../base/errors.js';
import type { Retried } from '../../spool/spool-interface.js';
import { print, printJson, say } from '../output.js';
import { exit } from '../exit-codes.js';
import { askServer } from '../../home/running-server.js';
import { chooseStuck, withSpool, type StuckFlags } from '../stuck-actions.js';
import { counted } from '../../base/human-format.js';
import { addVerb, configOf, type Verb } from '../command.js';

/** The verb `retry`. */
export const retry: Verb = (program, run) => {
  addVerb(program, 'retry', 'Retry stuck files')
    .argument('[NAME...]', 'names of stuck files, as shown by `status`')
    .option('--all', 'retry all stuck files')
    .option('--reason <CODE>', 'retry all files with this reason, as shown by `status`')
    .option('--as-is', 'archive damaged files as they are: the given ones, or all')
    .action((names: string[], flags: RetryFlags) => run(() => retryItems(names, flags)));
};

type RetryFlags = StuckFlags & { asIs?: boolean };

async function retryItems(given: string[], flags: RetryFlags): Promise<number> {
  const config = configOf(flags);
  const every = flags.asIs === true && given.length === 0 && flags.reason === undefined;
  const { names } = await chooseStuck(config, 'retry', given, { ...flags, all: every || flags.all === true });
  const how = { wait: true, ...(flags.asIs && { asIs: true }) };
  const outcome = await withSpool<Retried>(
    config,
    (server) => askServer(server, 'POST', '/api/spool/retry', { names, ...how }),
    (spool) => spool.retry(names, how),
  );
  const { retried, unknown, stuck = [] } = outcome;
  if (flags.json) printJson({ retried, unknown });
  else print(`${counted(retried.length, 'file')} retried, ${stuck.length} stuck`);
  for (const name of unknown) say(`photospool: no stuck file is named ${printable(name)}.`);
  for (const { name, reason } of stuck) say(`stuck: ${name}: ${reason}`);
  if (unknown.length > 0) return exit.usage;
  return stuck.length > 0 ? exit.stuck : exit.done;
}
