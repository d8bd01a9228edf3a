/**
 * A peer as a place to get blobs from and bring them to: another Photospool over `/blobs`, or a CouchDB with a document
 * per blob (couch-blobs.ts). Streams, never whole originals.
 */
import { Readable } from 'node:stream';
import { PhotospoolError, printable } from '../../base/errors.js';
import { own } from '../../document/json-values.js';
import type { Amount } from './blob-counts.js';
import { stream } from './blob-http.js';
import { requestJson, check, heartbeat, hostOf, silence, type Address } from '../couch/json-client.js';
import { readOut } from './outgoing-file.js';

/** A blob that a peer wants, and how much of it is there. */
export interface WantedBlob {
  sha256: string;
  have: number;
}

/** What a peer wants, and how much it lacks in all, as far as it says. */
export interface WantedList {
  list: WantedBlob[];
  total?: Amount;
}

/** Which of what a peer wants. */
export interface WantedOptions {
  originals: 'all' | 'asked' | 'none';
  /** How many to pass over. */
  skip: number;
  /** Ms to wait while it wants nothing, or nothing else than at the last question. */
  wait: number;
}

/** Where blobs come from and go to. */
export interface Carrier {
  /** The number of the database of blobs that it is, where what it holds is known (remote-blob-index.ts); else only asking tells. */
  at?: number;
  /** A blob's bytes from `from` on; undefined where the peer does not have it. */
  get(sha256: string, from: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
  /**
   * Brings the bytes of a file from `from` on. `throttle` wraps them. @throws PhotospoolError where they did not all arrive;
   * what did, the peer keeps.
   */
  put(sha256: string, file: BlobFile, from: number, throttle: Throttle, signal: AbortSignal): Promise<void>;
  /** Which of these blobs the peer has; undefined where it does not understand the question. */
  which?(sha256s: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string> | undefined>;
  /** What the peer wants, most wanted first. */
  wanted(options: WantedOptions, signal: AbortSignal): Promise<WantedList>;
}

/** A blob's file here: absolute path, and bytes. */
export interface BlobFile {
  path: string;
  bytes: number;
}

/** Slows a stream down to what the link may carry. */
export type Throttle = (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** Opens another Photospool. `address` is its `/blobs`. */
export function openCarrier(address: Address): Carrier {
  const host = hostOf(address.url);
  /** The version of what it wants that was seen last, and pages of that version after the first one. */
  let seen: number | undefined;
  const pages = new Map<number, WantedList>();
  let understands = true;
  return {
    async get(sha256, from, signal) {
      const headers = from > 0 ? { range: `bytes=${from}-` } : {};
      const { status, body } = await stream(address, `/${sha256}`, { headers, signal });
      if (status === (from > 0 ? 206 : 200)) return body;
      await discard(body);
      check(status, address, address.url, undefined);
      // All of it is here already, and only its hash was not looked at yet.
      if (status === 416) return Readable.from([]);
      if (status === 404) return undefined;
      throw new PhotospoolError('io', `${host} answered ${status} instead of a picture.`);
    },
    async put(sha256, { path, bytes }, from, throttle, signal) {
      // What it has got is not wanted any more.
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
      const said = await readSome(body);
      // Earlier versions answer 500.
      if ((status === 422 || status === 500) && codeOf(said) === 'corrupt') throw spoilt(path, host);
      check(status, address, address.url, undefined);
      // 404, 409, 423: it does not want it, or somebody else brings it.
      if (![200, 201, 202, 404, 409, 423].includes(status)) {
        throw new PhotospoolError('io', `${host} did not take a picture (${status}).`);
      }
    },
    async which(sha256s, signal) {
      if (!understands) return undefined;
      const { status, json } = await requestJson(address, '/here', {
        method: 'POST',
        body: { blobs: sha256s },
        signal,
      });
      const here = own(json, 'here');
      // One of an earlier version knows no such question.
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
      if (status !== 200 || !Array.isArray(list)) throw new PhotospoolError('io', `${host} did not say what it wants.`);
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

function amountOf(total: unknown): Amount | undefined {
  const [count, bytes] = [own(total, 'count'), own(total, 'bytes')];
  return typeof count === 'number' && typeof bytes === 'number' ? { count, bytes } : undefined;
}

const spoilt = (path: string, host: string): PhotospoolError =>
  new PhotospoolError('corrupt', `What ${host} got of ${printable(path)} has another hash, and was not taken.`, {
    hint: '`photospool verify` here tells whether the file has changed.',
  });

/** The code of an error that another Photospool tells (server/http/error-responses.ts). */
function codeOf(said: string): unknown {
  try {
    return own(own(JSON.parse(said), 'error'), 'code');
  } catch {
    return undefined;
  }
}

/** Reads an answer to its end, so that its connection can be used again; of a long one only the beginning. */
async function readSome(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let left = 64 * 1024;
  for await (const part of body) {
    if ((left -= part.length) < 0) break;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Reads an answer that is not needed, so that its connection can be used again. */
export async function discard(body: AsyncIterable<Uint8Array>): Promise<void> {
  await readSome(body);
}
