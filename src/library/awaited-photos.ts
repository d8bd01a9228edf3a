/**
 * Photos that a client sent and that are still in the spool, with the changes it asked for meanwhile (docs/immich.md).
 * Local; the table is created with its first row. A row is durable before the file is in `incoming`; its changes are
 * made, with the rights that the sender then has, when the photo is recorded, and a crash repeats them.
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';
import type { PhotoChange } from '../document/edits.js';

/** The values that can be changed before the photo is recorded. */
export type AwaitedEdit = Pick<
  PhotoChange,
  'favourite' | 'archived' | 'trashed' | 'description' | 'rating' | 'taken' | 'gps'
>;

/** The most albums that a photo can wait for: each is a change of its own when it is recorded. */
export const mostAwaitedAlbums = 100;

/** Changes to make when the photo is recorded. */
export interface AwaitedChange extends AwaitedEdit {
  /** Albums of the house, by name. */
  named?: readonly string[];
  /** Albums with members, `<holder>:<ulid>`. */
  albums?: readonly string[];
}

/** A photo that its sender waits for. */
export interface AwaitedPhoto {
  /** As the author of an edit. */
  sender: string;
  /** The public id that it will have. */
  id: string;
  change: AwaitedChange;
}

/**
 * The photos that clients wait for, for 30 days; older ones count no longer, and are removed hourly while others are
 * added. All functions join the caller's transaction.
 */
export interface AwaitedPhotos {
  /** Adds a photo, or changes to one that is there. */
  add(photo: AwaitedPhoto): void;
  /** The photo of a sender; undefined for photos that others sent. */
  find(sender: string, id: string): AwaitedPhoto | undefined;
  /** The photos of a sender whose public ids begin with these hexadecimal digits. */
  beginning(sender: string, digits: string): AwaitedPhoto[];
  /** Those with this public id, by all senders. */
  of(id: string): AwaitedPhoto[];
  /** All of them. */
  all(): AwaitedPhoto[];
  drop(photo: Pick<AwaitedPhoto, 'sender' | 'id'>): void;
}

/** Changes end with the token that asked for them, in the same transaction: a later token of that name makes none of them. */
const endWithToken = `CREATE TRIGGER IF NOT EXISTS awaited_token_ended AFTER DELETE ON access_token BEGIN
    DELETE FROM awaited_photo WHERE sender = 'token:' || iif(OLD.person IS NULL, '', OLD.person || '/') || OLD.name;
  END`;

/** How long a photo is waited for, and how often older ones are removed, in ms. */
const [longest, between] = [30 * 86_400_000, 3_600_000];

interface Columns {
  sender: string;
  id: string;
  change: string;
}

/** Opens the table. Creates nothing. */
export function openAwaitedPhotos(db: Sqlite, clock: Clock): AwaitedPhotos {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'awaited_photo'");
  const hasTokens = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'access_token'");
  const oldest = (): number => clock.now() - longest;
  let pruned = -Infinity;
  const read = (where: string, ...values: string[]): AwaitedPhoto[] =>
    isMade.get() === undefined
      ? []
      : db
          .prepare<Columns>(`SELECT sender, id, change FROM awaited_photo WHERE ${where} AND at >= ?`)
          .all(...values, oldest())
          .map(({ change, ...row }) => ({ ...row, change: JSON.parse(change) as AwaitedChange }));
  const find = (sender: string, id: string): AwaitedPhoto | undefined => read('id = ? AND sender = ?', id, sender)[0];

  return {
    add({ sender, id, change }) {
      db.exec(`CREATE TABLE IF NOT EXISTS awaited_photo (id TEXT NOT NULL, sender TEXT NOT NULL, change TEXT NOT NULL,
        at INTEGER NOT NULL, PRIMARY KEY (id, sender)) WITHOUT ROWID`);
      if (hasTokens.get() !== undefined) db.exec(endWithToken);
      if (clock.now() - pruned > between) {
        pruned = clock.now();
        db.prepare('DELETE FROM awaited_photo WHERE at < ?').run(oldest());
      }
      const both = JSON.stringify(together(find(sender, id)?.change ?? {}, change));
      db.prepare('INSERT OR REPLACE INTO awaited_photo (id, sender, change, at) VALUES (?, ?, ?, ?)').run(
        ...[id, sender, both, clock.now()],
      );
    },
    find,
    beginning: (sender, digits) => read('id >= ? AND id < ? AND sender = ?', digits, `${digits}g`, sender),
    of: (id) => read('id = ?', id),
    all: () => read('true'),
    drop({ sender, id }) {
      if (isMade.get() === undefined) return;
      db.prepare('DELETE FROM awaited_photo WHERE id = ? AND sender = ?').run(id, sender);
    },
  };
}

/** Both changes; the later one decides where they differ. */
function together(before: AwaitedChange, after: AwaitedChange): AwaitedChange {
  const named = [...new Set([...(before.named ?? []), ...(after.named ?? [])])];
  const albums = [...new Set([...(before.albums ?? []), ...(after.albums ?? [])])];
  return {
    ...before,
    ...after,
    ...(named.length > 0 && { named }),
    ...(albums.length > 0 && { albums }),
  };
}
