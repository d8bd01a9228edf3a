/**
 * The blobs of one link, both ways: what is missing here is fetched, what the peer wants is brought, several at once, the
 * most wanted first. A cut at any byte costs that byte and what is after it, nothing more. What a peer does not have is
 * asked for again later; of many, one question tells which it has, where it understands that. A peer that sends the wrong
 * bytes is told of, and asked for other things.
 */
import type { Clock } from '../../base/clock.js';
import { PhotospoolError, sentence, toPhotospoolError } from '../../base/errors.js';
import { discard, type Carrier, type Throttle, type WantedBlob, type WantedList } from './blob-transport.js';
import type { Exchange } from './blob-exchange.js';
import type { Amount } from './blob-counts.js';
import { openLeaving } from './blob-backoff.js';
import { openBlobPages, page, type BlobPage } from './blob-scheduler.js';
import type { MissingPlace, NamedBlob } from './blob-index.js';
import type { OriginalsPolicy } from '../connections/peers.js';

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
  /** Another number when the peer got pictures that it lacked: what it did not have is asked for again. */
  news?(): number;
}

/** Ms that a blob is left alone at most: one that went wrong, and one that the peer does not have, for which it is asked again. */
const longest = { wrong: 300_000, absent: 900_000 };
/** Ms until a round without progress is repeated. */
const rest = 30_000;
/** Ms that the peer may take to say what it wants, where it wants nothing: shorter than what proxies wait. */
const patience = 58_000;
/** Blobs that are asked for in one question; and how many of a page it is worth one, before their bytes are asked for. */
const asked = { most: 2_000, least: 10 };

/** What of the originals is wanted under a policy. */
export const wantedOriginals = (policy: OriginalsPolicy): 'all' | 'asked' | 'none' =>
  policy === 'on-demand' ? 'asked' : policy;

/** Fetches what is missing here until the signal. Rejects where the peer can't be reached. */
// Longer than a screen: one round of questions and transfers, over the same lists of what to leave alone.
export async function fetchBlobs(parts: TransferParts): Promise<void> {
  const { exchange, carrier, clock, signal } = parts;
  const [absent, wrong] = [openLeaving(clock, longest.absent), openLeaving(clock, longest.wrong)];
  const originals = wantedOriginals(parts.originals);
  let news = parts.news?.();
  const known = carrier.at === undefined ? {} : { at: carrier.at };
  const pages = openBlobPages(clock);

  /** Those that the peer says it has. */
  const promised = new Set<string>();

  /** The next page. Of many that were not asked for before, one question tells which of them the peer has. */
  async function missing(from?: MissingPlace): Promise<BlobPage<NamedBlob, MissingPlace>> {
    const found = exchange.named.missing({ limit: page, originals, ...known, ...(from && { from }) });
    const isFresh = (sha256: string): boolean => !absent.knows(sha256) && !wrong.has(sha256) && !promised.has(sha256);
    const fresh = found.list.map(({ sha256 }) => sha256).filter(isFresh);
    const there = fresh.length < asked.least ? undefined : await carrier.which?.(fresh, signal);
    if (there) for (const sha256 of fresh) (there.has(sha256) ? promised : absent).add(sha256);
    return found;
  }

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
        absent.remove(sha256);
        return true;
      }
      absent.add(sha256);
    } catch (error) {
      const ours = toPhotospoolError(error, 'fetch', sha256);
      // Only what is wrong with this one blob: the link itself ends the round.
      if (!ofOneBlob.has(ours.code)) throw error;
      if (ours.code !== 'locked') parts.troubled(sentence(ours));
      wrong.add(sha256);
    } finally {
      promised.delete(sha256);
    }
    return false;
  }

  /** Whether there are more than one question can hold. */
  const due = { more: false };

  /** Which of those that the peer did not have it has now; undefined where it does not understand the question. */
  async function askAgain(): Promise<ReadonlySet<string> | undefined> {
    if (!carrier.which) return undefined;
    const some = absent.due(asked.most);
    due.more = some.length === asked.most;
    const missing = some.filter((sha256) => {
      const isMissing = exchange.named.find(sha256) !== undefined && exchange.store.find(sha256) === undefined;
      if (!isMissing) absent.remove(sha256);
      return isMissing;
    });
    if (missing.length === 0) return new Set();
    const there = await carrier.which(missing, signal);
    if (there) for (const sha256 of missing) if (!there.has(sha256)) absent.add(sha256);
    return there;
  }

  while (!signal.aborted) {
    await exchange.untilWanted({ originals }, patience, signal);
    const isNews = parts.news?.() !== news;
    if (isNews) absent.release();
    news = parts.news?.();
    const there = await askAgain();
    const got = await pages.move({
      ...{ read: missing, move: fetchOne, signal },
      isWhole: isNews || (there !== undefined && there.size > 0),
      possible: ({ sha256 }) =>
        !wrong.has(sha256) && (there ? there.has(sha256) || !absent.knows(sha256) : !absent.has(sha256)),
    });
    // What did not come although it is there, or is not wanted any more, is not asked for without end.
    for (const sha256 of there ?? []) if (absent.knows(sha256) && !absent.has(sha256)) absent.add(sha256);
    parts.gotOn?.();
    if (!got && !due.more) await exchange.untilChange(Math.min(rest, absent.next(), wrong.next()), signal);
  }
}

const ofOneBlob = new Set(['corrupt', 'too-large', 'conflict', 'locked', 'not-found', 'unusable']);

/** Brings what the peer wants until the signal. Rejects where it can't be reached. */
export async function bringBlobs(parts: TransferParts): Promise<void> {
  const { exchange, carrier, clock, signal } = parts;
  const leave = openLeaving(clock, longest.wrong);
  const originals = wantedOriginals(parts.originals);

  async function bringOne({ sha256, have }: WantedBlob, over: () => void): Promise<boolean> {
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

  const pages = openBlobPages(clock);
  let wait = 0;
  let sooner = new AbortController();
  // What it wanted before has come in here: it is not kept waiting for it.
  const unlisten = exchange.onArrival((_, sha256) => {
    if (!leave.knows(sha256)) return;
    leave.remove(sha256);
    sooner.abort();
  });

  /** Asks what it wants; a question that waits is cut short, and asked again, when there is something for it here. */
  async function ask(skip: number): Promise<WantedList> {
    if (sooner.signal.aborted) [wait, sooner] = [0, new AbortController()];
    const cut = sooner.signal;
    try {
      return await carrier.wanted({ originals, skip, wait }, wait === 0 ? signal : AbortSignal.any([signal, cut]));
    } catch (error) {
      if (signal.aborted || !cut.aborted) throw error;
      return ask(skip);
    }
  }

  /** What it wants; what came in here meanwhile is known then. */
  async function wanted(skip = 0): Promise<BlobPage<WantedBlob, number>> {
    const { list, total } = await ask(skip);
    if (total) parts.lacking?.(total);
    // Only a round's first question waits: what is left after some were brought is wanted now.
    wait = 0;
    await exchange.untilWanted({ originals }, 0, signal);
    return { list, ...(list.length >= page && { next: skip + list.length }) };
  }

  function possible({ sha256 }: WantedBlob): boolean {
    if (leave.has(sha256)) return false;
    if (exchange.store.find(sha256)) return true;
    // A document is there a moment before its original is.
    if (exchange.named.find(sha256)) leave.add(sha256);
    return false;
  }

  try {
    while (!signal.aborted) {
      const brought = await pages.move({ read: wanted, possible, move: bringOne, signal });
      parts.gotOn?.();
      // What is left for longer than a question takes is looked at when that one ends.
      wait = brought ? 0 : Math.min(patience, Math.ceil(leave.next(patience)));
    }
  } finally {
    unlisten();
  }
}

/** Passes a stream on, and tells when it is at its end. */
async function* ending(source: AsyncIterable<Uint8Array>, over: () => void): AsyncGenerator<Uint8Array> {
  yield* source;
  over();
}
