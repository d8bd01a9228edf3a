/**
 * The blobs of one link, both ways: what is missing here is fetched, what the peer wants is brought, several at once, the
 * most wanted first. A cut at any byte costs that byte and what is after it, nothing more. What a peer does not have is
 * asked again later; a peer that sends the wrong bytes is told of, and asked for other things.
 */
import { setMaxListeners } from 'node:events';
import type { Clock } from '../base/clock.js';
import { PhotospoolError, sentence, toPhotospoolError } from '../base/errors.js';
import { discard, type Carrier, type Throttle, type Wanted } from './carrier.js';
import type { Exchange } from './exchange.js';
import type { Amount } from './amounts.js';
import type { NamedBlob } from './named.js';
import type { OriginalsPolicy } from './peers.js';

/** What a transfer works with. */
export interface TransferParts {
  exchange: Exchange;
  carrier: Carrier;
  originals: OriginalsPolicy;
  throttle: Throttle;
  clock: Clock;
  signal: AbortSignal;
  /** Told after each blob. */
  moved(direction: 'fetched' | 'brought', bytes: number): void;
  /** Told how much the peer lacks. */
  lacking?(total: Amount): void;
  /** Told what went wrong with one blob, as a sentence. */
  troubled(sentence: string): void;
  /** Told after each round that nothing held up. */
  gotOn?(): void;
}

/** Blobs on the link at once, each way. */
const width = 4;
/**
 * Blobs in hand at once, each way: those on the link, and those that have come over it and wait for the disk. Many of them are
 * made durable together.
 */
const most = 128;
/** Blobs that are looked at at once. */
const page = 200;
/** Ms until a blob that the peer does not have is asked for again: at first (it may be on its way there), and at most. */
const soon = 1_000;
const later = 300_000;
/** Ms until a round without progress is repeated. */
const rest = 30_000;
/** Ms that the peer may take to say what it wants, where it wants nothing: shorter than what proxies wait. */
const patience = 55_000;
/** Blobs that are remembered as not to be had. */
const mostRemembered = 100_000;

/** What of the originals is wanted under a policy. */
export const wantedOriginals = (policy: OriginalsPolicy): 'all' | 'asked' | 'none' =>
  policy === 'on-demand' ? 'asked' : policy;

/** Which blobs to leave alone for a while: four times as long each time. */
interface Memory {
  add(sha256: string): void;
  has(sha256: string): boolean;
  /** Ms until the first of them may be tried again. */
  next(): number;
}

function makeMemory(clock: Clock): Memory {
  const known = new Map<string, { until: number; wait: number }>();
  return {
    add(sha256) {
      const wait = Math.min(later, (known.get(sha256)?.wait ?? soon / 4) * 4);
      known.delete(sha256);
      if (known.size >= mostRemembered) known.delete(known.keys().next().value!);
      known.set(sha256, { until: clock.now() + wait, wait });
    },
    has: (sha256) => (known.get(sha256)?.until ?? 0) > clock.now(),
    next() {
      let first = Infinity;
      for (const { until } of known.values()) if (until > clock.now()) first = Math.min(first, until);
      return first - clock.now();
    },
  };
}

/** Fetches what is missing here until the signal. Rejects where the peer can't be reached. */
export async function fetchBlobs(parts: TransferParts): Promise<void> {
  const { exchange, carrier, clock, signal } = parts;
  const notThere = makeMemory(clock);
  const originals = wantedOriginals(parts.originals);
  const known = carrier.at === undefined ? {} : { at: carrier.at };

  async function fetchOne({ sha256, bytes }: NamedBlob, over: () => void): Promise<boolean> {
    try {
      const from = await exchange.store.begun(sha256);
      const source = await carrier.get(sha256, from, signal);
      if (source) {
        const have = await exchange.store
          .take(sha256, from, ending(parts.throttle(source), over))
          .catch(async (error: unknown) => {
            // Where it was not read to its end, its connection is not needed for anything else.
            await discard(source).catch(() => undefined);
            throw error;
          });
        if (have < bytes) throw new PhotospoolError('corrupt', `Of ${sha256}, ${have} of ${bytes} bytes came.`);
        parts.moved('fetched', have - from);
        return true;
      }
    } catch (error) {
      const ours = toPhotospoolError(error, 'fetch', sha256);
      // Only what is wrong with this one blob: the link itself ends the round.
      if (!ofOneBlob.has(ours.code)) throw error;
      if (ours.code !== 'locked') parts.troubled(sentence(ours));
    }
    notThere.add(sha256);
    return false;
  }

  while (!signal.aborted) {
    await exchange.untilWanted({ originals }, patience, signal);
    const got = await inPages(
      (skip) => exchange.named.missing({ limit: page, skip, originals, ...known }),
      (blob) => !notThere.has(blob.sha256),
      fetchOne,
      signal,
    );
    parts.gotOn?.();
    if (!got) await exchange.untilChange(Math.min(rest, notThere.next()), signal);
  }
}

const ofOneBlob = new Set(['corrupt', 'too-large', 'conflict', 'locked', 'not-found', 'unusable']);

/** Brings what the peer wants until the signal. Rejects where it can't be reached. */
export async function bringBlobs(parts: TransferParts): Promise<void> {
  const { exchange, carrier, clock, signal } = parts;
  const leave = makeMemory(clock);
  const originals = wantedOriginals(parts.originals);

  async function bringOne({ sha256, have }: Wanted, over: () => void): Promise<boolean> {
    const found = exchange.store.find(sha256);
    if (!found) return false;
    const { bytes } = found.blob;
    leave.add(sha256);
    try {
      const throttle: Throttle = (source) => ending(parts.throttle(source), over);
      await carrier.put(sha256, { path: found.path, bytes }, Math.min(have, bytes), throttle, signal);
    } catch (error) {
      const ours = toPhotospoolError(error, 'bring', sha256);
      if (!ofOneBlob.has(ours.code)) throw error;
      parts.troubled(sentence(ours));
      return false;
    }
    parts.moved('brought', bytes - have);
    return true;
  }

  let wait = 0;

  /** What it wants; what came in here meanwhile is known then. */
  async function wanted(skip: number): Promise<Wanted[]> {
    const { list, total } = await carrier.wanted({ originals, skip, wait }, signal);
    if (total) parts.lacking?.(total);
    // Only a round's first question waits: what is left after some were brought is wanted now.
    wait = 0;
    await exchange.untilWanted({ originals }, 0, signal);
    return list;
  }

  function possible({ sha256 }: Wanted): boolean {
    if (leave.has(sha256)) return false;
    if (exchange.store.find(sha256)) return true;
    // A document is there a moment before its original is.
    if (exchange.named.find(sha256)) leave.add(sha256);
    return false;
  }

  while (!signal.aborted) {
    const brought = await inPages(wanted, possible, bringOne, signal);
    parts.gotOn?.();
    wait = brought ? 0 : Math.min(patience, Math.ceil(leave.next()));
  }
}

/** Passes a stream on, and tells when it is at its end. */
async function* ending(source: AsyncIterable<Uint8Array>, over: () => void): AsyncGenerator<Uint8Array> {
  yield* source;
  over();
}

/** Moves one blob; calls `over` as soon as the link is free for the next one. */
type Move<B> = (one: B, over: () => void) => Promise<boolean>;

/**
 * Goes through a list page by page, passing over what is not to be had; begins again at the front where something was moved,
 * for then the list is another. True where anything was.
 */
async function inPages<B>(
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
