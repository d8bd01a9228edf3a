/**
 * Blobs of a list go over a link, several at once: page by page, and those of a page so that the link is never idle while the disk
 * is busy. Holds nothing.
 */
import { setMaxListeners } from 'node:events';
import type { Clock } from '../../base/clock.js';
import { toPhotospoolError } from '../../base/errors.js';

/** Blobs on the link at once, each way. */
const width = 4;
/**
 * Blobs in hand at once, each way: those on the link, and those that have come over it and wait for the disk. Many of them are
 * made durable together.
 */
const most = 128;
/** Blobs that are looked at at once. */
export const page = 200;

/** Moves one blob; calls `over` as soon as the link is free for the next one. True where it moved. */
export type Move<B> = (one: B, over: () => void) => Promise<boolean>;

/** A page of a list; `next` is where the one after it begins, undefined at the end. */
export interface BlobPage<B, P> {
  list: B[];
  next?: P;
}

/** What of a list is moved, and how. */
export interface Moving<B, P> {
  /** Reads a page: the first one without a place. */
  read(from?: P): Promise<BlobPage<B, P>> | BlobPage<B, P>;
  possible(one: B): boolean;
  move: Move<B>;
  signal: AbortSignal;
  /** The list is gone through to its end, however lately that was done. */
  isWhole?: boolean;
}

/** A long list of which nothing is to be had is gone through to its end now and then: in so small a part of the time. */
const part = 1 / 20;
/** But within so many ms. */
const latest = 300_000;

/** Goes through the same list again and again. */
export interface Pages {
  /**
   * Goes through a list page by page, passing over what is not to be had; begins again at the front where something was moved, for
   * then the list is another. The next page is read when the link is free, while the disk still has others in hand. Where the
   * end was looked at lately, it is enough that a page has nothing. True where anything was moved. The first failure ends it,
   * when those in hand have ended.
   */
  move<B extends { sha256: string }, P>(moving: Moving<B, P>): Promise<boolean>;
}

/** Opens what remembers when a list was gone through to its end. */
export function openBlobPages(clock: Clock): Pages {
  let due = -Infinity;
  return {
    async move<B extends { sha256: string }, P>({ read, possible, move, signal, isWhole = false }: Moving<B, P>) {
      const lanes = openLanes(move, signal);
      const toEnd = isWhole || clock.now() >= due;
      try {
        let [from, before, began]: [P | undefined, number, number] = [undefined, 0, clock.now()];
        while (!lanes.isOver()) {
          const { list, next } = await read(from);
          const chosen = list.filter((one) => !lanes.holds(one) && possible(one));
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

/** Blobs that are under way. */
interface Lanes<B> {
  /** Begins all, `width` at a time on the link and `most` in hand; resolves when the link is free for more. */
  begin(list: readonly B[]): Promise<void>;
  /** Resolves when nothing is in hand. Rejects with what failed first. */
  end(): Promise<void>;
  holds(one: B): boolean;
  /** How many moved. */
  moved(): number;
  /** Whether one failed, or it is to end. */
  isOver(): boolean;
}

function openLanes<B extends { sha256: string }>(move: Move<B>, signal: AbortSignal): Lanes<B> {
  // Each of them waits for the end, some twice; Node warns of more than ten.
  setMaxListeners(4 * most, signal);
  let moved = 0;
  const failures: unknown[] = [];
  const inHand = new Map<string, Promise<void>>();
  const isOver = (): boolean => failures.length > 0 || signal.aborted;

  /** Resolves when the link is free for the next one. */
  const beginOne = (one: B): Promise<void> =>
    new Promise((free) => {
      const ended = move(one, free)
        .then((isMoved) => void (moved += Number(isMoved)))
        .catch((error: unknown) => void failures.push(error))
        .finally(() => {
          inHand.delete(one.sha256);
          free();
        });
      inHand.set(one.sha256, ended);
    });

  return {
    async begin(list) {
      let next = 0;
      const lane = async (): Promise<void> => {
        while (next < list.length && !isOver()) {
          if (inHand.size >= most) await Promise.race(inHand.values());
          else {
            const one = list[next++]!;
            // Two photos may name the same bytes.
            if (!inHand.has(one.sha256)) await beginOne(one);
          }
        }
      };
      await Promise.all(Array.from({ length: width }, lane));
    },
    async end() {
      await Promise.all(inHand.values());
      if (failures.length > 0) throw toPhotospoolError(failures[0], 'carry', 'pictures');
    },
    holds: ({ sha256 }) => inHand.has(sha256),
    moved: () => moved,
    isOver,
  };
}
