/**
 * Under which names photos came in, and in which folders: a local table, filled from the change feed by the sightings of
 * documents, and by what came again. Each holder’s names are their own: those of a person stand behind the person and a slash, which
 * no name of a file holds. A crash leaves it a little behind the feed; it can be dropped, and is filled again.
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
  /** When it came in under it, UTC; of several times the last. */
  at: string;
  /** Whether it came in the folder that was asked for. */
  inFolder: boolean;
}

/** The names of all items. Letters of either case are the same, as are the Unicode forms. */
export interface ArrivalNames {
  /** Takes in what changed in the library since the last call. Yields to other work. */
  follow(): Promise<unknown>;
  /** Those of a holder that have exactly this name. `folder` is relative to incoming, empty at the top. */
  named(name: string, folder: string, holder?: Holder): Name[];
  /** Those that have this name with any ending. */
  stemmed(stem: string, folder: string, holder?: Holder): Name[];
  /** Notes that a photo came in, also one that the archive had. Joins the library's transaction. */
  came(name: string, folder: string, item: Item, at: string): void;
}

const tables = `
  CREATE TABLE IF NOT EXISTS name (name TEXT NOT NULL, folder TEXT NOT NULL, sha256 TEXT NOT NULL, stem TEXT NOT NULL,
    exact TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (name, folder, sha256)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS name_stem ON name (stem);`;

/** The setting that keeps how far the feed was followed. */
const mark = 'sidecars.followed';
/** Nobody can be told of more, and no more are looked at. */
const most = 100;

/** The name of a file without its ending. */
export const stemOf = (name: string): string => name.replace(/(?<=.)\.[^.]*$/, '');

/** Opens the table, making it where it is missing. */
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
