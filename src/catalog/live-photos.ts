/**
 * Live Photos: pairs photos with the videos that play with them. A function of the rows with one ContentIdentifier (on
 * one side: catalog-row.ts), so it is the same in any order of arrival and on every server; computed again in the
 * transaction that writes one of these rows.
 *
 * A photo's clip is one of the videos with its identifier that are not in the trash (unless the photo is): the one with
 * its file name, otherwise the one with the smallest id. A video that plays with a photo has no separate place in the
 * album (`beside`).
 */
import type { Sqlite } from '../base/sqlite.js';
import { audiences, type Audience } from '../document/photo-document.js';
import { bit } from './photo-flags.js';

/** The part of a row used for pairing. */
interface Half {
  n: number;
  id: Uint8Array;
  state: number;
  words: string;
  motion: number;
  beside: number;
  clip: Uint8Array | null;
  clip_motion: number | null;
}

/** The pairing of rows. */
export interface Pairs {
  /** Recomputes the pairs of an identifier. */
  settle(pair: string | null | undefined): void;
  /** Recomputes all pairs. */
  settleAll(): void;
  /** Removes a row from its pair when its identifier changes. */
  part(n: number): void;
}

/** Opens the pairing. `changed` is called with each row whose place or clip changes. */
export function openPairs(db: Sqlite, changed: (n: number) => void): Pairs {
  const halves = db.prepare<Half>(
    'SELECT n, id, state, words, motion, beside, clip, clip_motion FROM catalog_photo WHERE pair = ? ORDER BY id',
  );
  const set = db.prepare('UPDATE catalog_photo SET beside = ?, clip = ?, clip_motion = ? WHERE n = ?');
  const all = db.prepare<{ pair: string }>('SELECT DISTINCT pair FROM catalog_photo WHERE pair IS NOT NULL');

  function settle(pair: string | null | undefined): void {
    if (pair === null || pair === undefined) return;
    const found = halves.all(pair);
    const films = found.filter(isFilm);
    const clips = new Map(found.filter((half) => !isFilm(half)).map((photo) => [photo.n, clipFor(photo, films)]));
    const chosen = new Set([...clips.values()].map((clip) => clip?.n));
    for (const half of found) {
      const clip = clips.get(half.n);
      const beside = isFilm(half) ? Number(chosen.has(half.n)) : half.beside;
      const [id, motion] = [clip?.id ?? null, clip?.motion ?? null];
      if (half.beside === beside && half.clip_motion === motion && isSame(half.clip, id)) continue;
      set.run(beside, id, motion, half.n);
      changed(half.n);
    }
  }

  return {
    settle,
    part: (n) => void set.run(0, null, null, n),
    settleAll() {
      for (const { pair } of all.all()) settle(pair);
    },
  };
}

const isTrashed = ({ state }: Half): boolean => (state & bit.trashed) !== 0;
const isFilm = ({ state }: Half): boolean => (state & bit.video) !== 0;
const isSame = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === b || (a !== null && b !== null && Buffer.compare(a, b) === 0);

function clipFor(photo: Half, films: readonly Half[]): Half | undefined {
  const playing = films.filter((film) => !isTrashed(film) || isTrashed(photo));
  return playing.find((film) => stemOf(film) === stemOf(photo)) ?? playing[0];
}

/** The words of the file name without the last one, its extension. */
const stemOf = ({ words }: Half): string => (words.split('\n')[0] ?? '').split(' ').slice(0, -1).join(' ');

/** The audience encoded in a row's `motion`. */
export const audienceIn = (motion: number): Audience => audiences[motion - 1] ?? 'private';
