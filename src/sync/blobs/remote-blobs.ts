/**
 * A peer as a source and target of blobs: another Photospool over `/blobs`, or a CouchDB with a document per blob
 * (couch-blobs.ts). Large blobs are streamed; small ones are in memory, at most as many as a body may have (blob-frames.ts).
 */
import { Readable } from 'node:stream';
import { PhotospoolError, printable, toPhotospoolError } from '../../base/errors.js';
import { own } from '../../document/json-values.js';
import type { Amount } from './blob-counts.js';
import { stream } from './blob-http.js';
import { requestJson, check, heartbeat, hostOf, silence, type Address } from '../couch/json-client.js';
import {
  framesType,
  lengthOfFrames,
  readFrames,
  writeFrames,
  type BlobFrame,
  type ReceivedFrame,
} from './blob-frames.js';
import { readOut, readSmall, unreadable } from './outgoing-file.js';

/** A blob that a peer wants, and the bytes of it that it has. */
export interface WantedBlob {
  sha256: string;
  have: number;
}

/** The blobs that a peer wants, and the total that it lacks, if it reports it. */
export interface WantedList {
  list: WantedBlob[];
  total?: Amount;
}

/** Which of the wanted blobs to list. */
export interface WantedOptions {
  originals: 'all' | 'asked' | 'none';
  /** How many to skip. */
  skip: number;
  /** Ms to wait while the peer wants nothing, or nothing new since the last request. */
  wait: number;
}

/** The blobs of a peer. */
export interface Carrier {
  /**
   * The number of its database of blobs, if its content is known (remote-blob-index.ts); otherwise every blob must be
   * requested.
   */
  at?: number;
  /** The bytes of a blob from `from` on; undefined if the peer does not have it. */
  get(sha256: string, from: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  /**
   * Those of these small blobs (`framed`) that the peer has, each as soon as it has arrived; undefined if the peer does
   * not support the request. `throttle` wraps the response.
   */
  getSeveral?(
    sha256s: readonly string[],
    throttle: Throttle,
    signal: AbortSignal,
  ): Promise<AsyncIterable<ReceivedFrame> | undefined>;
  /**
   * Sends the bytes of a file from `from` on. `throttle` wraps them. @throws PhotospoolError if not all arrived; the
   * peer keeps those that did.
   */
  put(sha256: string, file: BlobFile, from: number, throttle: Throttle, signal: AbortSignal): Promise<void>;
  /**
   * Sends small blobs (`framed`) of which the peer has no bytes, with one request. Resolves to the outcome of each: the
   * error, or undefined if the peer no longer needs it; undefined if the peer refuses such requests. `throttle` wraps
   * the bytes. Absent if the last list of wanted blobs does not offer it.
   */
  readonly putSeveral?:
    | ((
        files: ReadonlyMap<string, BlobFile>,
        throttle: Throttle,
        signal: AbortSignal,
      ) => Promise<ReadonlyMap<string, PhotospoolError | undefined> | undefined>)
    | undefined;
  /** Which of these blobs the peer has; undefined if it does not support the request. */
  which?(sha256s: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string> | undefined>;
  /** The blobs that the peer wants, by priority. */
  wanted(options: WantedOptions, signal: AbortSignal): Promise<WantedList>;
}

/** The local file of a blob: absolute path, and bytes. */
export interface BlobFile {
  path: string;
  bytes: number;
}

/** Limits the rate of a stream. */
export type Throttle = (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** Opens another Photospool. `address` is its `/blobs`. */
export function openCarrier(address: Address): Carrier {
  const host = hostOf(address.url);
  /** The last seen version of its wanted list, and further pages of that version. */
  let seen: number | undefined;
  const pages = new Map<number, WantedList>();
  let understands = true;
  const several = openPutSeveral(address);
  return {
    getSeveral: openGetSeveral(address),
    get putSeveral() {
      return several.put();
    },
    async get(sha256, from, signal) {
      const headers = from > 0 ? { range: `bytes=${from}-` } : {};
      const { status, body } = await stream(address, `/${sha256}`, { headers, signal });
      if (status === (from > 0 ? 206 : 200)) return body;
      await discard(body);
      check(status, address, address.url, undefined);
      // The peer already has all bytes, and has only not verified the hash yet.
      if (status === 416) return Readable.from([]);
      if (status === 404) return undefined;
      throw new PhotospoolError('io', `${host} responded with status ${status} instead of a picture.`);
    },
    async put(sha256, { path, bytes }, from, throttle, signal) {
      // Blobs that it received are no longer wanted.
      pages.clear();
      const headers = {
        'content-type': 'application/octet-stream',
        'content-length': String(bytes - from),
        ...(from > 0 && { 'content-range': `bytes ${from}-${Math.max(from, bytes - 1)}/${bytes}` }),
      };
      const file = readOut(path, from);
      const question = { method: 'PUT' as const, headers, source: throttle(file.source), signal };
      const { status, body } = await stream(address, `/${sha256}`, question).catch((error: unknown) => {
        throw file.failed() ?? error;
      });
      const code = own(own(parsed(await readSome(body)), 'error'), 'code');
      checkSent(address, path, { status, code });
    },
    async which(sha256s, signal) {
      if (!understands) return undefined;
      const { status, json } = await requestJson(address, '/here', {
        method: 'POST',
        body: { blobs: sha256s },
        signal,
      });
      const here = own(json, 'here');
      // Earlier versions do not support the request.
      understands = status === 200 && Array.isArray(here);
      return understands ? new Set(here as string[]) : undefined;
    },
    async wanted({ originals, skip, wait }, signal) {
      const kept = skip > 0 ? pages.get(skip) : undefined;
      if (kept) return kept;
      const known = wait > 0 && seen !== undefined ? `&seen=${seen}` : '';
      const query = `originals=${originals}&skip=${skip}&wait=${wait}&heartbeat=${heartbeat}${known}`;
      const { status, json } = await requestJson(address, `/?${query}`, { timeout: wait + 30_000, silence, signal });
      const list = own(json, 'wanted');
      if (status !== 200 || !Array.isArray(list))
        throw new PhotospoolError('io', `${host} did not send the list of pictures that it needs.`);
      several.offered(own(json, 'bulkPut') === true);
      const version = own(json, 'version');
      if (skip === 0 && version !== seen) pages.clear();
      if (skip === 0 && typeof version === 'number') seen = version;
      const wanted = list.flatMap((one): WantedBlob[] => {
        const [sha256, have] = [own(one, 'sha256'), own(one, 'have')];
        return typeof sha256 === 'string' && typeof have === 'number' ? [{ sha256, have }] : [];
      });
      const total = amountOf(own(json, 'total'));
      const answer = { list: wanted, ...(total && { total }) };
      if (skip > 0 && typeof version === 'number' && version === seen) pages.set(skip, answer);
      return answer;
    },
  };
}

/** Fetches several blobs with a request; a server of an earlier version answers it with 404. */
function openGetSeveral(address: Address): NonNullable<Carrier['getSeveral']> {
  let understands = true;

  /** The blobs before the first invalid byte; after one, blobs are fetched alone. */
  async function* valid(frames: AsyncIterable<ReceivedFrame>): AsyncGenerator<ReceivedFrame> {
    try {
      yield* frames;
    } catch (error) {
      if (!(error instanceof PhotospoolError && error.code === 'invalid')) throw error;
      understands = false;
    }
  }

  return async (sha256s, throttle, signal) => {
    if (!understands) return undefined;
    const text = JSON.stringify({ blobs: sha256s });
    const { status, body } = await stream(address, '/bulk-get', { method: 'POST', text, signal });
    if (status === 200) return valid(readFrames(throttle(body)));
    await discard(body);
    check(status, address, address.url, undefined);
    understands = false;
    return undefined;
  };
}

/** Sends several blobs with a request, to a server whose list of wanted blobs offers it. */
function openPutSeveral(address: Address) {
  let [isOffered, isRefused] = [false, false];

  /** The bytes of those that can be read; the others get their errors. */
  async function read(files: ReadonlyMap<string, BlobFile>, outcomes: Map<string, PhotospoolError | undefined>) {
    const frames = await Promise.all(
      [...files].map(async ([sha256, { path, bytes: size }]): Promise<BlobFrame | undefined> => {
        try {
          const bytes = await readSmall(path, size);
          if (bytes?.length === size) return { sha256, bytes };
          outcomes.set(sha256, unreadable(path));
        } catch (error) {
          outcomes.set(sha256, unreadable(path, error));
        }
        return undefined;
      }),
    );
    return frames.filter((frame) => frame !== undefined);
  }

  const put: NonNullable<Carrier['putSeveral']> = async (files, throttle, signal) => {
    const outcomes = new Map<string, PhotospoolError | undefined>();
    const frames = await read(files, outcomes);
    if (frames.length === 0) return outcomes;
    const { status, body } = await stream(address, '/bulk-put', {
      method: 'POST',
      headers: { 'content-type': framesType, 'content-length': String(lengthOfFrames(frames)) },
      source: throttle(writeFrames(frames)),
      signal,
    });
    const answers = own(parsed(await readSome(body)), 'blobs');
    if (status !== 200 || !Array.isArray(answers)) {
      check(status, address, address.url, undefined);
      isRefused = true;
      return undefined;
    }
    const told = new Map(answers.map((answer: unknown) => [own(answer, 'sha256'), answer]));
    for (const { sha256 } of frames) outcomes.set(sha256, sentOr(address, files.get(sha256)!.path, told.get(sha256)));
    return outcomes;
  };
  return {
    put: () => (isOffered && !isRefused ? put : undefined),
    offered: (is: boolean) => void (isOffered = is),
  };
}

/** The error of an answer to one blob of several, if it is one. */
function sentOr(address: Address, path: string, answer: unknown): PhotospoolError | undefined {
  try {
    checkSent(address, path, { status: own(answer, 'status'), code: own(answer, 'code') });
    return undefined;
  } catch (error) {
    return toPhotospoolError(error);
  }
}

/** Checks the answer to a blob. @throws PhotospoolError unless the peer has it, or does not want it. */
function checkSent(address: Address, path: string, { status, code }: { status: unknown; code: unknown }): void {
  const host = hostOf(address.url);
  if (typeof status !== 'number')
    throw new PhotospoolError('io', `${host} did not report whether it stored a picture.`);
  // Earlier versions respond with 500.
  if ((status === 422 || status === 500) && code === 'corrupt') throw spoilt(path, host);
  check(status, address, address.url, undefined);
  // 404, 409, 423: it does not want the blob, or another peer is sending it.
  if (![200, 201, 202, 404, 409, 423].includes(status))
    throw new PhotospoolError('io', `${host} rejected a picture (${status}).`);
}

function amountOf(total: unknown): Amount | undefined {
  const [count, bytes] = [own(total, 'count'), own(total, 'bytes')];
  return typeof count === 'number' && typeof bytes === 'number' ? { count, bytes } : undefined;
}

const spoilt = (path: string, host: string): PhotospoolError =>
  new PhotospoolError(
    'corrupt',
    `${host} rejected ${printable(path)} because the received bytes have a different hash.`,
    {
      hint: 'Run `photospool verify` on this server to check whether the file has changed.',
    },
  );

/** The JSON of a response; undefined for anything else. */
function parsed(said: string): unknown {
  try {
    return JSON.parse(said) as unknown;
  } catch {
    return undefined;
  }
}

/** Reads a response to its end, so that its connection can be reused; keeps only the beginning of a long one. */
async function readSome(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let left = 64 * 1024;
  for await (const part of body) {
    if ((left -= part.length) < 0) break;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Reads and discards a response, so that its connection can be reused. */
export async function discard(body: AsyncIterable<Uint8Array>): Promise<void> {
  await readSome(body);
}
