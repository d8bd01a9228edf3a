/**
 * What changed among the photos since the last look, read from the library's change feed: the same for changes of this
 * process and of others.
 */
import { sha256Of } from '../document/photo.js';
import { viewPhoto } from '../document/view.js';
import { parseQuery } from '../catalog/search.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Library } from '../library/library.js';
import type { Ask } from './ask.js';
import { readDocuments } from './photos.js';

/** Photos that came, changed or went. */
export interface PhotosEvent {
  type: 'photos';
  /** `2024-07`: all months that look different now, newest first. */
  months: string[];
  /** At most 50 of them. */
  ids: string[];
  count: number;
  /** The library's newest change that this tells of. */
  change: number;
}

/** A reader of the change feed. */
export interface PhotoFeed {
  /** What changed since the last call, undefined where no photo did. Yields to other work. */
  next(): Promise<PhotosEvent | undefined>;
}

const batch = 500;
const mostIds = 50;

/** Begins at the library's newest change. The catalog must be in memory, or this waits for it. */
export function openPhotoFeed(library: Library, catalog: Catalog, ask: Ask): PhotoFeed {
  const everything = parseQuery('');
  const countMonths = (): Map<string, number> =>
    new Map(catalog.months(everything).map(({ month, count }) => [month, count]));
  let change = library.lastChange();
  let counts = countMonths();

  /** Months that the photos are in now. Those they left are found by their counts. */
  function monthsOf(ids: readonly string[]): string[] {
    return readDocuments(library, ids).flatMap((document, n) => {
      const id = ids[n];
      return document && id !== undefined ? [viewPhoto(id, document, { here: false }).taken.slice(0, 7)] : [];
    });
  }

  function movedMonths(): string[] {
    const before = counts;
    counts = countMonths();
    return [...new Set([...before.keys(), ...counts.keys()])].filter(
      (month) => before.get(month) !== counts.get(month),
    );
  }

  return {
    async next() {
      const ids = new Set<string>();
      const months = new Set<string>();
      for (;;) {
        const { changes } = library.changes(change, batch);
        const photos = changes.flatMap(({ id }) => (id.startsWith('photo:') ? (sha256Of(id) ?? []) : []));
        for (const id of photos) ids.add(id);
        for (const month of monthsOf(photos)) months.add(month);
        change = changes.at(-1)?.n ?? change;
        if (changes.length < batch) break;
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (ids.size === 0) return undefined;
      await ask('', 'count');
      for (const month of movedMonths()) months.add(month);
      return {
        type: 'photos',
        months: [...months].sort().reverse(),
        ids: [...ids].slice(0, mostIds),
        count: ids.size,
        change,
      };
    },
  };
}
