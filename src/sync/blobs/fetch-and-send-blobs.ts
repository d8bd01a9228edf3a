/**
 * Transfers the blobs of one connection, both ways: fetches those missing here, sends those the peer wants, several in
 * parallel, by priority. An interruption costs only the bytes not received yet. A blob that the peer does not have is
 * requested again later; one request asks for many of them, if the peer supports that. Wrong bytes from a peer are
 * reported, and the transfer continues with other blobs.
 */
import { Readable } from 'node:stream';
import type { Clock } from '../../base/clock.js';
import { PhotospoolError, sentence, toPhotospoolError } from '../../base/errors.js';
import {
  discard,
  type BlobFile,
  type Carrier,
  type Throttle,
  type WantedBlob,
  type WantedList,
} from './remote-blobs.js';
import type { Exchange } from './blob-exchange.js';
import type { Amount } from './blob-counts.js';
import { openLeaving, type Leaving } from './blob-backoff.js';
import { groupSmall } from './blob-frames.js';
import { openBlobPages, page, type BlobPage, type Move } from './parallel-transfers.js';
import type { MissingPlace, NamedBlob } from './blob-index.js';
import type { OriginalsPolicy } from '../connections/peers.js';

/** The dependencies of a transfer. */
export interface TransferParts {
  exchange: Exchange;
  carrier: Carrier;
  originals: OriginalsPolicy;
  throttle: Throttle;
  clock: Clock;
  signal: AbortSignal;
  /** Called after each blob. */
  moved(direction: 'fetched' | 'brought', bytes: number): void;
  /** Called with the total that the peer lacks. */
  lacking?(total: Amount): void;
  /** Called with an error about one blob, as a sentence. */
  troubled(sentence: string): void;
  /** Called after each round without a disk error. */
  gotOn?(): void;
  /**
   * A number that changes when the peer received blobs that it lacked: then blobs that it did not have are requested
   * again.
   */
  news?(): number;
}

/** Maximum delays of a blob in ms: after an error, and when the peer does not have it. */
const longest = { wrong: 300_000, absent: 900_000 };
/** Ms until a round without progress is repeated. */
const rest = 30_000;
/** Ms that the peer may wait while it wants nothing: shorter than the timeout of proxies. */
const patience = 58_000;
/**
 * Blobs per `which` request; and the number of unknown blobs on a page from which it is used before requesting bytes.
 */
const asked = { most: 2_000, least: 10 };

/** The wanted originals by policy. */
export const wantedOriginals = (policy: OriginalsPolicy): 'all' | 'asked' | 'none' =>
  policy === 'on-demand' ? 'asked' : policy;

/** Fetches missing blobs until the signal aborts. Rejects if the peer can't be reached. */
export async function fetchBlobs(parts: TransferParts): Promise<void> {
  const { exchange, carrier, clock, signal } = parts;
  const [absent, wrong] = [openLeaving(clock, longest.absent), openLeaving(clock, longest.wrong)];
  const originals = wantedOriginals(parts.originals);
  let news = parts.news?.();
  const known = carrier.at === undefined ? {} : { at: carrier.at };
  const pages = openBlobPages(clock);

  /** Blobs that the peer reported to have. */
  const promised = new Set<string>();
  const { fetchOne, fetchTogether } = openFetching(parts, { absent, wrong, promised });
  const together = {
    group: (list: readonly NamedBlob[]) =>
      groupSmall(list, ({ sha256, bytes }) => (promised.has(sha256) ? bytes : undefined)),
    move: fetchTogether,
  };

  /** The next page. If many blobs on it were not requested before, one request asks which of them the peer has. */
  async function missing(from?: MissingPlace): Promise<BlobPage<NamedBlob, MissingPlace>> {
    const found = exchange.named.missing({ limit: page, originals, ...known, ...(from && { from }) });
    const isFresh = (sha256: string): boolean => !absent.knows(sha256) && !wrong.has(sha256) && !promised.has(sha256);
    const fresh = found.list.map(({ sha256 }) => sha256).filter(isFresh);
    const there = fresh.length < asked.least ? undefined : await carrier.which?.(fresh, signal);
    if (there) for (const sha256 of fresh) (there.has(sha256) ? promised : absent).add(sha256);
    return found;
  }

  /** Whether more are due than one request can ask for. */
  const due = { more: false };

  /** Asks which of the blobs that the peer lacked it has now; undefined if it does not support the request. */
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
      ...{ read: missing, move: fetchOne, signal, ...(carrier.getSeveral && { together }) },
      isWhole: isNews || (there !== undefined && there.size > 0),
      possible: ({ sha256 }) =>
        !wrong.has(sha256) && (there ? there.has(sha256) || !absent.knows(sha256) : !absent.has(sha256)),
    });
    // A blob that did not arrive although the peer has it, or that is no longer wanted, backs off.
    for (const sha256 of there ?? []) if (absent.knows(sha256) && !absent.has(sha256)) absent.add(sha256);
    parts.gotOn?.();
    if (!got && !due.more) await exchange.untilChange(Math.min(rest, absent.next(), wrong.next()), signal);
  }
}

/** The blobs that were not received, by reason. */
interface Unreceived {
  absent: Leaving;
  wrong: Leaving;
  promised: Set<string>;
}

/** Records the outcome of each blob. */
const openSettling =
  ({ moved, troubled }: TransferParts, { absent, wrong, promised }: Unreceived) =>
  /**
   * `received`: the bytes, or undefined if the peer does not have it. An error of one blob does not affect the others.
   */
  async ({ sha256 }: NamedBlob, received: Promise<number | undefined>): Promise<boolean> => {
    try {
      const bytes = await received;
      if (bytes === undefined) {
        absent.add(sha256);
        return false;
      }
      moved('fetched', bytes);
      absent.remove(sha256);
      return true;
    } catch (error) {
      const ours = toPhotospoolError(error, 'fetch', sha256);
      // Only errors of this blob; an error of the connection ends the round.
      if (!ofOneBlob.has(ours.code)) throw error;
      if (ours.code !== 'locked') troubled(sentence(ours));
      wrong.add(sha256);
      return false;
    } finally {
      promised.delete(sha256);
    }
  };

/** Fetches blobs, one or several with a request. */
function openFetching(parts: TransferParts, unreceived: Unreceived) {
  const { carrier, signal } = parts;
  const { store } = parts.exchange;
  const settle = openSettling(parts, unreceived);

  async function take({ sha256, bytes }: NamedBlob, from: number, source: AsyncIterable<Uint8Array>): Promise<number> {
    const have = await store.take(sha256, from, source);
    if (have < bytes)
      throw new PhotospoolError('corrupt', `Only ${have} of ${bytes} bytes of ${sha256} were received.`);
    return have - from;
  }

  async function receive(blob: NamedBlob, over: () => void): Promise<number | undefined> {
    const from = await store.begun(blob.sha256);
    const source = await carrier.get(blob.sha256, from, signal);
    if (!source) return undefined;
    return take(blob, from, ending(parts.throttle(source), over)).catch(async (error: unknown) => {
      // A response that is not read to its end blocks its connection.
      await discard(source).catch(() => undefined);
      throw error;
    });
  }

  const fetchOne = (blob: NamedBlob, over: () => void): Promise<boolean> => settle(blob, receive(blob, over));

  async function storeWhole({ sha256 }: NamedBlob, bytes: Uint8Array): Promise<number> {
    await store.takeWhole(sha256, bytes);
    return bytes.length;
  }

  /** Stores a blob that has arrived; the rest of one that arrived only partly is fetched. */
  const storeOne = (blob: NamedBlob, bytes: Uint8Array): Promise<boolean> =>
    settle(
      blob,
      storeWhole(blob, bytes).catch((error: unknown) => {
        if (toPhotospoolError(error, 'fetch', blob.sha256).code !== 'conflict') throw error;
        return receive(blob, () => undefined);
      }),
    );

  /** Fetches blobs with one request, and stores them while the next ones arrive. */
  async function fetchTogether(some: readonly NamedBlob[], over: () => void): Promise<number> {
    const left = new Map(some.map((blob) => [blob.sha256, blob]));
    const stored: Promise<boolean>[] = [];
    const several = await carrier.getSeveral!([...left.keys()], parts.throttle, signal);
    if (!several) return oneByOne(some, fetchOne);
    try {
      for await (const { sha256, bytes, isCut } of several) {
        const blob = left.get(sha256);
        // Nothing else was requested.
        if (!blob) continue;
        if (isCut) {
          // The next request continues after these bytes.
          await store.take(sha256, 0, Readable.from([bytes])).catch(() => undefined);
          continue;
        }
        left.delete(sha256);
        const storing = storeOne(blob, bytes);
        storing.catch(() => undefined);
        stored.push(storing);
      }
      over();
    } finally {
      await Promise.allSettled(stored);
    }
    for (const blob of left.values()) await settle(blob, Promise.resolve(undefined));
    return (await Promise.all(stored)).filter(Boolean).length;
  }
  return { fetchOne, fetchTogether };
}

/** Moves blobs in turn; resolves to the number of those transferred. */
async function oneByOne<B>(some: readonly B[], move: Move<B>): Promise<number> {
  let moved = 0;
  for (const one of some) moved += Number(await move(one, () => undefined));
  return moved;
}

const ofOneBlob = new Set(['corrupt', 'too-large', 'conflict', 'locked', 'not-found', 'unusable']);

/** Sends blobs, one or several with a request. */
function openBringing(parts: TransferParts, leave: Leaving) {
  const { exchange, carrier, signal } = parts;

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

  /** Sends blobs with one request. */
  async function bringTogether(some: readonly WantedBlob[], over: () => void): Promise<number> {
    const files = new Map<string, BlobFile>();
    for (const { sha256 } of some) {
      const found = exchange.store.find(sha256);
      if (found) files.set(sha256, { path: found.path, bytes: found.blob.bytes });
    }
    const throttle: Throttle = (source) => ending(parts.throttle(source), over);
    const outcomes = await carrier.putSeveral?.(files, throttle, signal);
    if (!outcomes) return oneByOne(some, bringOne);
    for (const sha256 of files.keys()) leave.add(sha256);
    let [moved, failure]: [number, PhotospoolError | undefined] = [0, undefined];
    for (const [sha256, error] of outcomes) {
      if (!error) {
        moved++;
        parts.moved('brought', files.get(sha256)!.bytes);
      } else if (ofOneBlob.has(error.code)) parts.troubled(sentence(error));
      else failure ??= error;
    }
    if (failure) throw failure;
    return moved;
  }
  /** The groups that are sent with one request, and the others alone. */
  const group = (list: readonly WantedBlob[]): WantedBlob[][] =>
    groupSmall(list, ({ sha256, have }) =>
      carrier.putSeveral && have === 0 ? exchange.store.find(sha256)?.blob.bytes : undefined,
    );
  return { bringOne, together: { group, move: bringTogether } };
}

/** Sends the wanted blobs of the peer until the signal aborts. Rejects if the peer can't be reached. */
export async function bringBlobs(parts: TransferParts): Promise<void> {
  const { exchange, carrier, clock, signal } = parts;
  const leave = openLeaving(clock, longest.wrong);
  const originals = wantedOriginals(parts.originals);
  const { bringOne, together } = openBringing(parts, leave);

  const pages = openBlobPages(clock);
  let wait = 0;
  let sooner = new AbortController();
  // A blob that the peer wanted earlier has arrived here: it is sent at once.
  const unlisten = exchange.onArrival((_, sha256) => {
    if (!leave.knows(sha256)) return;
    leave.remove(sha256);
    sooner.abort();
  });

  /** Asks for the wanted list; a waiting request is cancelled, and repeated, when a wanted blob arrives here. */
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

  /** The wanted list, including blobs that arrived here meanwhile. */
  async function wanted(skip = 0): Promise<BlobPage<WantedBlob, number>> {
    const { list, total } = await ask(skip);
    if (total) parts.lacking?.(total);
    // Only the first request of a round waits: the rest after a transfer is wanted now.
    wait = 0;
    await exchange.untilWanted({ originals }, 0, signal);
    return { list, ...(list.length >= page && { next: skip + list.length }) };
  }

  function possible({ sha256 }: WantedBlob): boolean {
    if (leave.has(sha256)) return false;
    if (exchange.store.find(sha256)) return true;
    // A document arrives shortly before its original.
    if (exchange.named.find(sha256)) leave.add(sha256);
    return false;
  }

  try {
    while (!signal.aborted) {
      const brought = await pages.move({ read: wanted, possible, move: bringOne, together, signal });
      parts.gotOn?.();
      // Delays longer than a request are checked when the request ends.
      wait = brought ? 0 : Math.min(patience, Math.ceil(leave.next(patience)));
    }
  } finally {
    unlisten();
  }
}

/** Passes a stream on, and calls `over` at its end. */
async function* ending(source: AsyncIterable<Uint8Array>, over: () => void): AsyncGenerator<Uint8Array> {
  yield* source;
  over();
}
