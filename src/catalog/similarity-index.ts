/**
 * The similarity index: the perceptual hashes of photos (document/perceptual-hash.ts) and their groups, in a table
 * beside the catalog that survives its rebuilding, because each hash requires reading a picture. It can be dropped, and
 * is created with the first hash.
 *
 * The first photo of its kind leads a group; each similar one follows the nearest leader, and is not compared with
 * others. So a thousand shots of one view need only a thousand comparisons, and the groups equal those from comparing
 * each photo with all leaders. Leaders are found by their bits without a scan: if two hashes differ in at most 7 bits,
 * one of their four parts differs in at most one bit. A crash leaves what was committed.
 */
import type { Sqlite } from '../base/sqlite.js';
import { bitsApart, detailOf, lookParts, partsOf } from '../document/perceptual-hash.js';
import { isAlike, lookBounds } from '../document/same-picture.js';

/** A photo with or without a hash: its SHA-256, and the version of its picture (catalog-row.ts). */
export interface HashedPhoto {
  id: string;
  version: string;
  /** The hash; absent if the picture can't be read. */
  look?: Uint8Array;
}

/** The hashes of photos. */
export interface SimilarityIndex {
  /** Stores hashes, and which leaders they follow. Skips photos whose picture has changed or that are gone. */
  put(seen: readonly HashedPhoto[]): void;
  /** Removes a photo and its followers: they must be hashed again. */
  forget(id: string): void;
  /**
   * Photos with a picture and without a hash, in rows after `n`; scans at most 2,000 rows. `last`: the row to continue
   * after; undefined at the end.
   */
  wanted(n: number): { photos: HashedPhoto[]; last: number | undefined };
  /** The next leaders with followers after one (0 at the beginning), at most 200. */
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
/** An index for each part, covering the other parts: the bits are compared without reading the table. */
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

/**
 * The maximum number of nearest leaders compared in detail: bounds the cost of thousands of pictures with the same
 * bits.
 */
const mostClose = 200;
const rowsAtOnce = 2_000;
const leadersAtOnce = 200;
const wordOfPart = 1 << 16;

const hex = (id: Uint8Array): string => Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex');

/** A part, and all that differ from it in one bit: JSON. */
const nearParts = (part: number): string =>
  JSON.stringify([part, ...Array.from({ length: Math.log2(wordOfPart) }, (_, bit) => part ^ (1 << bit))]);

/** Opens the table, which need not exist. */
export function openSimilarityIndex(db: Sqlite): SimilarityIndex {
  const near = parts.map(
    (part) => `SELECT seq, ${parts.join(', ')} FROM look WHERE ${part} IN (SELECT value FROM json_each(?))`,
  );
  const isThere = (): boolean =>
    db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'look'").get() !== undefined;

  /** The nearest similar leader of a hash. */
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
