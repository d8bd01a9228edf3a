/**
 * Looks at the photos that were not looked at yet, so that those can be found that look the same: new ones, those of an album from
 * before, and those that came from other servers. It begins when somebody asks for duplicates, and goes on by itself until
 * all are done. What is done is kept in the catalog; a crash loses some looks of the last moment, which are taken again.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import type { Clock } from '../base/clock.js';
import { toPhotospoolError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Alike } from '../catalog/near-duplicates.js';
import type { HashedPhoto } from '../catalog/similarity-index.js';
import type { Library } from '../library/library.js';

/** What a photo (SHA-256) looks like; undefined where its picture is not on this server. @throws as `Decoders.look`. */
export type ReadLook = (id: string) => Promise<Uint8Array | undefined>;

/** How far it is: photos that are looked at, of how many. */
export interface ScanProgress {
  done: number;
  total: number;
}

/** Finds photos that look the same. */
export interface Duplicates {
  /** Groups, those with the newest photos first, as far as photos were looked at; the rest is looked at from now on. */
  find(): Promise<Alike[]>;
  /** Undefined where nothing is left to be looked at. */
  progress(): ScanProgress | undefined;
  /** Ends it. */
  close(): Promise<void>;
}

/** What it works with. */
interface DuplicatesParts {
  library: Pick<Library, 'lastChange'>;
  catalog: Catalog;
  /** Absent where nothing can be looked at. */
  look: ReadLook | undefined;
  log: Log;
  clock: Clock;
}

/** So many are looked at side by side: few, so that photos that come in are rendered meanwhile. */
const lanes = 2;
/** So many are written together. */
const batch = 32;
/** Pictures that are elsewhere are asked for again after so long, ms. */
const rest = 60_000;

/** Opens it; nothing is done before somebody asks. */
export function openDuplicates(parts: DuplicatesParts): Duplicates {
  const { library, catalog, look, log, clock } = parts;
  const { slices, count, lookAtSome } = openLooking(parts, () => ended);
  let progress: ScanProgress | undefined;
  let running: Promise<void> | undefined;
  let counted: Promise<void> | undefined;
  /** The library's last change when it began to look, and when those are asked for again whose pictures were elsewhere (ms). */
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

  /** Begins to look, and waits until it is known at how many. */
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
          log.warn({ err: error }, 'Looking for duplicates was broken off. It goes on when somebody asks again.');
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

/** Goes through the photos that were not looked at yet. */
function openLooking({ catalog, look }: DuplicatesParts, isEnded: () => boolean) {
  /** What was not looked at, row by row, a slice at a time. */
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

  /** Undefined where there is a picture that can't be read, which is not tried again. */
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
