/**
 * Blobs of a list go over a link, several at once: page by page, and those of a page so that the link is never idle while the disk
 * is busy. Holds nothing.
 */
import { setMaxListeners } from 'node:events';
import { toPhotospoolError } from '../base/errors.js';

/** Blobs on the link at once, each way. */
const width = 4;
/**
 * Blobs in hand at once, each way: those on the link, and those that have come over it and wait for the disk. Many of them are
 * made durable together.
 */
const most = 128;
/** Blobs that are looked at at once: a page that has fewer is the last one. */
export const page = 200;

/** Moves one blob; calls `over` as soon as the link is free for the next one. True where it moved. */
export type Move<B> = (one: B, over: () => void) => Promise<boolean>;

/**
 * Goes through a list page by page, passing over what is not to be had; begins again at the front where something was moved,
 * for then the list is another. True where anything was.
 */
export async function inPages<B>(
  read: (skip: number) => Promise<B[]> | B[],
  possible: (one: B) => boolean,
  move: Move<B>,
  signal: AbortSignal,
): Promise<boolean> {
  let any = false;
  for (let skip = 0; !signal.aborted;) {
    const list = await read(skip);
    const chosen = list.filter(possible);
    const moved = await inParallel(chosen, move, signal);
    any ||= moved > 0;
    if (list.length < page && moved === 0) return any;
    skip = moved > 0 ? 0 : skip + list.length;
  }
  return any;
}

/**
 * Moves all, `width` at a time on the link and `most` in hand; how many answered true. The first failure ends it, when the
 * others in hand have ended.
 */
async function inParallel<T>(list: readonly T[], move: Move<T>, signal: AbortSignal): Promise<number> {
  // Each of them waits for the end, some twice; Node warns of more than ten.
  setMaxListeners(4 * most, signal);
  let done = 0;
  const failures: unknown[] = [];
  const inHand = new Set<Promise<void>>();

  /** Resolves when the link is free for the next one. */
  const begin = (one: T): Promise<void> =>
    new Promise((free) => {
      const ended = move(one, free)
        .then((moved) => void (done += Number(moved)))
        .catch((error: unknown) => void failures.push(error))
        .finally(() => {
          inHand.delete(ended);
          free();
        });
      inHand.add(ended);
    });

  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < list.length && failures.length === 0 && !signal.aborted) {
      if (inHand.size >= most) await Promise.race(inHand);
      else await begin(list[next++]!);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  await Promise.all(inHand);
  if (failures.length > 0) throw toPhotospoolError(failures[0], 'carry', 'pictures');
  return done;
}
