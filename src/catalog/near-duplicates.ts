/**
 * Near-duplicates: groups of photos in the album that look the same (similarity-index.ts), within one side
 * (catalog-row.ts). Excludes photos in the trash, videos, and the RAW or clip of another photo. Photos marked as not
 * the same count as reviewed together; a group is returned only if some of its photos were never reviewed with the
 * others. Reads in slices, so that it does not block other requests. Writes nothing.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import type { Sqlite } from '../base/sqlite.js';
import { house, type Holder } from '../document/item-id.js';
import type { SimilarityIndex } from './similarity-index.js';
import { bit } from './photo-flags.js';

/** Photos that look the same: their public ids, oldest first, at least two and at most `mostTogether`. */
export interface Alike {
  /** The row number of the newest photo; the group with the greatest comes first. */
  newest: number;
  ids: string[];
}

/** Larger groups are split into several by time. */
export const mostTogether = 40;

interface Member {
  leader: number;
  n: number;
  id: Uint8Array;
  apart: string | null;
  side: string | null;
}

const shown = `p.version = l.version AND p.beside = 0 AND (p.state & ${bit.trashed | bit.video}) = 0`;
/** SQL: the items of the holder `?3`, of the house if it is null. */
const held = 'CASE WHEN ?3 IS NULL THEN p.bytes IS NULL ELSE p.bytes IS NOT NULL AND p.side = ?3 END';
const columns = 'p.n, p.id, p.apart, p.side';
const membersOf = `
  SELECT l.seq AS leader, ${columns} FROM json_each(?1) AS j JOIN look AS l ON l.seq = j.value JOIN catalog_photo AS p ON p.id = l.photo WHERE ${shown} AND ${held}
  UNION ALL
  SELECT l.leader AS leader, ${columns} FROM json_each(?2) AS j JOIN look AS l ON l.leader = j.value JOIN catalog_photo AS p ON p.id = l.photo WHERE ${shown} AND ${held}
  ORDER BY 1, 2`;

/** All groups among a holder’s photos, those with the newest photos first. */
export async function findAlike(db: Sqlite, looks: SimilarityIndex, holder: Holder): Promise<Alike[]> {
  const found: Alike[] = [];
  for (let after = 0; ;) {
    const leaders = looks.leaders(after);
    if (leaders.length === 0) break;
    after = leaders.at(-1)!;
    const some = JSON.stringify(leaders);
    const groups = new Map<string, Member[]>();
    for (const member of db.prepare<Member>(membersOf).all(some, some, holder === house ? null : holder)) {
      const key = `${member.leader} ${member.side ?? ''}`;
      const group = groups.get(key);
      if (group) group.push(member);
      else groups.set(key, [member]);
    }
    for (const members of groups.values()) found.push(...stretches(members));
    await yieldToEventLoop();
  }
  return found.sort((a, b) => b.newest - a.newest);
}

const hex = (id: Uint8Array): string => Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex');

/** Whether all members were reviewed together: marks connect them, also through a third one. */
function isKnown(members: readonly Member[]): boolean {
  const tied = new Map(members.map(({ id }) => [hex(id), hex(id)]));
  const root = (id: string): string => {
    let at = id;
    for (let up = tied.get(at)!; up !== at; up = tied.get(at)!) at = up;
    return at;
  };
  for (const { id, apart } of members)
    for (const other of apart === null ? [] : (JSON.parse(apart) as string[]))
      if (tied.has(other)) tied.set(root(hex(id)), root(other));
  return new Set(members.map(({ id }) => root(hex(id)))).size < 2;
}

function stretches(members: readonly Member[]): Alike[] {
  const count = Math.ceil(members.length / mostTogether);
  return Array.from({ length: count }, (_, part) =>
    members.slice((part * members.length) / count, ((part + 1) * members.length) / count),
  )
    .filter((some) => !isKnown(some))
    .map((some) => ({ newest: some.at(-1)!.n, ids: some.map(({ id }) => hex(id)) }));
}
