/**
 * The blobs of this server as its links and its routes share them: what documents name, what is here, and a way to wait
 * until that changes.
 */
import { openListeners, untilCalled, type Subscribe } from '../../base/async/listeners.js';
import type { Clock } from '../../base/clock.js';
import type { Sqlite } from '../../base/sqlite.js';
import { openNamed, type MissingOptions, type BlobIndex, type NamedBlob } from './blob-index.js';
import { openStore, type Store, type StoreParts } from './peer-blob-store.js';
import { openThere, type There } from './remote-blob-index.js';

/** What the exchange is made of. */
export interface ExchangeParts extends Omit<StoreParts, 'named'> {
  db: Sqlite;
  clock: Clock;
  /** Tells of every change of the library that this process makes; returns what ends it. */
  onChange: Subscribe;
}

/** What is waited for: that something is missing, or that `version` is another than the one that was seen. */
export type WantedQuestion = Omit<MissingOptions, 'limit'> & { seen?: number };

/** The blobs of this server. */
export interface Exchange {
  named: BlobIndex;
  store: Store;
  /** What a hash is to the newest documents; undefined where none names it. */
  name(sha256: string): Promise<NamedBlob | undefined>;
  /** Where a blob's file is, by the newest documents; undefined where none names it or it is not here. */
  find(sha256: string): Promise<ReturnType<Store['find']>>;
  /** Another number when more may be missing, or something else is wanted first. */
  version(): number;
  /** Takes in what changed, and resolves when what is asked for has come about, or `wait` ms later, or at the signal. */
  untilWanted(question: WantedQuestion, wait: number, signal: AbortSignal): Promise<void>;
  /** What is known of a database of blobs on another server. */
  there(url: string): There;
  /** Those who wait look again: something that they miss may have become possible. */
  stir(): void;
  /** Resolves when the library changes, somebody asks for an original, or a blob came; or `wait` ms later. */
  untilChange(wait: number, signal: AbortSignal): Promise<void>;
  /** Calls `listener` with the photo and the hash of every blob that came in, when it is in its place; returns what ends it. */
  onArrival: Subscribe<[photo: string, sha256: string]>;
  /** An original that is not here is wanted now. Resolves when it is here (true), or not after `wait` ms, or at the signal. */
  ask(sha256: string, wait: number, signal?: AbortSignal): Promise<boolean>;
  /** A peer that made a link to here asked what is missing, and will wait so many ms. */
  heard(wait: number): void;
  /** Whether a peer that made a link to here brings what is missing. */
  isServed(): boolean;
}

/** Ms between looks for what other processes wrote. */
const look = 1_000;
/** Ms that a peer may need between two questions. */
const between = 30_000;

/** Opens the exchange. Nothing is read before the first question. */
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

/** The index of blobs and the store, which tell of what comes, and put back what was laid aside. */
function openContents(parts: ExchangeParts) {
  const { db, library, blobs, clock } = parts;
  const { discarded, originals } = library.local;
  const { on: onWake, call: wake } = openListeners();
  let version = clock.now();

  const arrivals = openListeners<[photo: string, sha256: string]>();

  /** Originals that were laid aside, and whose photos may have come back. */
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
  };

  function tellArrival(sha256: string): void {
    wake();
    const blob = named.find(sha256);
    if (blob) arrivals.call(blob.photo, sha256);
  }

  /** What can't be put back now is tried again when the library changes. */
  async function putBack(): Promise<void> {
    for (const sha256 of [...aside]) {
      aside.delete(sha256);
      const isBack = await inner.putBack(sha256).catch(() => void aside.add(sha256));
      if (isBack === true) tellArrival(sha256);
    }
  }

  /** Whoever follows the documents, the version tells of it. */
  async function follow(): Promise<boolean> {
    const changed = await inOrder.follow();
    if (changed) version++;
    if (changed && aside.size > 0) await putBack();
    return changed;
  }

  /** Something may be wanted now that was not. */
  function stir(): void {
    version++;
    wake();
  }
  return { named, store, follow, wake, stir, onWake, onArrival: arrivals.on, version: () => version };
}

const never = new AbortController().signal;
