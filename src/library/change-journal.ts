/**
 * The consequences of every document change, in its transaction: the change row for peers, the last stamp, and the
 * catalog's rows. If the catalog fails, the change is rolled back, too.
 */
import type { Sqlite } from '../base/sqlite.js';
import { ownPrefix } from '../document/item-id.js';
import type { Body } from '../document/photo-document.js';
import type { Hlc } from '../document/stamp.js';
import type { Epochs } from './sequences.js';
import type { Revisions } from './revision-tree.js';

/**
 * Writes the catalog rows of a document inside the library's transaction. `body` is the winner's, undefined if the
 * document is deleted. Passed in, so that the library does not depend on the catalog.
 */
export type Index = (id: string, body: Body | undefined, n: number) => void;

/**
 * Called for a new document in a large batch: true if change `n` is indexed later from the change feed. Called inside
 * the library's transaction.
 */
export type Defer = (n: number) => boolean;

/** The dependencies of the journal. */
export interface JournalParts {
  hlc: Hlc;
  epochs: Epochs;
  revisions: Revisions;
  index?: Index;
  defer?: Defer;
  /** Called with each change, before the catalog. */
  take: (id: string, deleted: boolean) => void;
}

/**
 * Gives a document its newest change. Call it in the transaction of the change. `only` is its only leaf if the caller
 * has just written that; with `later` it may be indexed after the transaction.
 */
export type Journal = (id: string, only?: { deleted: boolean; body: Body; later: boolean }) => void;

/** Opens the journal of a library. */
export function openJournal(db: Sqlite, { hlc, epochs, revisions, index, defer, take }: JournalParts): Journal {
  // The number is assigned before the old row is deleted: the newest change of all may be that of this document.
  const bump = db.prepare(`INSERT INTO change (seq, doc) VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM change), ?)
    ON CONFLICT (doc) DO UPDATE SET seq = excluded.seq`);
  // Drops one that was issued while the clock was years ahead.
  const keepStamp = db.prepare(
    "UPDATE library SET stamp = CASE WHEN stamp > ?2 THEN ?1 ELSE max(coalesce(stamp, ''), ?1) END",
  );
  let kept = hlc.last;

  function winnerOf(id: string): { deleted: boolean; body: Body | undefined } {
    const winner = revisions.winner(id);
    return winner && !winner.deleted
      ? { deleted: false, body: JSON.parse(winner.body) as Body }
      : { deleted: true, body: undefined };
  }

  return (id, only) => {
    bump.run(id);
    const { last } = hlc;
    if (last !== undefined && last !== kept) {
      keepStamp.run(last, hlc.bound);
      db.afterCommit(() => (kept = last));
    }
    if (id.startsWith(ownPrefix)) take(id, only ? only.deleted : revisions.winner(id)?.deleted !== false);
    if (!index) return;
    const n = epochs.last();
    if (only?.later === true && defer?.(n) === true) return;
    const { deleted, body } = only ?? winnerOf(id);
    index(id, deleted ? undefined : body, n);
  };
}
