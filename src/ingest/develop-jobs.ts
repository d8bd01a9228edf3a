/**
 * Makes the pictures of edited photos in the background: at once for edits of this server, after some time for those of
 * other servers, which make them too. A local table lists the items, filled from the change feed in one transaction with
 * its position; so a killed process loses none. The table can be dropped and is rebuilt. docs/edits.md.
 */
import { openLogOnce } from '../base/async/log-once.js';
import type { Subscribe } from '../base/async/listeners.js';
import type { Clock } from '../base/clock.js';
import { sentence, toPhotospoolError, type ErrorCode } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Sqlite } from '../base/sqlite.js';
import { developedAt } from '../document/develop.js';
import { house, itemOf } from '../document/item-id.js';
import { epochOf } from '../document/stamp.js';
import { keepFollowing, numberCheckpoint, openChangeFollower, type ChangeFollower } from '../library/follow.js';
import { recipeOfType } from '../photo/formats/families.js';
import { developBeside, type BesideParts } from './develop-beside.js';
import { developPhoto, lacksDeveloped, type DevelopParts } from './develop-photo.js';

/** The dependencies of the background work. */
export interface DevelopJobParts extends DevelopParts, BesideParts {
  /** Waits until the catalog has all documents. */
  indexed(): Promise<unknown>;
  db: Sqlite;
  clock: Clock;
  log: Log;
  /** Calls a listener when documents change; returns the function that unsubscribes it. */
  onChange: Subscribe;
  /** The number of items processed concurrently. */
  lanes: number;
}

/** The background work of a home. */
export interface DevelopJobs {
  /** Makes everything that is due; resolves to the number made. Never rejects. */
  drain(signal?: AbortSignal): Promise<number>;
  /** Continues until the signal aborts. */
  watch(signal: AbortSignal): Promise<void>;
}

const tables = `
  CREATE TABLE IF NOT EXISTS develop_wanted (id TEXT PRIMARY KEY, due INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    reason TEXT) WITHOUT ROWID`;

/** The setting with the position in the feed. A new recipe has a new setting: then all documents are read again. */
const mark = `develop.followed.${recipeOfType('image/jpeg')}`;
/** How long the pictures of the server where an edit was made are awaited, ms; also the interval of looking for due ones. */
const courtesy = 20_000;
/** The maximum number of attempts with one value, and the delay between two, ms. */
const [mostTries, pause] = [3, 600_000];
/** Errors caused by the file, not by the machine. */
const faults: ReadonlySet<ErrorCode> = new Set([
  'undecodable',
  'unsupported',
  'timeout',
  'too-large',
  'truncated',
  'corrupt',
]);

/** Opens the background work; nothing starts before a call. */
export function openDevelopJobs(parts: DevelopJobParts): DevelopJobs {
  const { db, library, clock, log, lanes } = parts;
  db.exec(tables);
  const put = db.prepare(`INSERT INTO develop_wanted (id, due) VALUES (?, ?)
    ON CONFLICT (id) DO UPDATE SET due = excluded.due, tries = 0, reason = NULL`);
  const drop = db.prepare('DELETE FROM develop_wanted WHERE id = ?');
  const failed = db.prepare('UPDATE develop_wanted SET tries = tries + ?, due = ?, reason = ? WHERE id = ?');
  const due = db.prepare<{ id: string }>(`SELECT w.id FROM develop_wanted AS w
    JOIN original AS o ON o.sha256 = substr(w.id, -64) AND o.state = 'here'
    WHERE tries < ${mostTries} AND due <= ? ORDER BY due LIMIT ?`);
  const troubles = openLogOnce();

  function look(id: string): void {
    developBeside(parts, id);
    const lacking = lacksDeveloped(parts, id);
    if (!lacking) return void drop.run(id);
    const isOurs = epochOf(developedAt(lacking.photo.edits) ?? '') === library.epoch;
    put.run(id, isOurs && !lacking.isMade ? 0 : clock.now() + courtesy);
  }

  const follower = openChangeFollower({
    library,
    checkpoint: numberCheckpoint(library.local, mark),
    transaction: (work) => db.transaction(work),
    take(changes) {
      for (const { id } of changes) if (itemOf(id)) look(id);
    },
  });

  async function makeOne(id: string, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      const made = await developPhoto(parts, id);
      // Edited again meanwhile, it stays in the table, and the feed contains it again. A video may wait for ffmpeg.
      if (lacksDeveloped(parts, id)) failed.run(0, clock.now() + pause, 'It was not made yet.', id);
      else drop.run(id);
      return made;
    } catch (error) {
      const failure = toPhotospoolError(error, 'render', id);
      if (signal?.aborted !== true) {
        failed.run(Number(faults.has(failure.code)), clock.now() + pause, failure.message, id);
        // The log contains neither name nor hash of a person's photo.
        if (itemOf(id)?.holder === house) log.warn({ id, code: failure.code, err: failure.cause }, sentence(failure));
        else log.warn({ code: failure.code }, 'The edited picture of a photo could not be rendered.');
      }
      return false;
    }
  }

  async function drain(signal?: AbortSignal): Promise<number> {
    let made = 0;
    try {
      for (;;) {
        await catchUp(parts, follower);
        const some = signal?.aborted === true ? [] : due.all(clock.now(), lanes);
        if (some.length === 0) break;
        const outcomes = await Promise.all(some.map(({ id }) => makeOne(id, signal)));
        made += outcomes.filter(Boolean).length;
      }
      troubles.over();
    } catch (error) {
      // The library can't be read or written, for example on a full disk: retried, and logged once.
      const failure = toPhotospoolError(error, 'make', 'pictures');
      if (troubles.tell(sentence(failure))) log.warn({ code: failure.code }, sentence(failure));
    }
    return made;
  }

  return {
    drain,
    watch: (signal) => keepFollowing({ events: [parts.onChange], clock, look: courtesy, signal }, () => drain(signal)),
  };
}

/** Reads the feed to its end. The catalog, which determines the files of a shot, is ahead of each batch. */
async function catchUp({ library, indexed }: DevelopJobParts, follower: ChangeFollower): Promise<void> {
  for (let [before, more] = [-1, true]; more || before !== library.lastChange();) {
    before = library.lastChange();
    await indexed();
    more = await follower.step();
  }
}
