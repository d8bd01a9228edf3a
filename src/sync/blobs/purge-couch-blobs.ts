/**
 * Takes the pictures and originals of purged photos out of a CouchDB in the middle, where this server knows the purge and
 * which blobs the photo had; an original only where this server has its bytes itself, so that none is lost with a copy that
 * was the only one, should an edit bring the photo back. A home that has the photo still brings them again; so each is removed
 * at most once an hour. A crash leaves what the next connection removes.
 */
import type { Clock } from '../../base/clock.js';
import { PhotospoolError, sentence } from '../../base/errors.js';
import { own } from '../../document/json-values.js';
import { requestJson, type Address } from '../couch/json-client.js';
import type { Exchange } from './blob-exchange.js';

/** What is cleared. */
export interface ClearingParts {
  /** The database of blobs. */
  address: Address;
  exchange: Exchange;
  clock: Clock;
  signal: AbortSignal;
  /** Told what went wrong, as a sentence. */
  troubled(sentence: string): void;
}

/** Blobs at once; ms between looks, and until the same blob is removed again. */
const page = 200;
const between = 10_000;
const again = 3_600_000;

/** Clears until the signal; ends before where this account may not remove anything. Rejects where it can't be reached. */
export async function clearPurged({ address, exchange, clock, signal, troubled }: ClearingParts): Promise<void> {
  const there = exchange.there(address.url);
  const removed = new Map<string, number>();

  async function remove(sha256: string): Promise<void> {
    const { json } = await requestJson(address, `/${sha256}`, { signal });
    const rev = own(json, '_rev');
    if (typeof rev === 'string') await requestJson(address, `/${sha256}?rev=${rev}`, { method: 'DELETE', signal });
    there.remove(sha256);
    removed.set(sha256, clock.now());
  }

  const ended = (): boolean => signal.aborted;

  while (!ended()) {
    await exchange.named.follow();
    const now = clock.now();
    for (const [sha256, at] of removed) if (now - at > again) removed.delete(sha256);
    // Those that were removed already may be in the way of those that were not.
    const found = exchange.named.purged(there.id, page + removed.size).filter((sha256) => !removed.has(sha256));
    try {
      for (const sha256 of found.slice(0, page)) if (!ended()) await remove(sha256);
    } catch (error) {
      if (ended()) return;
      if (!(error instanceof PhotospoolError) || error.code !== 'unauthorized') throw error;
      // Whoever may only read there goes on reading.
      return troubled(`Pictures of purged photos stay there: ${sentence(error)}`);
    }
    if (found.length <= page) await clock.sleep(between, signal);
  }
}
