/** What the commands about stuck files share: which files are meant, and who acts on them, a running server or this process. */
import type { Config } from '../base/config.js';
import { PhotospoolError, printable } from '../base/errors.js';
import { openFiles } from '../base/files.js';
import { openLog } from '../base/log.js';
import type { StuckNames, SpoolStatus } from '../spool/spool-interface.js';
import type { Processor } from '../spool/processor.js';
import { readStatus } from '../spool/spool-status.js';
import { openHome } from '../home/open-home.js';
import { quiet } from './output.js';
import { askServer, findServer, type ServerRecord } from '../home/running-server.js';
import { openSpool } from '../home/open-spool.js';
import type { Flags } from './command.js';

/** The flags that say which stuck files are meant. */
export type StuckFlags = Flags & { all?: boolean; reason?: string };

/** Has the server on a home act, or where there is none this process. @throws what they say. */
export async function withSpool<T>(
  config: Config,
  ask: (server: ServerRecord) => Promise<T>,
  act: (spool: Processor) => Promise<T>,
): Promise<T> {
  const server = await findServer(config);
  if (server) return ask(server);
  const log = openLog(quiet(config));
  const home = await openHome(config, log);
  try {
    const spool = await openSpool(home, log);
    try {
      return await act(spool);
    } finally {
      await spool.close();
    }
  } finally {
    await home.close();
  }
}

/** What the spool holds, by the server, or as it is on the disk. */
export async function statusOf(config: Config): Promise<SpoolStatus> {
  const server = await findServer(config);
  return server
    ? askServer<SpoolStatus>(server, 'GET', '/api/spool')
    : readStatus(config.incoming, config.work, openFiles());
}

/**
 * The files that a command line means: names, all, or those with one reason, ignored ones aside. `verb` is named in what is thrown.
 * @throws PhotospoolError `usage` where it is not exactly one of these, or nothing is stuck for that reason.
 */
export async function chooseStuck(
  config: Config,
  verb: string,
  names: string[],
  { all, reason }: StuckFlags,
): Promise<{ names: StuckNames; status: SpoolStatus }> {
  if ([names.length > 0, all === true, reason !== undefined].filter(Boolean).length !== 1)
    throw new PhotospoolError('usage', `${verb} takes names, --all or --reason.`, {
      hint: '`photospool status` shows names and reasons.',
    });
  const status = await statusOf(config);
  if (reason === undefined) return { names: all ? 'all' : names, status };
  const found = status.stuck.filter(({ code, ignored }) => code === reason && !ignored);
  if (found.length === 0)
    throw new PhotospoolError('usage', `Nothing is stuck with the reason ${printable(reason)}.`, {
      hint: '`photospool status` shows the reasons.',
    });
  return { names: found.map(({ claim, name }) => (claim === '' ? name : claim)), status };
}
