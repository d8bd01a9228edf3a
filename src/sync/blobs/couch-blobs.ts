/**
 * Blobs through a CouchDB: the database `<name>-blobs` with a document per blob, named by its SHA-256, with one
 * immutable attachment. Its content is learned from its change feed; servers that never meet exchange all blobs through
 * it. It is not trusted: received bytes are hashed by the receiver (store-received-blobs.ts); sent bytes are hashed on their
 * way, and do not become a document if the hash is wrong.
 */
import { yieldToEventLoop } from '../../base/async/yield.js';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Clock } from '../../base/clock.js';
import { PhotospoolError } from '../../base/errors.js';
import { own, textOf } from '../../document/json-values.js';
import { stream } from './blob-http.js';
import { discard, type BlobFile, type Carrier, type Throttle, type WantedList } from './remote-blobs.js';
import { requestJson, check, hostOf, type Address } from '../couch/json-client.js';
import type { Exchange } from './blob-exchange.js';
import type { FeedBatch } from '../couch/database.js';
import { feedBatches } from '../couch/feed-batches.js';
import { openHttpDatabase } from '../couch/remote-database.js';
import type { Amount } from './blob-counts.js';
import { readOut } from './outgoing-file.js';
import { beginning, blobKinds, type NamedBlob, type BlobPosition } from './blob-index.js';
import type { There } from './remote-blob-index.js';

/** A database of blobs, as a connection uses it. */
export interface CouchBlobs {
  carrier: Carrier;
  /** Reads the feed to its end. To be called before the carrier is used. */
  catchUp(signal: AbortSignal): Promise<void>;
  /** Follows the feed until the signal aborts. */
  follow(signal: AbortSignal): Promise<void>;
}

/** The name of the attachment of each document. */
const attachment = 'blob';
/** Rows of the feed per request; ms that a longpoll may last: shorter than the timeout of proxies. */
const stretch = 1_000;
const patience = 50_000;
/** Blobs listed, and checked, per step. */
const page = 200;
/** Blobs in the feed that are remembered although no document here names them: their documents may still arrive. */
const mostStrangers = 5_000_000;
/** Ms between checks for writes by other processes. */
const look = 1_000;
/** Ms between counts of everything that it lacks. */
const betweenCounts = 10_000;

/** Opens an existing database of blobs. No request is sent before the first call. */
export function openCouchBlobs(address: Address, exchange: Exchange, clock: Clock): CouchBlobs {
  const host = hostOf(address.url);
  const there = exchange.there(address.url);

  return {
    ...openLearning(address, exchange, there),
    carrier: {
      at: there.id,
      async get(sha256, from, signal) {
        const headers = { 'accept-encoding': 'identity', ...(from > 0 && { range: `bytes=${from}-` }) };
        const { status, body } = await stream(address, `/${sha256}/${attachment}`, { headers, signal });
        if (status === 206 && from > 0) return body;
        // PouchDB Server does not support ranges.
        if (status === 200) return from > 0 ? past(body, from) : body;
        await discard(body);
        if (status === 416) return Readable.from([]);
        if (status >= 500) check(status, address, address.url, undefined);
        if (status !== 404)
          throw new PhotospoolError('io', `${host} responded with status ${status} instead of a picture.`);
        there.remove(sha256);
        return undefined;
      },
      put: openPutting(address, there),
      wanted: openLacking(exchange, there, clock),
    },
  };
}

/** Uploads blobs to the database. */
function openPutting(address: Address, there: There): Carrier['put'] {
  const host = hostOf(address.url);

  async function send(
    sha256: string,
    { path, bytes }: BlobFile,
    query: string,
    throttle: Throttle,
    signal: AbortSignal,
  ): Promise<number> {
    const hash = { wrong: false };
    const file = readOut(path);
    const source = throttle(verified(file.source, sha256, hash));
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(bytes) };
    const question = { method: 'PUT' as const, headers, source, signal };
    const answer = stream(address, `/${sha256}/${attachment}${query}`, question);
    const { status, body } = await answer.catch((error: unknown) => {
      throw hash.wrong ? damaged(path) : (file.failed() ?? error);
    });
    await discard(body);
    if (status >= 500) check(status, address, address.url, undefined);
    return status;
  }

  /** The parent revision for attaching a blob to its document; undefined if the attachment exists. */
  async function openDocument(sha256: string, bytes: number, signal: AbortSignal): Promise<string | undefined> {
    const found = await requestJson(address, `/${sha256}`, { signal });
    if (found.status === 200) {
      const stub = own(own(found.json, '_attachments'), attachment);
      return own(stub, 'length') === bytes ? undefined : textOf(own(found.json, '_rev'));
    }
    // The document was deleted there, and PouchDB Server attaches nothing to a deleted one.
    const made = await requestJson(address, `/${sha256}`, { method: 'PUT', body: {}, signal });
    return textOf(own(made.json, 'rev'));
  }

  return async (sha256, file, _from, throttle, signal) => {
    let status = await send(sha256, file, '', throttle, signal);
    if (status === 409 || status === 404) {
      const rev = await openDocument(sha256, file.bytes, signal);
      if (rev !== undefined) status = await send(sha256, file, `?rev=${rev}`, throttle, signal);
    }
    if (status === 413)
      throw new PhotospoolError('too-large', `${host} does not accept files as large as ${file.path}.`);
    // 409: it exists, or another peer is sending it.
    if (![201, 202, 409].includes(status)) throw new PhotospoolError('io', `${host} rejected a picture (${status}).`);
    there.add(sha256);
  };
}

/** Follows the change feed to find out which blobs the database has. */
function openLearning(address: Address, exchange: Exchange, there: There): Pick<CouchBlobs, 'catchUp' | 'follow'> {
  const { named } = exchange;
  const feed = openHttpDatabase(address);
  const info = async (signal: AbortSignal): Promise<unknown> => (await requestJson(address, '', { signal })).json;
  let known = there.count();

  /** Processes one batch of the feed. */
  function learn({ rows, last }: FeedBatch): void {
    const blobs = rows
      .filter(({ id }) => /^[0-9a-f]{64}$/.test(id))
      .map(({ id, deleted = false }) => ({ sha256: id, deleted }));
    const room = known < mostStrangers;
    const taken = blobs.filter(({ sha256, deleted }) => deleted || room || named.find(sha256));
    known += taken.length;
    if (last !== there.since()) there.take(taken, last);
    // A server that has the bytes uploads a blob again that was deleted there.
    for (const { sha256, deleted } of taken) if (deleted) named.note(sha256);
    if (taken.length > 0) exchange.stir();
  }

  async function learnAll(signal: AbortSignal): Promise<void> {
    for await (const batch of feedBatches(feed, there.since(), { limit: stretch, signal })) learn(batch);
  }

  async function catchUp(signal: AbortSignal): Promise<void> {
    const made = textOf(own(await info(signal), 'instance_start_time'));
    if (made !== there.made()) there.clear(made);
    await learnAll(signal);
    if (signal.aborted) return;
    const count = own(await info(signal), 'doc_count');
    if (typeof count !== 'number' || count >= there.count()) return;
    // The database was restored from a backup, and lacks blobs that it had.
    there.clear(made);
    await learnAll(signal);
  }

  return {
    catchUp,
    async follow(signal) {
      const options = { limit: stretch, wait: patience, signal };
      while (!signal.aborted) {
        const batch = await feed.changes(there.since(), options).catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
        if (batch) learn(batch);
      }
    },
  };
}

const damaged = (path: string): PhotospoolError =>
  new PhotospoolError('corrupt', `${path} has changed since it was imported and is not sent.`, {
    hint: 'Run `photospool verify` for details.',
  });

/** Blobs that are here and not there, by priority: scans all local blobs once, then only new ones. */
function openLacking(exchange: Exchange, there: There, clock: Clock): Carrier['wanted'] {
  const { named } = exchange;
  const isThere = there.has;
  let counted = 0;
  let [mark, seen] = [named.mark(), -1];
  let place: BlobPosition | undefined = beginning;
  const lacking = new Map<string, NamedBlob>();

  /** The next ones to check; undefined if there are none. New blobs come before old ones. */
  function next(): NamedBlob[] | undefined {
    if (mark < named.mark()) {
      const fresh = named.noted(mark, page);
      ({ mark } = fresh);
      return fresh.blobs;
    }
    if (!place) return undefined;
    const found: ReturnType<typeof named.present> = named.present(place, page);
    place = found.next;
    return found.blobs;
  }

  /** The total that the database lacks, counted at intervals. */
  function total(withOriginals: boolean): Amount | undefined {
    if (lacking.size === 0) return { count: 0, bytes: 0 };
    if (clock.now() - counted < betweenCounts) return undefined;
    counted = clock.now();
    return named.lacking(there.id, withOriginals);
  }

  return async ({ originals, skip, wait }, signal): Promise<WantedList> => {
    await named.follow();
    for (const until = clock.now() + wait; seen === named.mark() && !signal.aborted; await named.follow()) {
      const left = until - clock.now();
      if (left <= 0) break;
      await exchange.untilChange(Math.min(look, left), signal);
    }
    if (wait > 0) seen = named.mark();
    for (const sha256 of lacking.keys()) if (isThere(sha256) || !named.find(sha256)) lacking.delete(sha256);
    for (let found = next(); found; found = lacking.size < skip + page ? next() : undefined) {
      for (const blob of found)
        if ((blob.kind !== 'original' || originals !== 'none') && !isThere(blob.sha256)) lacking.set(blob.sha256, blob);
      await yieldToEventLoop();
    }
    const order = [...lacking.values()].sort((a, b) => blobKinds.indexOf(a.kind) - blobKinds.indexOf(b.kind));
    const amount = total(originals !== 'none');
    const list = order.slice(skip, skip + page).map(({ sha256 }) => ({ sha256, have: 0 }));
    return { list, ...(amount && { total: amount }) };
  };
}

/** The bytes after the first `from`. */
async function* past(body: AsyncIterable<Uint8Array>, from: number): AsyncGenerator<Uint8Array> {
  let left = from;
  for await (const part of body) {
    if (part.length > left) yield part.subarray(left);
    left = Math.max(0, left - part.length);
  }
}

/**
 * Passes bytes on, but the last ones only if the hash of all is right; otherwise the stream fails and the request stays
 * incomplete.
 */
async function* verified(
  source: AsyncIterable<Uint8Array>,
  sha256: string,
  outcome: { wrong: boolean },
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let held: Uint8Array | undefined;
  for await (const part of source) {
    hash.update(part);
    if (held) yield held;
    held = part;
  }
  outcome.wrong = hash.digest('hex') !== sha256;
  if (outcome.wrong) throw new PhotospoolError('corrupt', 'The file has a different hash.');
  if (held) yield held;
}
