/** Access to a home, as the commands open it: with the file of the audit beside the library. A crash leaves nothing half done. */
import { join } from 'node:path';
import { openAccess, type Access } from '../access/access.js';
import { openLineFile } from '../access/lines.js';
import type { Config } from '../base/config.js';
import { PhotospoolError, sentence, toPhotospoolError } from '../base/errors.js';
import { openFiles, type Files } from '../base/files.js';
import { openLog, type Log } from '../base/log.js';
import { openRecords, type Records } from './records.js';
import { say } from './output.js';
import { findServer } from './running.js';
import { filesOf, libraryPath, noHome } from './view.js';

/** Access that must be closed before the database. */
export interface OpenAccess {
  access: Access;
  close(): Promise<void>;
}

/** Opens access to a home. `secret` is what this machine's commands bring to the server that is opened with it. */
export function openHomeAccess(
  { db, library }: Records,
  config: Config,
  files: Files,
  log: Log,
  secret?: string,
): OpenAccess {
  const failed = (what: string) => (error: unknown) => log.warn({ err: error }, what);
  const audit = openLineFile(join(config.data, 'audit.log'), files, failed('The audit could not be written.'));
  const access = openAccess(db, library, {
    line: audit.add,
    failed: failed('The time of a last use could not be written.'),
    ...(secret !== undefined && { secret }),
  });
  return {
    access,
    async close() {
      access.close();
      await audit.settled();
    },
  };
}

/**
 * Opens access to a home for a command, beside a server that may be running, and closes it after `work`. A name that is
 * not known, or taken, is wrong usage. @throws PhotospoolError.
 */
export async function withAccess<T>(
  config: Config,
  work: (access: Access, records: Records) => T | Promise<T>,
): Promise<T> {
  const log = openLog({ level: 'error', format: config.format });
  const files = filesOf(config);
  const records = await openRecords(config, files, log);
  const opened = openHomeAccess(records, config, files, log);
  try {
    return await work(opened.access, records);
  } catch (error) {
    const { code, message, hint } = toPhotospoolError(error);
    if (code !== 'conflict' && code !== 'not-found') throw error;
    throw new PhotospoolError('usage', message, { cause: error, ...(hint !== undefined && { hint }) });
  } finally {
    await opened.close();
    records.library.close();
    records.db.close();
  }
}

/** Whether a home has a library; where it has none, says so. */
export async function hasLibrary(config: Config): Promise<boolean> {
  if (await openFiles().look(libraryPath(config))) return true;
  say(sentence(noHome(config)));
  return false;
}

/** Where pages are reached: at the public address that the owner set, else at the server that runs, else where one would listen. */
export async function pageAddress(config: Config, path: string, publicAddress?: string): Promise<string> {
  if (publicAddress !== undefined) return new URL(path, publicAddress).href;
  const server = await findServer(config).catch(() => undefined);
  return new URL(path, server?.url ?? `http://${config.host}:${config.port}`).href;
}
