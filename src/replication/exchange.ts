/**
 * The blobs of this server as its links and its routes share them: what documents name, what is here, and a way to wait
 * until that changes.
 */
import type { Clock } from '../base/clock.js';
import { openNamed, type MissingOptions, type Named } from './named.js';
import { openStore, type Store, type StoreParts } from './store.js';
import type { Sqlite } from '../base/sqlite.js';

/** What the exchange is made of. */
export interface ExchangeParts extends Omit<StoreParts, 'named'> {
  db: Sqlite;
  clock: Clock;
  /** Tells of every change of the library that this process makes; returns what ends it. */
  onChange(listener: () => void): () => void;
}

/** The blobs of this server. */
export interface Exchange {
  named: Named;
  store: Store;
  /** Takes in what changed, and resolves when something is missing, or `wait` ms later, or at the signal. */
  untilMissing(options: Omit<MissingOptions, 'limit'>, wait: number, signal: AbortSignal): Promise<void>;
  /** Resolves when the library changes, somebody asks for an original, or a blob came; or `wait` ms later. */
  untilChange(wait: number, signal: AbortSignal): Promise<void>;
  /** An original that is not here is wanted now. Resolves when it is here (true), or not after `wait` ms. */
  ask(sha256: string, wait: number): Promise<boolean>;
}

/** Ms between looks for what other processes wrote. */
const look = 1_000;

/** Opens the exchange. Nothing is read before the first question. */
export function openExchange(parts: ExchangeParts): Exchange {
  const { db, library, blobs, clock } = parts;
  const { originals } = library.local;
  const named = openNamed(db, library, (kind, sha256) =>
    kind === 'original' ? originals.find(sha256) !== undefined : blobs.has(sha256),
  );
  const wakers = new Set<() => void>();
  const wake = (): void => {
    for (const waker of [...wakers]) waker();
  };
  const inner = openStore({ ...parts, named });
  const store: Store = {
    ...inner,
    async take(sha256, from, source) {
      const have = await inner.take(sha256, from, source);
      wake();
      return have;
    },
  };

  async function untilChange(wait: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const end = (): void => woken.abort();
    wakers.add(end);
    const unlisten = parts.onChange(end);
    await clock.sleep(wait, AbortSignal.any([woken.signal, signal]));
    wakers.delete(end);
    unlisten();
  }

  const isHere = (sha256: string): boolean => store.find(sha256) !== undefined;

  return {
    named,
    store,
    untilChange,
    async untilMissing(options, wait, signal) {
      const until = clock.now() + wait;
      for (;;) {
        await named.follow();
        const left = until - clock.now();
        if (left <= 0 || signal.aborted || named.missing({ ...options, limit: 1 }).length > 0) return;
        await untilChange(Math.min(look, left), signal);
      }
    },
    async ask(sha256, wait) {
      const until = clock.now() + wait;
      named.ask(sha256);
      wake();
      while (!isHere(sha256) && clock.now() < until) await untilChange(Math.min(look, until - clock.now()), never);
      return isHere(sha256);
    },
  };
}

const never = new AbortController().signal;
