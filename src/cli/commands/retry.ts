/** `photospool retry`: tries stuck items again, now. With a server running on that home, the server does. */
import { PhotospoolError, printable } from '../../base/errors.js';
import { openLog } from '../../base/log.js';
import { openHome } from '../home.js';
import type { Retried } from '../../spool/port.js';
import { exit, print, printJson, quiet, say } from '../output.js';
import { counted } from '../times.js';
import { askServer, findServer } from '../running.js';
import { openSpool } from '../spool.js';
import { addVerb, configOf, type Flags, type Verb } from '../verb.js';

/** The verb `retry`. */
export const retry: Verb = (program, run) => {
  addVerb(program, 'retry', 'tries stuck items again')
    .argument('[NAME...]', 'names of stuck files, as `status` shows them')
    .option('--all', 'all of them')
    .option('--as-is', 'archive damaged ones as they are: those named, or all that are damaged')
    .action((names: string[], flags: RetryFlags) => run(() => retryItems(names, flags)));
};

type RetryFlags = Flags & { all?: boolean; asIs?: boolean };

async function retryItems(names: string[], flags: RetryFlags): Promise<number> {
  const all = flags.all === true || (flags.asIs === true && names.length === 0);
  if (all === names.length > 0)
    throw new PhotospoolError('usage', 'retry takes names or --all.', { hint: '`photospool status` shows the names.' });
  const { retried, unknown, stuck = [] } = await retryBy(all ? 'all' : names, flags);
  if (flags.json) printJson({ retried, unknown });
  else print(`${counted(retried.length, 'file')} tried again, ${stuck.length} stuck`);
  for (const name of unknown) say(`photospool: nothing that is stuck is called ${printable(name)}.`);
  for (const { name, reason } of stuck) say(`stuck: ${name}: ${reason}`);
  if (unknown.length > 0) return exit.usage;
  return stuck.length > 0 ? exit.stuck : exit.done;
}

async function retryBy(names: string[] | 'all', flags: RetryFlags): Promise<Retried> {
  const how = { wait: true, ...(flags.asIs && { asIs: true }) };
  const config = configOf(flags);
  const server = await findServer(config);
  if (server) return askServer<Retried>(server, 'POST', '/api/spool/retry', { names, ...how });
  const log = openLog(quiet(config));
  const home = await openHome(config, log);
  try {
    const spool = await openSpool(home, log);
    try {
      return await spool.retry(names, how);
    } finally {
      await spool.close();
    }
  } finally {
    await home.close();
  }
}
