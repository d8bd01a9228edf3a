/**
 * The names and folders under which photos arrived: a local table, filled from the change feed with the sightings of
 * documents, and with repeated arrivals. Each holder’s names are separate: those of a person are prefixed with the
 * person's id and a slash, which no file name contains. After a crash it lags slightly behind the feed; it can be
 * dropped and is rebuilt.
 */
import type { Sqlite } from '../../base/sqlite.js';
import { house, itemOf, type Holder, type Item } from '../../document/item-id.js';
import { entriesOf, own, textOf } from '../../document/json-values.js';
import { photoOf } from '../../document/photo-document.js';
import { numberCheckpoint, openChangeFollower } from '../../library/follow.js';
import type { Library } from '../../library/library.js';
import { nameKey } from '../../library/local-tables.js';

/** One name of a photo. */
export interface Name {
  /** SHA-256 of the original. */
  sha256: string;
  name: string;
  /** The last arrival under this name, UTC. */
  at: string;
  /** Whether it arrived in the requested folder. */
  inFolder: boolean;
}

/** The names of all items. Comparison ignores case and differences in Unicode normalization. */
export interface ArrivalNames {
  /** Processes the library's changes since the last call. Yields to other work. */
  follow(): Promise<unknown>;
  /** The photos of a holder with exactly this name. `folder` is relative to incoming, empty at the top. */
  named(name: string, folder: string, holder?: Holder): Name[];
  /** The photos with this name and any extension. */
  stemmed(stem: string, folder: string, holder?: Holder): Name[];
  /** Records the arrival of a photo, also of one already in the archive. Joins the library's transaction. */
  came(name: string, folder: string, item: Item, at: string): void;
}

const tables = `
  CREATE TABLE IF NOT EXISTS name (name TEXT NOT NULL, folder TEXT NOT NULL, sha256 TEXT NOT NULL, stem TEXT NOT NULL,
    exact TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (name, folder, sha256)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS name_stem ON name (stem);`;

/** The setting with the position in the feed. */
const mark = 'sidecars.followed';
/** The maximum number of results; more would not help to identify a photo. */
const most = 100;

/** The name of a file without its extension. */
export const stemOf = (name: string): string => name.replace(/(?<=.)\.[^.]*$/, '');

/** Opens the table; creates it if it is missing. */
export function openNames(db: Sqlite, library: Library): ArrivalNames {
  db.exec(tables);
  const put = db.prepare(`INSERT INTO name (name, folder, sha256, stem, exact, at) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET at = excluded.at WHERE at < excluded.at`);
  const select = 'SELECT sha256, exact, folder, at FROM name';
  type Row = { sha256: string; exact: string; folder: string; at: string };
  const order = `ORDER BY folder = ? DESC, sha256 LIMIT ${most}`;
  const byName = db.prepare<Row>(`${select} WHERE name = ? ${order}`);
  const byStem = db.prepare<Row>(`${select} WHERE stem = ? AND name <> stem ${order}`);

  const keyOf = (name: string, holder: Holder): string =>
    holder === house ? nameKey(name) : `${holder}/${nameKey(name)}`;

  function came(name: string, folder: string, { holder, sha256 }: Item, at: string): void {
    const [key, stem] = [keyOf(name, holder), keyOf(stemOf(name), holder)];
    put.run(key, nameKey(folder), sha256, stem, name.normalize('NFC'), at);
  }

  const toNames = (rows: Row[], folder: string): Name[] =>
    rows.map(({ exact, folder: where, ...row }) => ({ ...row, name: exact, inFolder: where === nameKey(folder) }));

  function take(id: string): void {
    const item = itemOf(id);
    const photo = item && photoOf(library.get(id)?.body);
    for (const [, sighting] of entriesOf(photo?.sightings)) {
      const [name, folder, at] = ['name', 'folder', 'at'].map((key) => textOf(own(sighting, key)));
      if (name !== '' && !name!.includes('/')) came(name!, folder!, item!, at!);
    }
  }

  const follower = openChangeFollower({
    library,
    checkpoint: numberCheckpoint(library.local, mark),
    transaction: (work) => db.transaction(work),
    take: (changes) => changes.forEach(({ id }) => take(id)),
  });

  return {
    follow: () => follower.catchUp(),
    named: (name, folder, holder = house) => toNames(byName.all(keyOf(name, holder), nameKey(folder)), folder),
    stemmed: (stem, folder, holder = house) => toNames(byStem.all(keyOf(stem, holder), nameKey(folder)), folder),
    came,
  };
}
