/**
 * Transfers the blobs of a list over a connection, several in parallel: page by page, keeping the connection busy while
 * the disk is. Holds nothing on disk.
 */
import { setMaxListeners } from 'node:events';
import type { Clock } from '../../base/clock.js';
import { toPhotospoolError } from '../../base/errors.js';

/** Concurrent transfers on the connection, each way. */
const width = 4;
/**
 * Blobs in progress, each way: those being transferred, and those that have arrived and wait for the disk. Many of them
 * are made durable together.
 */
const most = 128;
/** Blobs per page. */
export const page = 200;

/** Transfers one blob; calls `over` as soon as the connection is free for the next one. True if it was transferred. */
export type Move<B> = (one: B, over: () => void) => Promise<boolean>;

/** Transfers several blobs with one request, like `Move`; resolves to the number of those transferred. */
export type MoveTogether<B> = (some: readonly B[], over: () => void) => Promise<number>;

/** A page of a list; `next` is the position of the next page, undefined at the end. */
export interface BlobPage<B, P> {
  list: B[];
  next?: P;
}

/** What to transfer from a list, and how. */
export interface Moving<B, P> {
  /** Reads a page: the first one without a position. */
  read(from?: P): Promise<BlobPage<B, P>> | BlobPage<B, P>;
  possible(one: B): boolean;
  move: Move<B>;
  /** How to transfer several with one request, and which ones: groups of a list, in its order. Default: each alone. */
  together?: { group(list: readonly B[]): readonly (readonly B[])[]; move: MoveTogether<B> };
  signal: AbortSignal;
  /** Scan the list to its end, even if that was done recently. */
  isWhole?: boolean;
}

/** A long list with nothing available is scanned to its end only occasionally: at most this share of the time. */
const part = 1 / 20;
/** But at least every so many ms. */
const latest = 300_000;

/** Scans the same list repeatedly. */
export interface Pages {
  /**
   * Scans a list page by page, skipping what is not available; restarts at the front after a transfer, because the list
   * has changed. The next page is read when the connection is free, while the disk is still busy with the last one. If
   * the end was reached recently, a page without anything available ends the scan. True if anything was transferred.
   * The first failure ends it, after all transfers in progress have ended.
   */
  move<B extends { sha256: string }, P>(moving: Moving<B, P>): Promise<boolean>;
}

/** Opens the scan, which remembers when it last reached the end. */
export function openBlobPages(clock: Clock): Pages {
  let due = -Infinity;
  return {
    async move<B extends { sha256: string }, P>({ read, possible, signal, isWhole = false, ...rest }: Moving<B, P>) {
      const lanes = openLanes(rest, signal);
      const toEnd = isWhole || clock.now() >= due;
      try {
        let [from, before, began]: [P | undefined, number, number] = [undefined, 0, clock.now()];
        while (!lanes.isOver()) {
          // A transfer that ends while the page is read may still be on that page.
          const inHand = lanes.inHand();
          const { list, next } = await read(from);
          const chosen = list.filter((one) => !inHand.has(one.sha256) && possible(one));
          await lanes.begin(chosen);
          const isLast = next === undefined || (chosen.length === 0 && !toEnd);
          if (isLast) await lanes.end();
          const isAnother = lanes.moved() > before;
          if (next === undefined) due = clock.now() + Math.min(latest, (clock.now() - began) / part);
          if (isLast && !isAnother) break;
          if (isAnother) [from, before, began] = [undefined, lanes.moved(), clock.now()];
          else from = next;
        }
      } catch (error) {
        await lanes.end();
        throw error;
      }
      await lanes.end();
      return lanes.moved() > 0;
    },
  };
}

/** Transfers in progress. */
interface Lanes<B> {
  /**
   * Starts all, `width` at a time on the connection and `most` in progress; resolves when the connection is free for
   * more.
   */
  begin(list: readonly B[]): Promise<void>;
  /** Resolves when none is in progress. Rejects with the first failure. */
  end(): Promise<void>;
  /** The hashes of those in progress now. */
  inHand(): ReadonlySet<string>;
  /** The number of transferred blobs. */
  moved(): number;
  /** Whether one failed, or the signal aborted. */
  isOver(): boolean;
}

function openLanes<B extends { sha256: string }>(
  { move, together }: Pick<Moving<B, unknown>, 'move' | 'together'>,
  signal: AbortSignal,
): Lanes<B> {
  // Each transfer listens to the end, some twice; Node warns of more than ten listeners.
  setMaxListeners(4 * most, signal);
  let moved = 0;
  const failures: unknown[] = [];
  const inHand = new Map<string, Promise<void>>();
  const isOver = (): boolean => failures.length > 0 || signal.aborted;

  /** Resolves when the connection is free for the next ones. */
  const beginSome = (some: readonly B[]): Promise<void> =>
    new Promise((free) => {
      const moving = together && some.length > 1 ? together.move(some, free) : move(some[0]!, free);
      const ended = moving
        .then((count) => void (moved += Number(count)))
        .catch((error: unknown) => void failures.push(error))
        .finally(() => {
          for (const { sha256 } of some) inHand.delete(sha256);
          free();
        });
      for (const { sha256 } of some) inHand.set(sha256, ended);
    });

  return {
    async begin(list) {
      let next = 0;
      // Two photos may name the same bytes.
      const single = [...new Map(list.map((one) => [one.sha256, one])).values()];
      const groups = together ? together.group(single) : single.map((one) => [one]);
      const lane = async (): Promise<void> => {
        while (next < groups.length && !isOver()) {
          if (inHand.size >= most) await Promise.race(inHand.values());
          else await beginSome(groups[next++]!);
        }
      };
      await Promise.all(Array.from({ length: width }, lane));
    },
    async end() {
      await Promise.all(inHand.values());
      if (failures.length > 0) throw toPhotospoolError(failures[0], 'carry', 'pictures');
    },
    inHand: () => new Set(inHand.keys()),
    moved: () => moved,
    isOver,
  };
}
