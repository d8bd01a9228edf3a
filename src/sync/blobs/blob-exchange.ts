/**
 * The blobs of this server, shared by connections and routes: which blobs documents name, which are here, and waiting
 * for changes of both.
 */
import { openListeners, untilCalled, type Subscribe } from '../../base/async/listeners.js';
import type { Clock } from '../../base/clock.js';
import type { Sqlite } from '../../base/sqlite.js';
import { openNamed, type MissingOptions, type BlobIndex, type NamedBlob } from './blob-index.js';
import { openStore, type Store, type StoreParts } from './store-received-blobs.js';
import { openThere, type There } from './remote-blob-index.js';

/** The dependencies of the exchange. */
export interface ExchangeParts extends Omit<StoreParts, 'named'> {
  db: Sqlite;
  clock: Clock;
  /** Subscribes to changes of the library in this process; returns the function that unsubscribes. */
  onChange: Subscribe;
}

/** What to wait for: missing blobs, or another `version` than the one in `seen`. */
export type WantedQuestion = Omit<MissingOptions, 'limit'> & { seen?: number };

/** The blobs of this server. */
export interface Exchange {
  named: BlobIndex;
  store: Store;
  /** The blob with this hash according to the newest documents; undefined if none names it. */
  name(sha256: string): Promise<NamedBlob | undefined>;
  /** The file of a blob according to the newest documents; undefined if none names it or it is not here. */
  find(sha256: string): Promise<ReturnType<Store['find']>>;
  /** A number that changes when more blobs may be missing, or their order has changed. */
  version(): number;
  /**
   * Follows the library, and resolves when the requested state is reached, after `wait` ms, or when the signal aborts.
   */
  untilWanted(question: WantedQuestion, wait: number, signal: AbortSignal): Promise<void>;
  /** The index of a remote database of blobs. */
  there(url: string): There;
  /** Makes waiting callers check again: a blob that they lack may have become available. */
  stir(): void;
  /** Resolves when the library changes, someone requests an original, or a blob arrives; or after `wait` ms. */
  untilChange(wait: number, signal: AbortSignal): Promise<void>;
  /**
   * Calls `listener` with the photo and the hash of every blob that arrived, when it is in its place; returns the
   * function that unsubscribes.
   */
  onArrival: Subscribe<[photo: string, sha256: string]>;
  /**
   * Requests a missing original now. Resolves to true when it is here, to false after `wait` ms, or when the signal
   * aborts.
   */
  ask(sha256: string, wait: number, signal?: AbortSignal): Promise<boolean>;
  /** Records that a peer connected to this server asked for missing blobs, and waits this many ms. */
  heard(wait: number): void;
  /** Whether a connected peer brings missing blobs. */
  isServed(): boolean;
}

/** Ms between checks for writes by other processes. */
const look = 1_000;
/** Ms that a peer may need between two requests. */
const between = 30_000;

/** Opens the exchange. Nothing is read before the first call. */
export function openExchange(parts: ExchangeParts): Exchange {
  const { db, clock } = parts;
  const { named, store, follow, wake, stir, onWake, onArrival, version } = openContents(parts);
  let served = 0;

  const untilChange: Exchange['untilChange'] = (wait, signal) =>
    untilCalled([onWake, parts.onChange], clock, wait, signal);

  const isHere = (sha256: string): boolean => store.find(sha256) !== undefined;

  return {
    named,
    store,
    untilChange,
    there: (url) => openThere(db, url),
    stir: wake,
    version,
    onArrival,
    async name(sha256) {
      const known = named.find(sha256);
      if (known) return known;
      await follow();
      return named.find(sha256);
    },
    async find(sha256) {
      const known = store.find(sha256);
      if (known) return known;
      await follow();
      return store.find(sha256);
    },
    async untilWanted({ seen, ...options }, wait, signal) {
      const until = clock.now() + wait;
      for (;;) {
        await follow();
        const left = until - clock.now();
        const come = seen === undefined ? named.missing({ ...options, limit: 1 }).list.length > 0 : version() !== seen;
        if (left <= 0 || signal.aborted || come) return;
        await untilChange(Math.min(look, left), signal);
      }
    },
    async ask(sha256, wait, signal = never) {
      const until = clock.now() + wait;
      await follow();
      named.ask(sha256);
      stir();
      while (!isHere(sha256) && clock.now() < until && !signal.aborted)
        await untilChange(Math.min(look, until - clock.now()), signal);
      return isHere(sha256);
    },
    heard(wait) {
      served = Math.max(served, clock.now() + wait + between);
    },
    isServed: () => clock.now() < served,
  };
}

/** The blob index and the store; announces arrivals, and restores discarded originals. */
function openContents(parts: ExchangeParts) {
  const { db, library, blobs, clock } = parts;
  const { discarded, originals } = library.local;
  const { on: onWake, call: wake } = openListeners();
  let version = clock.now();

  const arrivals = openListeners<[photo: string, sha256: string]>();

  /** Discarded originals whose photos may have come back. */
  const aside = new Set(discarded.all());

  const inOrder = openNamed(db, library, (kind, sha256) => {
    if (kind !== 'original') return blobs.has(sha256);
    const here = originals.find(sha256) !== undefined;
    if (!here && discarded.find(sha256) !== undefined) aside.add(sha256);
    return here;
  });

  const named: BlobIndex = {
    ...inOrder,
    follow,
    set(sha256, here) {
      inOrder.set(sha256, here);
      if (!here) version++;
    },
  };

  const inner = openStore({ ...parts, named });

  const store: Store = {
    ...inner,
    async take(sha256, from, source) {
      const have = await inner.take(sha256, from, source);
      if (have === named.find(sha256)?.bytes) tellArrival(sha256);
      else wake();
      return have;
    },
    async takeWhole(sha256, bytes) {
      await inner.takeWhole(sha256, bytes);
      tellArrival(sha256);
    },
  };

  function tellArrival(sha256: string): void {
    wake();
    const blob = named.find(sha256);
    if (blob) arrivals.call(blob.photo, sha256);
  }

  /** Originals that can't be restored now are retried when the library changes. */
  async function putBack(): Promise<void> {
    for (const sha256 of [...aside]) {
      aside.delete(sha256);
      const isBack = await inner.putBack(sha256).catch(() => void aside.add(sha256));
      if (isBack === true) tellArrival(sha256);
    }
  }

  /** Follows the documents; each change of the version is announced. */
  async function follow(): Promise<boolean> {
    const changed = await inOrder.follow();
    if (changed) version++;
    if (changed && aside.size > 0) await putBack();
    return changed;
  }

  /** Announces that more blobs may be wanted. */
  function stir(): void {
    version++;
    wake();
  }
  return { named, store, follow, wake, stir, onWake, onArrival: arrivals.on, version: () => version };
}

const never = new AbortController().signal;
