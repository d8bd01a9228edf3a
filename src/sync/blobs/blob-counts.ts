/** The number and size of blobs missing here or elsewhere: sums over the table of blob-index.ts. */
import type { Sqlite } from '../../base/sqlite.js';
import { blobKinds, type BlobKind } from './blob-kinds.js';

/** Which originals are wanted: all, those requested by a person, or none. */
export type WhichOriginals = 'all' | 'asked' | 'none';

/** A number of blobs and their total bytes. */
export interface Amount {
  count: number;
  bytes: number;
}

/** Which photos are counted. */
export type Whose = 'everybody' | 'house';

/** Sums over missing blobs. */
export interface Amounts {
  /** The number of missing blobs, by kind; with `house` only those of its photos. */
  counts(whose?: Whose): Record<BlobKind, number>;
  /** The bytes of missing blobs, by kind; with `house` only those of its photos. */
  weights(whose?: Whose): Record<BlobKind, number>;
  /** The total of missing blobs; of originals, only the wanted ones. */
  amount(originals: WhichOriginals): Amount;
  /**
   * The total of blobs that are here and not in a remote database of blobs (its number, remote-blob-index.ts). Scans
   * all local blobs.
   */
  lacking(at: number, withOriginals: boolean): Amount;
}

/** The number of the kind `original`. */
export const original = blobKinds.indexOf('original');

/** The wanted ones of the missing blobs, as SQL; its two parameters are those of `whichOriginals`. */
const wanted = `here = 0 AND (kind <> ${original} OR ? = 1 OR asked >= ?)`;

/** Whether all originals are wanted, and the minimum of `asked` otherwise. */
export const whichOriginals = (originals: WhichOriginals): [number, number] => [
  Number(originals === 'all'),
  originals === 'none' ? 2 : 1,
];

/** Opens the sums; the tables exist. */
export function openAmounts(db: Sqlite): Amounts {
  const sum = 'SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM blob WHERE';
  const kindsOf = (more = '') =>
    db.prepare<Amount & { kind: number }>(
      `SELECT kind, count(*) AS count, sum(bytes) AS bytes FROM blob WHERE here = 0 ${more} GROUP BY kind`,
    );
  // The public id of a photo of the house is the hash of its original.
  const ofHouse = `AND EXISTS (SELECT 1 FROM blob AS house
    WHERE house.sha256 = blob.photo AND house.photo = blob.photo AND house.kind = ${original})`;
  const byKind = { everybody: kindsOf(), house: kindsOf(ofHouse) };
  const amount = db.prepare<Amount>(`${sum} ${wanted}`);
  const lacking = db.prepare<Amount>(`${sum} here = 1 AND (kind <> ${original} OR ? = 1)
    AND NOT EXISTS (SELECT 1 FROM blob_there AS there WHERE there.place = ? AND there.sha256 = blob.sha256)`);

  function sums(of: keyof Amount, whose: Whose = 'everybody'): Record<BlobKind, number> {
    const found = new Map(byKind[whose].all().map((row) => [blobKinds[row.kind], row[of]]));
    return Object.fromEntries(blobKinds.map((kind) => [kind, found.get(kind) ?? 0])) as Record<BlobKind, number>;
  }

  return {
    counts: (whose) => sums('count', whose),
    weights: (whose) => sums('bytes', whose),
    amount: (originals) => amount.get(...whichOriginals(originals))!,
    lacking: (at, withOriginals) => lacking.get(Number(withOriginals), at)!,
  };
}
