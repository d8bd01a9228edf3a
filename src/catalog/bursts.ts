/**
 * Bursts: photos in quick succession, shown as one tile. They belong together if they name the same burst
 * (document/burst.ts), or if one camera took at least three of them, each at most a third of a second after the one
 * before; times without fractions of a second don't count. Both within one side (catalog-row.ts), without videos and
 * the trash. A function of the rows, so it is the same on every server and in any order of arrival; computed again in
 * the transaction that writes one of these rows.
 *
 * No photo of a burst loses its place in the album: which one stands for the others is decided for each answer among
 * those visible to its viewer (burst-slots.ts): the one chosen last, otherwise the first by time. Likewise, viewers
 * don't see `series` or the members of a burst: their bursts are formed by their visible photos alone (`burstsAmong`),
 * so that they reveal nothing about the others.
 */
import type { Sqlite } from '../base/sqlite.js';
import { numberIn } from '../document/burst.js';
import { bit } from './photo-flags.js';
import { perSecond } from './row-numbers.js';

/** The longest time between two photos of a burst, ms. */
const longestGap = 334;
/** The minimum number of photos of a burst known by its times. */
const fewest = 3;

/** The part of a row that determines its burst. */
export interface BurstRow {
  n: number;
  taken: string;
  burst: number | null;
  camera: string | null;
  side: string | null;
}

interface Shot {
  n: number;
  id: Uint8Array;
  taken: string;
  series: number | null;
}

/** The bursts of rows. */
export interface Bursts {
  /** Recomputes the bursts that a row belongs to, or belonged to before it was changed or removed. */
  settle(row: BurstRow): void;
  /** Recomputes all bursts. */
  settleAll(): void;
}

const living = `(state & ${bit.trashed | bit.video}) = 0`;
/** The condition for photos that can be in a burst by their time. */
const timed = `burst IS NULL AND camera IS NOT NULL AND taken NOT LIKE '%.000' AND ${living}`;
const shot = 'SELECT n, id, taken, series FROM catalog_photo';

/** Opens the bursts. `changed` is called with each row whose burst changes. */
// Longer than a screen: statements of one table, each used in one or two lines.
export function openBursts(db: Sqlite, changed: (n: number) => void): Bursts {
  const ofCamera = `AND camera = ? AND side IS ? AND ${timed}`;
  const before = db.prepare<Shot>(`${shot} WHERE n <= ? AND n >= ? ${ofCamera} ORDER BY n DESC LIMIT 1`);
  const after = db.prepare<Shot>(`${shot} WHERE n >= ? AND n <= ? ${ofCamera} ORDER BY n LIMIT 1`);
  const named = db.prepare<Shot & { side: string | null; isLiving: number }>(
    `SELECT n, id, taken, series, side, ${living} AS isLiving FROM catalog_photo WHERE burst = ? ORDER BY side, n`,
  );
  const set = db.prepare('UPDATE catalog_photo SET series = ? WHERE n = ?');
  const stray = db.prepare<Shot>(`${shot} WHERE n = ? AND series IS NOT NULL AND burst IS NULL AND NOT (${timed})`);

  function write(shots: readonly Shot[], series: number | null): void {
    for (const one of shots) {
      if (one.series === series) continue;
      set.run(series, one.n);
      changed(one.n);
    }
  }

  function settleNamed(burst: number): void {
    const rows = named.all(burst);
    // Different sides have different numbers unless one was forged; then the later photos have none.
    const own = rows.filter(({ side, isLiving }) => isLiving === 1 && side === rows[0]!.side);
    write(own, own.length > 1 ? burst : null);
    write(
      rows.filter((row) => !own.includes(row)),
      null,
    );
  }

  /** The photos in quick succession before or after one, the nearest first. */
  function walk(from: Shot, { camera, side }: BurstRow, step: -1 | 1): Shot[] {
    const found: Shot[] = [];
    for (let at = from; ;) {
      const next =
        step < 0
          ? before.get(at.n - 1, at.n - 2 * perSecond, camera, side)
          : after.get(at.n + 1, at.n + 2 * perSecond, camera, side);
      if (!next || gapOf(at, next) > longestGap) return found;
      found.push(next);
      at = next;
    }
  }

  function settleTimed(row: BurstRow): void {
    const { n, taken, camera, side } = row;
    write(stray.all(n), null);
    // Most photos: nothing near them can be in a burst with them.
    if (camera === null || taken.endsWith('.000')) return;
    const near = [before.get(n, n - 2 * perSecond, camera, side), after.get(n, n + 2 * perSecond, camera, side)].filter(
      (one) => one !== undefined,
    );
    const done = new Set<number>();
    for (const one of near) {
      if (done.has(one.n)) continue;
      const chain = [...walk(one, row, -1).reverse(), one, ...walk(one, row, 1)];
      for (const each of chain) done.add(each.n);
      write(chain, seriesOf(chain));
    }
  }

  return {
    settle(row) {
      if (row.burst === null) settleTimed(row);
      else settleNamed(row.burst);
    },
    settleAll() {
      const bursts = db.prepare<{ burst: number }>('SELECT DISTINCT burst FROM catalog_photo WHERE burst IS NOT NULL');
      for (const { burst } of bursts.all()) settleNamed(burst);
      for (const chain of chainsOf(db)) write(chain, seriesOf(chain));
    },
  };
}

/** The chains of at least the minimum number of photos, of all cameras. */
function chainsOf(db: Sqlite): Shot[][] {
  const rows = db.prepare<Shot & { camera: string; side: string | null }>(
    `SELECT n, id, taken, series, camera, side FROM catalog_photo WHERE ${timed} ORDER BY n`,
  );
  const open = new Map<string, Shot[]>();
  const found: Shot[][] = [];
  for (const { camera, side, ...one } of rows.iterate()) {
    const key = JSON.stringify([camera, side]);
    const chain = open.get(key) ?? [];
    if (chain.length > 0 && gapOf(chain.at(-1)!, one) <= longestGap) {
      chain.push(one);
      continue;
    }
    if (chain.length >= fewest) found.push(chain);
    open.set(key, [one]);
  }
  return [...found, ...[...open.values()].filter(({ length }) => length >= fewest)];
}

/** The number of a chain; null if it is not a burst. */
const seriesOf = (chain: readonly Shot[]): number | null =>
  isEnough(chain) ? numberIn(Buffer.from(chain[0]!.id).toString('hex')) : null;

/** Whether a chain is long enough for a burst. Files of one shot have the same time. */
const isEnough = (chain: readonly { taken: string }[]): boolean =>
  new Set(chain.map(({ taken }) => taken)).size >= fewest;

type Timed = Pick<Shot, 'taken'>;
const gapOf = (a: Timed, b: Timed): number => Math.abs(Date.parse(`${a.taken}Z`) - Date.parse(`${b.taken}Z`));

/** A photo with a `series`; `burst` as in its row. */
export type Frame = Pick<Shot, 'n' | 'taken'> & Pick<BurstRow, 'burst'>;

/**
 * The bursts among some of the photos of one, as if there were no others, each in the order of `frames`: for a named
 * one all of them unless there is only one; for one known by its times those that are still in quick succession.
 */
export function burstsAmong<F extends Frame>(frames: readonly F[]): F[][] {
  if (frames.length < 2) return [];
  if (frames[0]!.burst !== null) return [[...frames]];
  const chains: F[][] = [];
  for (const frame of [...frames].sort((a, b) => a.n - b.n)) {
    const chain = chains.at(-1);
    if (chain && gapOf(chain.at(-1)!, frame) <= longestGap) chain.push(frame);
    else chains.push([frame]);
  }
  return chains.filter(isEnough).map((chain) => frames.filter((frame) => chain.includes(frame)));
}

const members = 'FROM catalog_photo WHERE series = ? AND beside = 0 ORDER BY cover DESC, n';

/** The rows of a burst, the one chosen last first, otherwise by time. */
export const burstRows = <T>(db: Sqlite, columns: string, series: number): T[] =>
  db.prepare<T>(`SELECT ${columns} ${members}`).all(series);
