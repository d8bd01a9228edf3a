/** How many blobs are missing here or elsewhere, and how many bytes they have: sums over the table of blob-index.ts. */
import type { Sqlite } from '../../base/sqlite.js';
import { blobKinds, type BlobKind } from './blob-kinds.js';

/** Which originals are wanted: every one, those that somebody asked for, or none. */
export type WhichOriginals = 'all' | 'asked' | 'none';

/** How many blobs, and how many bytes they have. */
export interface Amount {
  count: number;
  bytes: number;
}

/** What is missing, in sum. */
export interface Amounts {
  /** How many are not here, by kind. */
  counts(): Record<BlobKind, number>;
  /** How many bytes these have, by kind. */
  weights(): Record<BlobKind, number>;
  /** How much is not here in all, of originals only those that are wanted. */
  amount(originals: WhichOriginals): Amount;
  /** How much is here that a database of blobs does not hold (its number, remote-blob-index.ts). Goes through all that is here. */
  lacking(at: number, withOriginals: boolean): Amount;
}

/** The kind of originals, as a number. */
export const original = blobKinds.indexOf('original');

/** What of the blobs that are not here is wanted, as SQL; its two parameters are those of `whichOriginals`. */
const wanted = `here = 0 AND (kind <> ${original} OR ? = 1 OR asked >= ?)`;

/** Whether all originals are wanted, and from which `asked` on. */
export const whichOriginals = (originals: WhichOriginals): [number, number] => [
  Number(originals === 'all'),
  originals === 'none' ? 2 : 1,
];

/** Opens the sums; the tables are there. */
export function openAmounts(db: Sqlite): Amounts {
  const sum = 'SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM blob WHERE';
  const byKind = db.prepare<Amount & { kind: number }>(
    'SELECT kind, count(*) AS count, sum(bytes) AS bytes FROM blob WHERE here = 0 GROUP BY kind',
  );
  const amount = db.prepare<Amount>(`${sum} ${wanted}`);
  const lacking = db.prepare<Amount>(`${sum} here = 1 AND (kind <> ${original} OR ? = 1)
    AND NOT EXISTS (SELECT 1 FROM blob_there AS there WHERE there.place = ? AND there.sha256 = blob.sha256)`);

  function sums(of: keyof Amount): Record<BlobKind, number> {
    const found = new Map(byKind.all().map((row) => [blobKinds[row.kind], row[of]]));
    return Object.fromEntries(blobKinds.map((kind) => [kind, found.get(kind) ?? 0])) as Record<BlobKind, number>;
  }

  return {
    counts: () => sums('count'),
    weights: () => sums('bytes'),
    amount: (originals) => amount.get(...whichOriginals(originals))!,
    lacking: (at, withOriginals) => lacking.get(Number(withOriginals), at)!,
  };
}
