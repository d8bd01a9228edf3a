/**
 * Computes perceptual hashes for the search for duplicates: for new photos, for those of an older album, and for those
 * from other servers. It starts at the first request for duplicates, and continues until all are done. Results are
 * stored in the catalog; a crash loses the hashes of the last moment, which are computed again.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import type { Clock } from '../base/clock.js';
import { toPhotospoolError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Alike } from '../catalog/near-duplicates.js';
import type { HashedPhoto } from '../catalog/similarity-index.js';
import type { Library } from '../library/library.js';

/**
 * The perceptual hash of a photo (SHA-256); undefined if its picture is not on this server. @throws as `Decoders.look`.
 */
export type ReadLook = (id: string) => Promise<Uint8Array | undefined>;

/** The progress: hashed photos, of the total. */
export interface ScanProgress {
  done: number;
  total: number;
}

/** The search for similar photos. */
export interface Duplicates {
  /** Groups of the photos hashed so far, those with the newest photos first; starts hashing the rest. */
  find(): Promise<Alike[]>;
  /** Undefined if all photos are hashed. */
  progress(): ScanProgress | undefined;
  /** Stops it. */
  close(): Promise<void>;
}

/** The dependencies of the scan. */
interface DuplicatesParts {
  library: Pick<Library, 'lastChange'>;
  catalog: Catalog;
  /** Absent if no hashes can be computed. */
  look: ReadLook | undefined;
  log: Log;
  clock: Clock;
}

/** Concurrent hashes: few, so that new photos are rendered meanwhile. */
const lanes = 2;
/** The number of hashes per write. */
const batch = 32;
/** The interval at which missing pictures are tried again, ms. */
const rest = 60_000;

/** Opens the scan; nothing is done before the first request. */
export function openDuplicates(parts: DuplicatesParts): Duplicates {
  const { library, catalog, look, log, clock } = parts;
  const { slices, count, lookAtSome } = openLooking(parts, () => ended);
  let progress: ScanProgress | undefined;
  let running: Promise<void> | undefined;
  let counted: Promise<void> | undefined;
  /** The library's last change at the start of the scan, and when missing pictures are tried again (ms). */
  let settled = -1;
  let again = Infinity;
  let found: { change: number; groups: Promise<Alike[]> } | undefined;
  let ended = false;

  async function lookAtAll(total: number): Promise<void> {
    let done = 0;
    let away = 0;
    for await (const photos of slices()) {
      for (let at = 0; at < photos.length && !ended; at += batch) {
        const some = photos.slice(at, at + batch);
        const looks = await lookAtSome(some);
        away += looks.filter((one) => one === 'away').length;
        catalog.looks.put(
          some.flatMap((photo, k) => {
            const one = looks[k];
            return one === 'away' ? [] : [{ ...photo, ...(one && { look: one }) }];
          }),
        );
        found = undefined;
        done += some.length;
        progress = { done, total: Math.max(done, total) };
      }
    }
    again = away > 0 ? clock.now() + rest : Infinity;
  }

  /** Starts hashing, and waits until the total is known. */
  async function start(): Promise<void> {
    const change = library.lastChange();
    if (!look || running || ended || (settled === change && clock.now() < again)) return counted;
    settled = change;
    const counting = count().then((total) => {
      if (total > 0) progress = { done: 0, total };
      return total;
    });
    running = counting
      .then(lookAtAll)
      .catch((error: unknown) => {
        settled = -1;
        if (!ended)
          log.warn({ err: error }, 'The search for duplicates failed. It continues when the page is opened again.');
      })
      .finally(() => {
        running = progress = undefined;
      });
    counted = counting.then(
      () => undefined,
      () => undefined,
    );
    return counted;
  }

  return {
    async find() {
      catalog.catchUp(library.lastChange());
      await start();
      const change = library.lastChange();
      if (found?.change !== change) found = { change, groups: catalog.duplicates() };
      return found.groups;
    },
    progress: () => progress,
    async close() {
      ended = true;
      await running;
    },
  };
}

/** Scans the photos without a hash. */
function openLooking({ catalog, look }: DuplicatesParts, isEnded: () => boolean) {
  /** Photos without a hash, row by row, in slices. */
  async function* slices(): AsyncGenerator<HashedPhoto[]> {
    for (let n: number | undefined = -Number.MAX_SAFE_INTEGER; n !== undefined && !isEnded();) {
      const { photos, last } = catalog.looks.wanted(n);
      yield photos;
      n = last;
      await yieldToEventLoop();
    }
  }

  async function count(): Promise<number> {
    let total = 0;
    for await (const photos of slices()) total += photos.length;
    return total;
  }

  async function lookAtSome(some: readonly HashedPhoto[]): Promise<(Uint8Array | 'away' | undefined)[]> {
    const looks: (Uint8Array | 'away' | undefined)[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let at = next++; at < some.length; at = next++) looks[at] = await lookAtOne(some[at]!.id);
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return looks;
  }

  /** Undefined for an unreadable picture, which is not tried again. */
  async function lookAtOne(id: string): Promise<Uint8Array | 'away' | undefined> {
    try {
      return (await look?.(id)) ?? 'away';
    } catch (error) {
      const failure = toPhotospoolError(error, 'look at', id);
      if (failure.code === 'undecodable' || failure.code === 'too-large') return undefined;
      throw failure;
    }
  }
  return { slices, count, lookAtSome };
}
