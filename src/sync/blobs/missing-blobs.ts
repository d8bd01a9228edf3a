/** Lists missing blobs, by priority, page by page. A page deep in the list costs as much as the first. */
import type { Sqlite } from '../../base/sqlite.js';
import { original, whichOriginals, type WhichOriginals } from './blob-counts.js';
import { blobKinds } from './blob-kinds.js';
import { blobOf, rowColumns, type NamedBlob, type BlobRow } from './blob-row.js';

/** Which missing blobs to list. */
export interface MissingOptions {
  limit: number;
  /** Only those after this position. */
  from?: MissingPlace;
  originals: WhichOriginals;
  /** The number of a database of blobs (remote-blob-index.ts): only those that it has. */
  at?: number;
}

/** A position in the list of missing blobs. */
export type MissingPlace = Pick<BlobRow, 'kind' | 'taken' | 'sha256' | 'photo'> & { asked: number };

/** Missing blobs; `next` is the position of the next page, undefined at the end. */
export type Missing = (options: MissingOptions) => { list: NamedBlob[]; next?: MissingPlace };

/** The position before all blobs of a kind. */
const beginning = { taken: '\uffff', sha256: new Uint8Array(), photo: new Uint8Array() };

/** `asked` and kind of the wanted blobs, by priority. */
function wantedKinds(originals: WhichOriginals): [number, number][] {
  const [all, from] = whichOriginals(originals);
  const isWanted = (asked: number, kind: number): boolean => kind !== original || all === 1 || asked >= from;
  return [1, 0].flatMap((asked) =>
    blobKinds.flatMap((_, kind): [number, number][] => (isWanted(asked, kind) ? [[asked, kind]] : [])),
  );
}

/** Opens the list; the tables exist. */
export function openMissing(db: Sqlite): Missing {
  // One query per kind: so the index finds the position.
  const ofKind = `SELECT ${rowColumns} FROM blob WHERE here = 0 AND asked = ? AND kind = ? AND taken <= ?
    AND NOT (taken = ? AND (sha256, photo) <= (?, ?))`;
  const order = 'ORDER BY taken DESC, sha256, photo LIMIT ?';
  const anywhere = db.prepare<BlobRow>(`${ofKind} ${order}`);
  const there = db.prepare<BlobRow>(`${ofKind}
    AND EXISTS (SELECT 1 FROM blob_there AS there WHERE there.place = ? AND there.sha256 = blob.sha256) ${order}`);
  return ({ limit, originals, at, from }) => {
    const list: NamedBlob[] = [];
    for (const [asked, kind] of wantedKinds(originals)) {
      if (from && (asked > from.asked || (asked === from.asked && kind < from.kind))) continue;
      const isGoneOn = from?.asked === asked && from.kind === kind;
      const { taken, sha256, photo } = isGoneOn ? from : beginning;
      const place = [asked, kind, taken, taken, sha256, photo] as const;
      const left = limit - list.length;
      const rows = at === undefined ? anywhere.all(...place, left) : there.all(...place, at, left);
      list.push(...rows.map(blobOf));
      const last = rows.at(-1);
      if (last && list.length === limit) return { list, next: { asked, ...last } };
    }
    return { list };
  };
}
