/** The homes that publish on a public server, for commands: beside a running server, or alone. */
import { join } from 'node:path';
import { commandLine } from '../access/actor.js';
import { systemClock as clock } from '../base/clock.js';
import type { Config } from '../base/config.js';
import { PhotospoolError, printable } from '../base/errors.js';
import { openLog } from '../base/log.js';
import { openSqlite, type Sqlite } from '../base/sqlite.js';
import { openLibrary } from '../library/library.js';
import { readPublic } from '../publishing/public-fields.js';
import { openRemovals } from '../publishing/publisher-removals.js';
import { takeLock } from '../spool/spool-lock.js';
import { withAccess } from './with-access.js';
import { openPublished } from '../home/published-album.js';
import { publishedFolder } from '../home/open-records.js';
import { libraryPath } from '../home/open-read-only.js';

/** A publishing home. */
export interface PublisherView {
  /** The id of its library. */
  publisher: string;
  /** Its valid tokens. */
  tokens: string[];
  /** The number of its published photos. */
  photos: number;
}

/** Ms that a running server may take to remove a home, and the interval of checks. */
const patience = 60_000;
const look = 100;

/** The publishing homes. */
export function listPublishers(config: Config): Promise<PublisherView[]> {
  return withAccess(config, (access) => {
    const made = new Map(
      access.tokens.list().flatMap(({ name, created, person }) => (person === undefined ? [[name, created]] : [])),
    );
    const bound = withDatabase(config, (db) => openRemovals(db).bound());
    return [...new Set(bound.map(({ publisher }) => publisher))].map((publisher) => ({
      publisher,
      tokens: bound
        .filter((one) => one.publisher === publisher && made.get(one.token) === one.made)
        .map((one) => one.token),
      photos: countShown(join(publishedFolder(config), `${publisher}.sqlite`)),
    }));
  });
}

/**
 * Removes everything from a publishing home, named by its id or one of its tokens, and revokes its tokens: otherwise it
 * would publish again. Resolves when it is gone; `later` if a running server still has to do it.
 * @throws PhotospoolError `usage`.
 */
export async function removePublisher(config: Config, name: string): Promise<PublisherView & { later: boolean }> {
  const all = await listPublishers(config);
  const found = all.find(({ publisher, tokens }) => publisher === name || tokens.includes(name));
  if (!found) {
    throw new PhotospoolError('usage', `No publishing home has the id or token ${printable(name)}.`, {
      hint: 'Run `photospool publishers list` to see them.',
    });
  }
  await withAccess(config, (access) => found.tokens.forEach((token) => access.tokens.revoke(token, commandLine)));
  withDatabase(config, (db) => openRemovals(db).mark(found.publisher));
  const lock = takeLock(publishedFolder(config));
  lock?.release();
  // Without a server, opening the published album removes it.
  if (lock) await (await openPublished(config, openLog({ level: 'error', format: config.format }))).close();
  return { ...found, later: !(await isGone(config, found.publisher)) };
}

async function isGone(config: Config, publisher: string): Promise<boolean> {
  for (const until = clock.now() + patience; clock.now() < until; await clock.sleep(look))
    if (!withDatabase(config, (db) => openRemovals(db).has(publisher))) return true;
  return false;
}

function withDatabase<T>(config: Config, work: (db: Sqlite) => T): T {
  const db = openSqlite(libraryPath(config));
  try {
    return work(db);
  } finally {
    db.close();
  }
}

function countShown(path: string): number {
  const db = openSqlite(path, { readOnly: true });
  try {
    const shown = [...openLibrary(db, { readOnly: true }).scan('public:')];
    return shown.filter(({ body }) => readPublic(body)?.photo.value).length;
  } finally {
    db.close();
  }
}
