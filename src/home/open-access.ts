/**
 * The access control of a home, with the audit file beside the library. A crash leaves each change complete or not
 * made.
 */
import { join } from 'node:path';
import { openAccess, type Access } from '../access/access.js';
import { openLineFile } from '../access/audit-file.js';
import type { Config } from '../base/config.js';
import type { Files } from '../base/files.js';
import type { Log } from '../base/log.js';
import { openPeers } from '../sync/connections/peers.js';
import type { Records } from './open-records.js';

/** Access control that must be closed before the database. */
export interface OpenAccess {
  access: Access;
  close(): Promise<void>;
}

/** Opens the access control of a home. `secret` authenticates this machine's commands to its server. */
export function openHomeAccess(
  { db, library }: Records,
  config: Config,
  files: Files,
  log: Log,
  secret?: string,
): OpenAccess {
  const failed = (what: string) => (error: unknown) => log.warn({ err: error }, what);
  const audit = openLineFile(join(config.data, 'audit.log'), files, failed('The security log could not be written.'));
  const access = openAccess(db, library, {
    line: audit.add,
    removeUnclaimedPeers: () => openPeers(db).removeUnclaimed(),
    failed: failed('The time of last use could not be saved.'),
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
