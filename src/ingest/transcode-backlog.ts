/**
 * The videos to transcode: a local table, filled from the change feed with the videos that the documents lack. After a
 * crash it lags slightly behind the feed. The table can be dropped and is rebuilt; only the failure counts and the
 * requests for playable versions are lost.
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';
import { isRotatedInVain } from '../document/develop.js';
import { motionOf, pairOf } from '../document/facts.js';
import { entriesOf, own, textOf } from '../document/json-values.js';
import { itemOf } from '../document/item-id.js';
import type { PhotoDocument } from '../document/photo-document.js';
import { photosWith } from '../library/items-of-bytes.js';
import { viewPhoto } from '../document/photo-view.js';
import { numberCheckpoint, openChangeFollower } from '../library/follow.js';
import type { Library } from '../library/library.js';
import { recipeOfType } from '../photo/formats/families.js';
import { renditionRecipe } from '../photo/decode/renditions.js';
import { clipRecipe } from '../video/ffmpeg-arguments.js';

/**
 * The missing part of a document, in the order of processing: for all videos first pictures, then hover previews, then
 * playable versions.
 */
export const stages = ['pictures', 'hover', 'video'] as const;
/** One stage. */
export type Stage = (typeof stages)[number];

/** A transcode to be made. */
export interface Wish {
  /** SHA-256 of the original. */
  sha256: string;
  stage: Stage;
}

/** The transcodes to be made on this server. */
export interface TranscodeBacklog {
  /** Processes the library's changes since the last call. Yields to other work. */
  follow(): Promise<unknown>;
  /** The next due transcode whose original is here; undefined if there is none. */
  next(): Wish | undefined;
  /** The number of pending ones, including those that failed too often, and the number of these. */
  count(): { waiting: number; failed: number };
  /** A transcode failed and is retried later; if the file is the cause (`own`), only a limited number of times. */
  failed(wish: Wish, reason: string, own: boolean): void;
  /**
   * Requests the playable version of a video that browsers can play unchanged: for viewers who can see it but have no
   * right to the original. False if it can't be made: it can't be decoded, or failed too often.
   */
  ask(sha256: string): boolean;
  /** Resets the failure counts. */
  again(): void;
}

/** The recipe in the form stored with clips. */
export const clipAt = String(clipRecipe).padStart(4, '0');

const tables = `
  CREATE TABLE IF NOT EXISTS clip_wanted (sha256 TEXT PRIMARY KEY, stage INTEGER NOT NULL, taken TEXT NOT NULL, due INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, reason TEXT) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS clip_next ON clip_wanted (stage, taken DESC);
  CREATE TABLE IF NOT EXISTS clip_asked (sha256 TEXT PRIMARY KEY) WITHOUT ROWID;`;

/**
 * The setting with the position in the feed. A new recipe has a new setting: then all documents are processed again.
 */
const mark = `clips.followed.${clipRecipe}.${renditionRecipe}`;
/** The maximum number of attempts, and the delay between two, ms. */
const mostTries = 3;
const pause = 600_000;
/**
 * For this time, in ms, transcoding is left to the server where a video arrived; afterwards any server with its
 * original does it.
 */
const courtesy = 3_600_000;

/** Opens the table; creates it if it is missing. */
export function openWanted(db: Sqlite, library: Library, clock: Clock): TranscodeBacklog {
  db.exec(tables);
  const put = db.prepare(`INSERT INTO clip_wanted (sha256, stage, taken, due) VALUES (?, ?, ?, ?)
    ON CONFLICT (sha256) DO UPDATE SET taken = excluded.taken, tries = iif(stage = excluded.stage, tries, 0),
      due = iif(stage = excluded.stage, due, excluded.due), stage = excluded.stage`);
  const drop = db.prepare('DELETE FROM clip_wanted WHERE sha256 = ?');
  const next = db.prepare<{ sha256: string; stage: number }>(`SELECT w.sha256, stage FROM clip_wanted AS w
    JOIN original AS o ON o.sha256 = w.sha256 AND o.state = 'here'
    WHERE tries < ${mostTries} AND due <= ? ORDER BY stage, taken DESC LIMIT 1`);
  const count = db.prepare<{ waiting: number; failed: number }>(
    `SELECT count(*) AS waiting, coalesce(sum(tries >= ${mostTries}), 0) AS failed FROM clip_wanted`,
  );
  const asked = db.prepare('SELECT 1 FROM clip_asked WHERE sha256 = ?');
  const putAsked = db.prepare('INSERT OR IGNORE INTO clip_asked (sha256) VALUES (?)');
  const atOnce = db.prepare('UPDATE clip_wanted SET due = 0 WHERE sha256 = ? AND tries = 0');
  const tries = db.prepare<{ tries: number }>('SELECT tries FROM clip_wanted WHERE sha256 = ?');
  const failed = db.prepare('UPDATE clip_wanted SET tries = tries + ?, due = ?, reason = ? WHERE sha256 = ?');

  function look(sha256: string): void {
    const isAsked = asked.get(sha256) !== undefined;
    const lacking = photosWith(library, sha256).flatMap((photo) => {
      const stage = lacks(photo, isAsked);
      return stage === undefined ? [] : [{ photo, stage: stages.indexOf(stage) }];
    });
    const first = lacking.sort((a, b) => a.stage - b.stage)[0];
    if (!first) return void drop.run(sha256);
    const { taken } = viewPhoto(sha256, first.photo, { here: false });
    const own = lacking.some(({ photo }) => isOurs(photo, library.server));
    put.run(sha256, first.stage, taken, own ? 0 : clock.now() + courtesy);
  }

  const follower = openChangeFollower({
    library,
    checkpoint: numberCheckpoint(library.local, mark),
    transaction: (work) => db.transaction(work),
    take(changes) {
      for (const { id } of changes) {
        const sha256 = itemOf(id)?.sha256;
        if (sha256 !== undefined) look(sha256);
      }
    },
  });

  return {
    follow: () => follower.catchUp(),
    next() {
      const row = next.get(clock.now());
      return row && { sha256: row.sha256, stage: stages[row.stage] ?? 'video' };
    },
    count: () => count.get() ?? { waiting: 0, failed: 0 },
    failed: ({ sha256 }, reason, own) => void failed.run(Number(own), clock.now() + pause, reason, sha256),
    ask(sha256) {
      if (!asked.get(sha256)) {
        db.transaction(() => {
          putAsked.run(sha256);
          look(sha256);
          atOnce.run(sha256);
        });
      }
      return (tries.get(sha256)?.tries ?? mostTries) < mostTries;
    },
    again: () => db.exec('UPDATE clip_wanted SET tries = 0, due = 0'),
  };
}

const has = ({ clips }: PhotoDocument, name: 'hover' | 'video'): boolean =>
  textOf(own(own(clips, name), 'at')) >= clipAt;

/** Whether a document has the result of a stage. */
export const hasStage = (document: PhotoDocument, stage: Stage): boolean =>
  stage === 'pictures' ? lacks(document) !== 'pictures' : has(document, stage);

/**
 * The next stage that a document needs; undefined if it is complete. `asked`: its playable version was requested for
 * viewers without the right to the original.
 */
export function lacks(document: PhotoDocument, asked = false): Stage | undefined {
  const { facts, renditions } = document;
  if (!textOf(own(facts, 'type')).startsWith('video/'))
    return motionOf(facts) && !has(document, 'video') ? 'video' : undefined;
  const recipe = own(renditions, 'recipe');
  if (typeof recipe !== 'number' || recipe < recipeOfType(textOf(own(facts, 'type')))) return 'pictures';
  // A damaged video without decodable frames can't be transcoded.
  if (own(renditions, 'unshown') === 'damaged') return undefined;
  if (!has(document, 'hover')) return 'hover';
  return lacksVideo(document, asked) ? 'video' : undefined;
}

/** Whether a video still needs a playable version. */
export function lacksVideo(document: PhotoDocument, asked = false): boolean {
  const { facts, edits } = document;
  const isEnough = pairOf(facts) === undefined && !wasPublic(edits) && !asked && !isRotatedInVain(document);
  const asItIs = own(facts, 'playable') === true && isEnough;
  return !asItIs && !has(document, 'video');
}

/** Whether the audience was ever public: visitors get no originals, so they need a playable version. */
function wasPublic(edits: PhotoDocument['edits']): boolean {
  const list = own(edits, 'audience');
  return Array.isArray(list) && list.some((edit) => own(edit, 'value') === 'public');
}

/** Whether the file arrived on this server. */
const isOurs = ({ sightings }: PhotoDocument, server: string): boolean =>
  entriesOf(sightings).some(([, sighting]) => own(sighting, 'server') === server);
