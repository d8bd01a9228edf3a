/** Opens the access data of a home for a command, and closes it. A crash leaves each change complete or not made. */
import type { Access } from '../access/access.js';
import type { Account } from '../access/accounts.js';
import { keyOfName } from '../access/account-names.js';
import { isRemoved } from '../access/removed-people.js';
import { nameOfRemoved } from '../album/storage-totals.js';
import type { Config } from '../base/config.js';
import { PhotospoolError, printable, sentence, toPhotospoolError } from '../base/errors.js';
import { openFiles } from '../base/files.js';
import { openLog } from '../base/log.js';
import type { Holder } from '../document/item-id.js';
import type { Library } from '../library/library.js';
import { demandPeopleLibraries } from '../library/people-libraries.js';
import { openHomeAccess } from '../home/open-access.js';
import { openHomeGate } from '../home/open-gate.js';
import { say } from './output.js';
import { openRecords, type Records } from '../home/open-records.js';
import { findServer } from '../home/running-server.js';
import { filesOf, libraryPath, noHome } from '../home/open-read-only.js';

/**
 * Opens the access data of a home for a command, beside a server that may be running, and closes it after `work`. An
 * unknown name, or one in use, is wrong usage. @throws PhotospoolError.
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

/** The account of a name. @throws PhotospoolError `usage`. */
export function personCalled(access: Access, name: string): Account {
  const account = access.accounts.named(name);
  if (account) return account;
  throw nobodyCalled(name);
}

/** The person of a name; also a removed one, if the name is unique among them. @throws PhotospoolError `usage`. */
export function presentOrRemoved(
  access: Access,
  library: Library,
  name: string,
): { id: string; name: string; removed: boolean } {
  const account = access.accounts.named(name);
  if (account) return { id: account.id, name: account.name, removed: false };
  const removed = [...library.scan('person:')]
    .map(({ id }) => id.slice('person:'.length))
    .filter(
      (id) => isRemoved(library, id) && (id === name || keyOfName(nameOfRemoved(library, id)) === keyOfName(name)),
    );
  if (removed.length > 1)
    throw new PhotospoolError('usage', `Several removed people were named ${printable(name)}.`, {
      hint: `Use the id of one of them: ${removed.join(', ')}.`,
    });
  const [id] = removed;
  if (id === undefined) throw nobodyCalled(name);
  return { id, name: nameOfRemoved(library, id), removed: true };
}

const nobodyCalled = (name: string): PhotospoolError =>
  new PhotospoolError('usage', `There is no person named ${printable(name)}.`, {
    hint: 'Run `photospool users list` to see the names.',
  });

/**
 * The ULID of the person with a name, who is to get imported files; undefined for the house, if no name is given.
 * Checks the gate of the libraries of people. @throws PhotospoolError `usage`.
 */
export async function holderCalled(config: Config, name: string | undefined): Promise<Holder | undefined> {
  if (name === undefined) return undefined;
  // A dry run does not create a home.
  if (!(await openFiles().stat(libraryPath(config)))) throw nobodyCalled(name);
  return withAccess(config, (access, records) => {
    const { id } = personCalled(access, name);
    demandPeopleLibraries(openHomeGate(records));
    return id;
  });
}

/** Whether a home has a library; prints a message if not. */
export async function hasLibrary(config: Config): Promise<boolean> {
  if (await openFiles().stat(libraryPath(config))) return true;
  say(sentence(noHome(config)));
  return false;
}

/**
 * The URL of a page: at the public address set by the owner, otherwise at the running server, otherwise at the address
 * where one would listen.
 */
export async function pageAddress(config: Config, path: string, publicAddress?: string): Promise<string> {
  if (publicAddress !== undefined) return new URL(path, publicAddress).href;
  const server = await findServer(config).catch(() => undefined);
  return new URL(path, server?.url ?? `http://${config.host}:${config.port}`).href;
}
