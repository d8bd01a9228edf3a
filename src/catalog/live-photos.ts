/**
 * Live Photos: which video plays with which photo. A function of the rows that carry one ContentIdentifier, so it is the same
 * whichever half came first (of photos that one side brought: catalog-row.ts) and on every server; found anew whenever one of them is written, in the same transaction.
 *
 * A photo's clip is, of the videos with its identifier that are not in the trash (unless the photo is), the one with its file
 * name, else the one with the least id. A video that plays with a photo has no place of its own in the album (`beside`).
 */
import type { Sqlite } from '../base/sqlite.js';
import { audiences, type Audience } from '../document/photo-document.js';
import { bit } from './photo-flags.js';

/** A row as pairing looks at it. */
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

/** Pairs rows. */
export interface Pairs {
  /** Finds anew what belongs together under an identifier. */
  settle(pair: string | null | undefined): void;
  /** Does so for all. */
  settleAll(): void;
  /** Takes a row out of what it belonged to, since it has another identifier now. */
  part(n: number): void;
}

/** `changed` is told of each row that has another place, or another clip, than before. */
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

/** The words of the file name without the last one, which is what kind of file it is. */
const stemOf = ({ words }: Half): string => (words.split('\n')[0] ?? '').split(' ').slice(0, -1).join(' ');

/** The audience that a row's `motion` means. */
export const audienceIn = (motion: number): Audience => audiences[motion - 1] ?? 'private';
