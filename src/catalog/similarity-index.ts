/**
 * What photos look like (document/perceptual-hash.ts), and which belong together by it: a table beside the catalog that outlives its
 * rebuilding, because each look costs the reading of a picture. It can be dropped; it is made when the first look is put in.
 *
 * The first photo of its kind leads; each that is like a leader follows it, the nearest where there are several, and is compared
 * with no more. So a thousand shots of one view cost no more than a thousand comparisons, and the groups are those that
 * comparing each with all leaders would give. Leaders are found by their bits without looking at all of them: of two looks that
 * differ in at most 7 of their bits, one of the four parts differs in at most one bit. A crash leaves what was committed.
 */
import type { Sqlite } from '../base/sqlite.js';
import { bitsApart, detailOf, lookParts, partsOf } from '../document/perceptual-hash.js';
import { isAlike, lookBounds } from '../document/same-picture.js';

/** A photo that was looked at, or is to be: its SHA-256, and which picture of it (catalog-row.ts). */
export interface HashedPhoto {
  id: string;
  version: string;
  /** What it looks like; absent where the picture can't be read. */
  look?: Uint8Array;
}

/** The looks of photos. */
export interface SimilarityIndex {
  /** Notes what photos look like, and whom they follow. Those that have another picture by now, or are gone, are passed over. */
  put(seen: readonly HashedPhoto[]): void;
  /** Forgets a photo, and those that follow it: they are to be looked at again. */
  forget(id: string): void;
  /**
   * Photos with a picture that was not looked at, of those in rows after `n`; at most 2,000 rows are gone through. `last`: the row
   * to go on after; undefined at the end.
   */
  wanted(n: number): { photos: HashedPhoto[]; last: number | undefined };
  /** The next leaders after one (0 at the beginning) that others follow, at most 200. */
  leaders(after: number): number[];
}

interface Leader {
  seq: number;
  p0: number;
  p1: number;
  p2: number;
  p3: number;
}

const parts = Array.from({ length: lookParts }, (_, part) => `p${part}`);
/** An index for each part, with the other parts behind it: the bits are compared without a look into the table. */
const indexes = parts.map(
  (
    part,
  ) => `CREATE INDEX IF NOT EXISTS look_${part} ON look (${[part, ...parts.filter((one) => one !== part)].join(', ')})
    WHERE ${part} IS NOT NULL;`,
);
const schema = `
  CREATE TABLE IF NOT EXISTS look (seq INTEGER PRIMARY KEY, photo BLOB NOT NULL UNIQUE, version TEXT NOT NULL, look BLOB,
    leader INTEGER, ${parts.map((part) => `${part} INTEGER`).join(', ')});
  CREATE INDEX IF NOT EXISTS look_leader ON look (leader) WHERE leader IS NOT NULL;
  ${indexes.join('\n')}`;

/** Only so many of the nearest leaders are looked at closely: bounds what thousands of pictures with the same bits cost. */
const mostClose = 200;
const rowsAtOnce = 2_000;
const leadersAtOnce = 200;
const wordOfPart = 1 << 16;

const hex = (id: Uint8Array): string => Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex');

/** A part, and what differs from it in one bit: JSON. */
const nearParts = (part: number): string =>
  JSON.stringify([part, ...Array.from({ length: Math.log2(wordOfPart) }, (_, bit) => part ^ (1 << bit))]);

/** Opens the table, which need not be there. */
export function openSimilarityIndex(db: Sqlite): SimilarityIndex {
  const near = parts.map(
    (part) => `SELECT seq, ${parts.join(', ')} FROM look WHERE ${part} IN (SELECT value FROM json_each(?))`,
  );
  const isThere = (): boolean =>
    db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'look'").get() !== undefined;

  /** The nearest leader that a look is like. */
  function leaderOf(look: Uint8Array, own: readonly number[]): number | undefined {
    const close = db
      .prepare<Leader>(near.join(' UNION '))
      .all(...own.map(nearParts))
      .map(({ seq, p0, p1, p2, p3 }) => ({ seq, bits: bitsApart([p0, p1, p2, p3], own) }))
      .filter(({ bits }) => bits <= lookBounds.bits)
      .sort((a, b) => a.bits - b.bits || a.seq - b.seq)
      .slice(0, mostClose);
    const read = db.prepare<{ look: Uint8Array }>('SELECT look FROM look WHERE seq = ?');
    return close.find(({ seq }) => isAlike(read.get(seq)!.look, look))?.seq;
  }

  function forget(id: string): void {
    const known = db
      .prepare<{ seq: number }>('DELETE FROM look WHERE photo = ? RETURNING seq')
      .all(Buffer.from(id, 'hex'));
    for (const { seq } of known) db.prepare('DELETE FROM look WHERE leader = ?').run(seq);
  }

  function put({ id, version, look }: HashedPhoto): void {
    const photo = Buffer.from(id, 'hex');
    if (!db.prepare('SELECT 1 FROM catalog_photo WHERE id = ? AND version = ?').get(photo, version)) return;
    forget(id);
    const own = look && detailOf(look) >= lookBounds.detail ? partsOf(look) : undefined;
    const leader = look && own && leaderOf(look, own);
    const leads = own && leader === undefined ? own : parts.map(() => null);
    const marks = parts.map(() => '?').join(', ');
    db.prepare(
      `INSERT INTO look (photo, version, look, leader, ${parts.join(', ')}) VALUES (?, ?, ?, ?, ${marks})`,
    ).run(photo, version, look ?? null, leader ?? null, ...leads);
  }

  return {
    put(seen) {
      db.transaction(() => {
        if (!isThere()) db.exec(schema);
        for (const one of seen) put(one);
      });
    },
    forget(id) {
      if (isThere()) db.transaction(() => forget(id));
    },
    wanted(n) {
      type Row = { n: number; id: Uint8Array; version: string };
      const known = isThere() ? 'EXISTS (SELECT 1 FROM look AS l WHERE l.photo = p.id AND l.version = p.version)' : '0';
      const to = db
        .prepare<{ n: number }>('SELECT n FROM catalog_photo WHERE n > ? ORDER BY n LIMIT 1 OFFSET ?')
        .get(n, rowsAtOnce - 1)?.n;
      const rows = db
        .prepare<Row>(
          `SELECT n, id, version FROM catalog_photo AS p WHERE n > ? AND n <= ? AND version IS NOT NULL AND NOT ${known} ORDER BY n`,
        )
        .all(n, to ?? Number.MAX_SAFE_INTEGER);
      return { photos: rows.map(({ id, version }) => ({ id: hex(id), version })), last: to };
    },
    leaders(after) {
      if (!isThere()) return [];
      const some = db.prepare<{ leader: number }>(
        `SELECT DISTINCT leader FROM look WHERE leader > ? ORDER BY leader LIMIT ${leadersAtOnce}`,
      );
      return some.all(after).map(({ leader }) => leader);
    },
  };
}
