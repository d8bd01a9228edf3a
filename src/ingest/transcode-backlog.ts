/**
 * Which films are still to be made: a local table, filled from the change feed by what the documents lack. A crash leaves it a
 * little behind the feed; it can be dropped, and is filled again. Only how often making one failed, and which films were asked for, is
 * nowhere else.
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';
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

/** What a document lacks, in the order in which it is made: for all videos pictures first, then hovers, then what plays. */
export const stages = ['pictures', 'hover', 'video'] as const;
/** One of them. */
export type Stage = (typeof stages)[number];

/** A film to be made. */
export interface Wish {
  /** SHA-256 of the original. */
  sha256: string;
  stage: Stage;
}

/** The films that are to be made on this server. */
export interface TranscodeBacklog {
  /** Takes in what changed in the library since the last call. Yields to other work. */
  follow(): Promise<unknown>;
  /** The next to be made whose original is here; undefined where there is none that is due. */
  next(): Wish | undefined;
  /** How many there are, those that failed too often included, and how many of these. */
  count(): { waiting: number; failed: number };
  /** Making one failed: it is tried again later; where that is by the file (`own`), not for ever. */
  failed(wish: Wish, reason: string, own: boolean): void;
  /**
   * Has what plays made of a video that plays as it is: for those who may see it and not have the original. False where that can't
   * be made: nothing of it can be decoded, or making it failed too often.
   */
  ask(sha256: string): boolean;
  /** Gives those that failed new tries. */
  again(): void;
}

/** The recipe as clips keep it. */
export const clipAt = String(clipRecipe).padStart(4, '0');

const tables = `
  CREATE TABLE IF NOT EXISTS clip_wanted (sha256 TEXT PRIMARY KEY, stage INTEGER NOT NULL, taken TEXT NOT NULL, due INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, reason TEXT) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS clip_next ON clip_wanted (stage, taken DESC);
  CREATE TABLE IF NOT EXISTS clip_asked (sha256 TEXT PRIMARY KEY) WITHOUT ROWID;`;

/** The setting that keeps how far the feed was followed. Another recipe has another one: then all is looked at again. */
const mark = `clips.followed.${clipRecipe}.${renditionRecipe}`;
/** Tries of one film, and ms until the second. */
const mostTries = 3;
const pause = 600_000;
/** ms in which the server that a video came to makes its films, before others that have the original do. */
const courtesy = 3_600_000;

/** Opens the table, making it where it is missing. */
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

/** Whether a document has what is made at a stage. */
export const hasStage = (document: PhotoDocument, stage: Stage): boolean =>
  stage === 'pictures' ? lacks(document) !== 'pictures' : has(document, stage);

/**
 * What is to be made next of a document; undefined where nothing is. `asked`: what plays was asked for by those who may not have
 * the original.
 */
export function lacks(document: PhotoDocument, asked = false): Stage | undefined {
  const { facts, renditions } = document;
  if (!textOf(own(facts, 'type')).startsWith('video/'))
    return motionOf(facts) && !has(document, 'video') ? 'video' : undefined;
  const recipe = own(renditions, 'recipe');
  if (typeof recipe !== 'number' || recipe < recipeOfType(textOf(own(facts, 'type')))) return 'pictures';
  // Of a film of which nothing can be decoded, nothing plays.
  if (own(renditions, 'unshown') === 'damaged') return undefined;
  if (!has(document, 'hover')) return 'hover';
  return lacksVideo(document, asked) ? 'video' : undefined;
}

/** Whether what plays is still to be made of a video. */
export function lacksVideo(document: PhotoDocument, asked = false): boolean {
  const { facts, edits } = document;
  const asItIs = own(facts, 'playable') === true && pairOf(facts) === undefined && !wasPublic(edits) && !asked;
  return !asItIs && !has(document, 'video');
}

/** Whether somebody ever said that all may see it: visitors get no originals. */
function wasPublic(edits: PhotoDocument['edits']): boolean {
  const list = own(edits, 'audience');
  return Array.isArray(list) && list.some((edit) => own(edit, 'value') === 'public');
}

/** Whether the file came in on this server. */
const isOurs = ({ sightings }: PhotoDocument, server: string): boolean =>
  entriesOf(sightings).some(([, sighting]) => own(sighting, 'server') === server);
