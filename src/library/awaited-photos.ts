/**
 * Photos that people and clients sent, with the changes they requested before the photos were recorded: the album and
 * the audience of an upload (docs/upload.md), edits by a client (docs/immich.md). Local; the table is created with its
 * first row. A row is durable before the file is in `incoming`; its changes are made when the photo is recorded, with
 * the rights that the sender has at that time (album/awaited-changes.ts, which documents the state after a crash). The
 * row then stays without changes. Whether a row exists depends on its sender's requests alone, so it does not reveal to
 * someone who can't see the photo whether, or since when, it is in the library.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';
import type { PhotoChange } from '../document/edits.js';

/** The values that can be changed before the photo is recorded. */
export type AwaitedEdit = Pick<
  PhotoChange,
  'favourite' | 'archived' | 'trashed' | 'description' | 'rating' | 'taken' | 'gps'
>;

/**
 * The maximum number of albums that a sender can put one photo into this way: their names are in its row, and are then
 * edits of the photo.
 */
export const mostAwaitedAlbums = 100;

/** Changes to make when the photo is recorded. */
export interface AwaitedChange extends AwaitedEdit {
  /** Albums of the house, by name. */
  named?: readonly string[];
  /** Albums with members, `<holder>:<ulid>`. */
  albums?: readonly string[];
  /**
   * The audience of a photo that only this upload brings here. `default`: the person's default for new uploads, if that
   * is still the family. Of several, `private` counts most, and `default` least.
   */
  audience?: (typeof audienceRanks)[number];
  /** When the first upload with an audience was complete, in ms since 1970: an older photo keeps its audience. */
  since?: number;
}

/** The audiences of uploads, each with those that take precedence over it. */
const audienceRanks = ['default', 'family', 'private'] as const;

/** A photo that its sender is waiting for. */
export interface AwaitedPhoto {
  /** As the author of an edit. */
  sender: string;
  /** The public id that it will get. */
  id: string;
  /** The changes to make; none once they are made. */
  change: AwaitedChange;
}

/**
 * The photos that were sent in the last 30 days; older ones have no effect, and are removed hourly while others are
 * added. All functions join the caller's transaction.
 */
export interface AwaitedPhotos {
  /** Adds a photo, or changes to an existing one. */
  add(photo: AwaitedPhoto): void;
  /**
   * Whether a photo can be put into the albums of a change: true if its sender then has put it into at most
   * `mostAwaitedAlbums` different ones, before or after it was recorded.
   */
  takesAlbums(photo: Pick<AwaitedPhoto, 'sender' | 'id'>, change: AwaitedChange): boolean;
  /** The photo of a sender; undefined for photos that others sent. */
  find(sender: string, id: string): AwaitedPhoto | undefined;
  /** The photos of a sender whose public ids begin with these hexadecimal digits. */
  beginning(sender: string, digits: string): AwaitedPhoto[];
  /** Those with changes to make; with a public id, only that photo. */
  pending(id?: string): AwaitedPhoto[];
  /**
   * Records that the changes of a photo were made, except those in `left`; false if more were added since it was read.
   */
  settle(photo: AwaitedPhoto, left?: AwaitedEdit): boolean;
  /**
   * Removes the audience of a photo that was also imported by other means than these uploads; with a sender, from that
   * sender's uploads.
   */
  keepPrivate(id: string, sender?: string): void;
}

/**
 * Changes end with the token that requested them, in the same transaction: a later token of the same name makes none of
 * them.
 */
const endWithToken = `CREATE TRIGGER IF NOT EXISTS awaited_token_ended AFTER DELETE ON access_token BEGIN
    DELETE FROM awaited_photo WHERE sender = 'token:' || iif(OLD.person IS NULL, '', OLD.person || '/') || OLD.name;
  END`;

/** How long to wait for a photo, and how often older ones are removed, in ms. */
const [longest, between] = [30 * 86_400_000, 3_600_000];

interface Columns {
  sender: string;
  id: string;
  change: string;
  /** The marks of the albums so far, as JSON; rows of earlier versions have a number. */
  albums: string | number;
}

/** A row, with the marks of its albums. */
type Row = AwaitedPhoto & { albums: string[] };

/** The changes of a photo without any. */
const none = '{}';

/** A mark for each album of a change: names are long, and only their number counts. */
const marksOf = ({ named = [], albums = [] }: AwaitedChange): string[] =>
  [...named.map((name) => `name ${name}`), ...albums].map((album) =>
    createHash('sha256').update(album).digest('base64url').slice(0, 12),
  );

/** Opens the table. Creates nothing. */
export function openAwaitedPhotos(db: Sqlite, clock: Clock): AwaitedPhotos {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'awaited_photo'");
  const hasTokens = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'access_token'");
  const hasCount = db.prepare("SELECT 1 FROM pragma_table_info('awaited_photo') WHERE name = 'albums'");
  const oldest = (): number => clock.now() - longest;
  let pruned = -Infinity;
  let isCurrent = false;

  /** Whether the table exists; adds the missing column to one of an older version. */
  function isReady(): boolean {
    if (isMade.get() === undefined) return false;
    if (!isCurrent && hasCount.get() === undefined)
      db.exec("ALTER TABLE awaited_photo ADD COLUMN albums TEXT NOT NULL DEFAULT '[]'");
    return (isCurrent = true);
  }

  const read = (where: string, ...values: string[]): Row[] =>
    isReady()
      ? db
          .prepare<Columns>(`SELECT sender, id, change, albums FROM awaited_photo WHERE ${where} AND at >= ?`)
          .all(...values, oldest())
          .map(({ change, albums, ...row }) => ({
            ...{ ...row, change: JSON.parse(change) as AwaitedChange },
            albums: typeof albums === 'string' ? (JSON.parse(albums) as string[]) : [],
          }))
      : [];
  const row = (sender: string, id: string) => read('id = ? AND sender = ?', id, sender)[0];
  const replace = ({ sender, id, change }: AwaitedPhoto, left: AwaitedChange = {}): boolean =>
    db
      .prepare('UPDATE awaited_photo SET change = ? WHERE id = ? AND sender = ? AND change = ?')
      .run(JSON.stringify(left), id, sender, JSON.stringify(change)).changes > 0;
  const without = ({ albums: _, ...photo }: Row): AwaitedPhoto => photo;
  const albumsWith = (before: Row | undefined, change: AwaitedChange): string[] => [
    ...new Set([...(before?.albums ?? []), ...marksOf(change)]),
  ];

  return {
    add({ sender, id, change }) {
      db.exec(`CREATE TABLE IF NOT EXISTS awaited_photo (id TEXT NOT NULL, sender TEXT NOT NULL, change TEXT NOT NULL,
        at INTEGER NOT NULL, albums TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (id, sender)) WITHOUT ROWID`);
      if (hasTokens.get() !== undefined) db.exec(endWithToken);
      const before = row(sender, id);
      if (clock.now() - pruned > between) {
        pruned = clock.now();
        db.prepare('DELETE FROM awaited_photo WHERE at < ?').run(oldest());
      }
      const both = JSON.stringify(together(before?.change ?? {}, change));
      const albums = JSON.stringify(albumsWith(before, change));
      db.prepare('INSERT OR REPLACE INTO awaited_photo (id, sender, change, at, albums) VALUES (?, ?, ?, ?, ?)').run(
        ...[id, sender, both, clock.now(), albums],
      );
    },
    takesAlbums: ({ sender, id }, change) => albumsWith(row(sender, id), change).length <= mostAwaitedAlbums,
    find(sender, id) {
      const found = row(sender, id);
      return found && without(found);
    },
    beginning: (sender, digits) => read('id >= ? AND id < ? AND sender = ?', digits, `${digits}g`, sender).map(without),
    pending: (id) =>
      (id === undefined ? read('change <> ?', none) : read('id = ? AND change <> ?', id, none)).map(without),
    settle: replace,
    keepPrivate(id, sender) {
      for (const photo of read('id = ? AND change <> ?', id, none)) {
        const { audience: _audience, since: _since, ...left } = photo.change;
        if (sender === undefined || sender === photo.sender) replace(photo, left);
      }
    },
  };
}

/** Both changes combined; where they differ, the later one counts, except for the audience. */
function together(before: AwaitedChange, after: AwaitedChange): AwaitedChange {
  const named = [...new Set([...(before.named ?? []), ...(after.named ?? [])])];
  const albums = [...new Set([...(before.albums ?? []), ...(after.albums ?? [])])];
  const audience = audienceRanks.findLast((one) => one === before.audience || one === after.audience);
  const since = before.since ?? after.since;
  return {
    ...before,
    ...after,
    ...(audience !== undefined && { audience }),
    ...(since !== undefined && { since }),
    ...(named.length > 0 && { named }),
    ...(albums.length > 0 && { albums }),
  };
}
