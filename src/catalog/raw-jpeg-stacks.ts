/**
 * Stacks: the RAW and the JPEG (or HEIC) of one shot are one photo in the album, shown by the JPEG. They belong
 * together if file name without extension, second, camera and side (catalog-row.ts) are equal: a function of the
 * documents, so it is the same on every server and in any order of arrival; computed again in the transaction that
 * writes one of these rows.
 *
 * Photos in the trash are stacked only with each other. A RAW in a stack has no separate place in the album (`beside`).
 */
import { hash } from 'node:crypto';
import type { Sqlite } from '../base/sqlite.js';
import { own, textOf } from '../document/json-values.js';
import { bit } from './photo-flags.js';

/** The part of a row used for stacking. */
interface Member {
  n: number;
  id: Uint8Array;
  type: string;
  state: number;
  side: string | null;
  beside: number;
  stacked: number;
}

/** The stacking of rows. */
export interface Stacks {
  /** Recomputes the stacks of a shot's number. */
  settle(shot: number | null | undefined): void;
  /** Recomputes all stacks. */
  settleAll(): void;
}

/** Whether a type is RAW: all supported RAW types have this prefix, and no other picture type does. */
const isRaw = (type: string): boolean => type.startsWith('image/x-');
/** The types that cameras write together with a RAW. */
const companions = ['image/jpeg', 'image/heic', 'image/heif'];

/** The number of a shot; null if it can't be in a stack. `name` is the file name, `side` as in catalog-row.ts. */
export function shotOf(facts: unknown, name: string, side: string | null = null): number | null {
  const [type, taken] = [textOf(own(facts, 'type')), textOf(own(facts, 'taken'))];
  const stem = name.replace(/\.[^.]*$/, '').toLowerCase();
  const model = textOf(own(own(facts, 'camera'), 'model'));
  if ((!isRaw(type) && !companions.includes(type)) || taken === '' || model === '' || stem === '') return null;
  const key = JSON.stringify([stem, taken.slice(0, 19), model, ...(side === null ? [] : [side])]);
  return parseInt(hash('sha256', key, 'hex').slice(0, 12), 16);
}

const byShot = 'SELECT n, id, type, state, side, beside, stacked FROM catalog_photo WHERE shot = ? ORDER BY id';

/** Opens the stacking. `changed` is called with each row whose place or stack changes. */
export function openStacks(db: Sqlite, changed: (n: number) => void): Stacks {
  const members = db.prepare<Member>(byShot);
  const set = db.prepare('UPDATE catalog_photo SET beside = ?, stacked = ? WHERE n = ?');
  const all = db.prepare<{ shot: number }>(
    "SELECT DISTINCT shot FROM catalog_photo WHERE shot IS NOT NULL AND type GLOB 'image/x-*'",
  );

  function settle(shot: number | null | undefined): void {
    if (shot === null || shot === undefined) return;
    const found = members.all(shot);
    // Only cameras that write RAW give more than one photo per shot.
    if (found.length < 2 && found.every(({ beside, stacked }) => beside === 0 && stacked === 0)) return;
    for (const group of groupsOf(found)) {
      const front = group.find(({ type }) => !isRaw(type));
      const raws = group.filter(({ type }) => isRaw(type));
      const widest = Math.max(0, ...raws.map(({ state }) => 1 + ((state & bit.audience) >> 5)));
      for (const member of group) {
        const beside = Number(front !== undefined && isRaw(member.type));
        const stacked = member === front ? widest : 0;
        if (member.beside === beside && member.stacked === stacked) continue;
        set.run(beside, stacked, member.n);
        changed(member.n);
      }
    }
  }

  return {
    settle,
    settleAll() {
      for (const { shot } of all.all()) settle(shot);
    },
  };
}

/** The stacks. */
export interface Stacked {
  /** The other files of a photo's shot (public ids), the shown one first; empty if it is in no stack. */
  stackOf(id: string): string[];
}

/** Opens the stacks; the tables need not exist before the first call. */
export function openStacked(db: Sqlite): Stacked {
  return {
    stackOf(id) {
      const key = Buffer.from(id, 'hex');
      const own = db
        .prepare<Member & { shot: number | null }>(
          'SELECT n, id, type, state, side, beside, stacked, shot FROM catalog_photo WHERE id = ?',
        )
        .get(key);
      if (own?.shot === null || own?.shot === undefined || (own.beside === 0 && own.stacked === 0)) return [];
      return db
        .prepare<Member>(byShot)
        .all(own.shot)
        .filter((other) => other.n !== own.n && (other.beside > 0 || other.stacked > 0) && inOne(other, own))
        .sort((a, b) => b.stacked - a.stacked)
        .map((member) => Buffer.from(member.id).toString('hex'));
    },
  };
}

/**
 * Whether two photos with one number may be in one stack; different sides can share a number by accident or on purpose.
 */
const inOne = (one: Member, other: Member): boolean =>
  (one.state & bit.trashed) === (other.state & bit.trashed) && one.side === other.side;

function groupsOf(members: readonly Member[]): Member[][] {
  const groups: Member[][] = [];
  for (const member of members) {
    const group = groups.find(([first]) => first && inOne(first, member));
    if (group) group.push(member);
    else groups.push([member]);
  }
  return groups;
}
