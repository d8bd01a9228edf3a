/**
 * After how many days photos are deleted from the trash, if their holders chose that, and the number of days that this
 * server has seen each of them there (docs/album.md). Local to this server; the tables are created with the first
 * choice. No reading of the clock adds more than one day, and in unclear cases the days start again, so errors keep
 * photos longer. All functions join the caller's transaction; a crash leaves each change complete or not made.
 */
import type { Sqlite } from '../base/sqlite.js';
import type { Holder } from '../document/item-id.js';
import type { Stamp } from '../document/photo-document.js';

/** The choices other than never, in days. */
export const trashPeriods = [30, 60] as const;
/** One of these choices. */
export type TrashPeriod = (typeof trashPeriods)[number];

/** After how many days a holder's photos are deleted, and the person who chose it (`authorOf`). */
export interface TrashChoice {
  holder: Holder;
  days: TrashPeriod;
  by: string;
}

/** A photo in the trash: the id of its document, and the stamp of the edit that put it there. */
export interface TrashedPhoto {
  document: string;
  edit: Stamp;
}

/** The choices and days of this server. Times are ms since 1970. */
export interface TrashDays {
  choices(): TrashChoice[];
  choice(holder: Holder): TrashChoice | undefined;
  /** Sets the choice of a holder; undefined ends it. The days of the holder's photos start again. */
  choose(holder: Holder, choice: Omit<TrashChoice, 'holder'> | undefined): void;
  /** Counts a day if the clock shows a later date than at the last call. */
  count(now: number): void;
  /** Records which photos of a holder are in the trash now; forgets the holder's others. */
  see(holder: Holder, photos: readonly TrashedPhoto[], now: number): void;
  /** The days until a photo may be deleted, 0 if it may be now; undefined without a choice. */
  left(holder: Holder, photo: TrashedPhoto, now: number): number | undefined;
  /** Restarts the days of all photos: the library was restored from a backup. */
  startAnew(): void;
}

/** The days counted so far, and the date of the last one: days since 1970, UTC. */
interface Count {
  days: number;
  date: number;
}

/** When a photo was first seen in the trash, by the count and by the clock. */
interface Seen {
  edit: Stamp;
  day: number;
  since: number;
}

const day = 86_400_000;
const countName = 'trash.days';

/** Opens the choices and days. Creates nothing. `settings`: the library's small values. */
export function openTrashDays(
  db: Sqlite,
  { setting, setSetting }: { setting(name: string): string | undefined; setSetting(name: string, value: string): void },
): TrashDays {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'trash_seen'");
  const isThere = (): boolean => isMade.get() !== undefined;
  const columns = 'holder, days, author AS "by"';

  function counted(): Count {
    const [days = 0, date = 0] = (setting(countName) ?? '').split('|').map(Number);
    return { days, date };
  }

  const seenOf = (document: string): Seen | undefined =>
    db.prepare<Seen>('SELECT edit, day, since FROM trash_seen WHERE document = ?').get(document);

  /** If this stay in the trash was not seen before, it begins now; a sight in the future does not count. */
  function sight({ document, edit }: TrashedPhoto, now: number): Seen {
    const before = seenOf(document);
    return before?.edit === edit && before.since <= now ? before : { edit, day: counted().days, since: now };
  }

  const choice = (holder: Holder): TrashChoice | undefined =>
    isThere() ? db.prepare<TrashChoice>(`SELECT ${columns} FROM trash_choice WHERE holder = ?`).get(holder) : undefined;

  return {
    choices: () =>
      isThere() ? db.prepare<TrashChoice>(`SELECT ${columns} FROM trash_choice ORDER BY holder`).all() : [],
    choice,
    choose(holder, chosen) {
      if (!isThere() && !chosen) return;
      db.exec(schema);
      db.prepare('DELETE FROM trash_seen WHERE holder = ?').run(holder);
      db.prepare('DELETE FROM trash_choice WHERE holder = ?').run(holder);
      if (chosen)
        db.prepare('INSERT INTO trash_choice (holder, days, author) VALUES (?, ?, ?)').run(
          ...[holder, chosen.days, chosen.by],
        );
    },
    count(now) {
      const { days, date } = counted();
      const today = Math.floor(now / day);
      if (today !== date) setSetting(countName, `${today > date ? days + 1 : days}|${today}`);
    },
    see(holder, photos, now) {
      const there = new Set(photos.map(({ document }) => document));
      const known = db.prepare<{ document: string }>('SELECT document FROM trash_seen WHERE holder = ?').all(holder);
      const forget = db.prepare('DELETE FROM trash_seen WHERE document = ?');
      const put = db.prepare(
        'INSERT OR REPLACE INTO trash_seen (document, holder, edit, day, since) VALUES (?, ?, ?, ?, ?)',
      );
      for (const { document } of known) if (!there.has(document)) forget.run(document);
      for (const photo of photos) {
        const { edit, day: first, since } = sight(photo, now);
        if (since === now) put.run(photo.document, holder, edit, first, since);
      }
    },
    left(holder, photo, now) {
      const { days } = choice(holder) ?? {};
      if (days === undefined) return undefined;
      const { day: first, since } = sight(photo, now);
      return Math.max(0, days - (counted().days - first), days - Math.floor((now - since) / day));
    },
    startAnew() {
      if (isThere()) db.exec('DELETE FROM trash_seen');
    },
  };
}

const schema = `
  CREATE TABLE IF NOT EXISTS trash_choice (holder TEXT PRIMARY KEY, days INTEGER NOT NULL, author TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS trash_seen (document TEXT PRIMARY KEY, holder TEXT NOT NULL, edit TEXT NOT NULL,
    day INTEGER NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID;`;
