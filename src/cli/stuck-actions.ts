/**
 * The common parts of commands about stuck files: which files are meant, and whether a running server or this process
 * acts.
 */
import type { Config } from '../base/config.js';
import { PhotospoolError, printable } from '../base/errors.js';
import { openFiles } from '../base/files.js';
import { openLog } from '../base/log.js';
import type { StuckNames, SpoolStatus } from '../spool/spool-interface.js';
import type { Processor } from '../spool/processor.js';
import { statusFor } from '../spool/spool-view.js';
import { readStatus } from '../spool/spool-status.js';
import { openHome } from '../home/open-home.js';
import { quiet } from './output.js';
import { askServer, findServer, type ServerRecord } from '../home/running-server.js';
import { openSpool } from '../home/open-spool.js';
import type { Flags } from './command.js';

/** The flags that select stuck files. */
export type StuckFlags = Flags & { all?: boolean; reason?: string };

/** Lets the server of a home act, or this process if none runs. @throws their errors. */
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

/** The state of the spool, from the server, or from the disk. */
export async function statusOf(config: Config): Promise<SpoolStatus> {
  const server = await findServer(config);
  return server
    ? askServer<SpoolStatus>(server, 'GET', '/api/spool')
    : statusFor(await readStatus(config.incoming, config.work, openFiles()));
}

/**
 * The files selected by a command line: by name, all, or by reason, without ignored ones. `verb` is named in errors.
 * @throws PhotospoolError `usage` if it is not exactly one of these, or no file is stuck for that reason.
 */
export async function chooseStuck(
  config: Config,
  verb: string,
  names: string[],
  { all, reason }: StuckFlags,
): Promise<{ names: StuckNames; status: SpoolStatus }> {
  if ([names.length > 0, all === true, reason !== undefined].filter(Boolean).length !== 1)
    throw new PhotospoolError('usage', `\`${verb}\` needs names, --all or --reason.`, {
      hint: 'Run `photospool status` to see names and reasons.',
    });
  const status = await statusOf(config);
  if (reason === undefined) return { names: all ? 'all' : names, status };
  const found = status.stuck.filter(({ code, ignored }) => code === reason && !ignored);
  if (found.length === 0)
    throw new PhotospoolError('usage', `No file is stuck with the reason ${printable(reason)}.`, {
      hint: 'Run `photospool status` to see the reasons.',
    });
  return { names: found.map(({ claim, name }) => (claim === '' ? name : claim)), status };
}
