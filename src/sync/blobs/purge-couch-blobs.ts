/**
 * Removes the blobs of purged photos from an intermediate CouchDB, if this server knows the purge and which blobs the
 * photo had; an original only if this server also has its bytes, so that the only copy is never lost in case an edit
 * brings the photo back. A home that still has the photo sends its blobs again; therefore each is removed at most once
 * an hour. After a crash, the next connection continues.
 */
import type { Clock } from '../../base/clock.js';
import { PhotospoolError, sentence } from '../../base/errors.js';
import { own } from '../../document/json-values.js';
import { requestJson, type Address } from '../couch/json-client.js';
import type { Exchange } from './blob-exchange.js';

/** The dependencies of the removal. */
export interface ClearingParts {
  /** The database of blobs. */
  address: Address;
  exchange: Exchange;
  clock: Clock;
  signal: AbortSignal;
  /** Called with an error, as a sentence. */
  troubled(sentence: string): void;
}

/** Blobs per step; ms between checks, and until the same blob is removed again. */
const page = 200;
const between = 10_000;
const again = 3_600_000;

/**
 * Runs until the signal aborts; ends early if this account may not delete anything. Rejects if the server can't be
 * reached.
 */
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
    // Removed ones may be listed before others.
    const found = exchange.named.purged(there.id, page + removed.size).filter((sha256) => !removed.has(sha256));
    try {
      for (const sha256 of found.slice(0, page)) if (!ended()) await remove(sha256);
    } catch (error) {
      if (ended()) return;
      if (!(error instanceof PhotospoolError) || error.code !== 'unauthorized') throw error;
      // An account with read access only continues to read.
      return troubled(`Pictures of purged photos could not be removed there: ${sentence(error)}`);
    }
    if (found.length <= page) await clock.sleep(between, signal);
  }
}
