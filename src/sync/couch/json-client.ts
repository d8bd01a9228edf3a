/**
 * JSON over HTTP to another server, with limits of time and size per response. Error messages contain no secrets;
 * redirects are not followed, so that a token is sent only to the server it was issued for.
 */
import { PhotospoolError, printable } from '../../base/errors.js';
import { own, textOf } from '../../document/json-values.js';
import { Rejection } from './bisect-rejected.js';
import { httpClient, type HttpAnswer, type HttpClient } from '../../base/http-client.js';
import { partsUntil, untilAborted } from '../../base/async/abortable.js';

/** The address of a server and how to authenticate. */
export interface Address {
  /**
   * The address of the database, without a trailing slash and without credentials:
   * `https://home.example:4780/db/photos`.
   */
  url: string;
  /** The header `authorization`, `Bearer …` or `Basic …`. */
  authorization?: string;
  /** The client's identity: the id of this server's library, its epoch, and the features that it announces. */
  from?: { server: string; epoch: string; features?: readonly string[] };
  /** Sends the requests; default: `httpClient`. */
  fetch?: HttpClient;
}

/** The headers with which a server identifies itself. */
export const fromHeaders = { server: 'x-photospool-server', epoch: 'x-photospool-epoch' } as const;

/** The header in which a server announces its features, separated by commas. */
export const featuresHeader = 'x-photospool-features';

/** The headers with the identity and credentials of the client. */
export const introduction = ({ authorization, from }: Address): Record<string, string> => ({
  ...(authorization !== undefined && { authorization }),
  ...(from && { [fromHeaders.server]: from.server, [fromHeaders.epoch]: from.epoch }),
  ...(from?.features && from.features.length > 0 && { [featuresHeader]: from.features.join(',') }),
});

/** A request. */
export interface JsonRequest {
  method?: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD';
  body?: unknown;
  /** A body that is JSON text already. */
  text?: string;
  /** Ms for the whole response. */
  timeout?: number;
  /** Ms without a byte after which the request fails: for responses with heartbeats. */
  silence?: number;
  signal?: AbortSignal;
  /** The maximum bytes of the response. */
  largest?: number;
  /** The request concerns many documents: an error that one of them may have caused is a `Rejection`. */
  bisectable?: boolean;
}

/** A response: its status, and its JSON. */
export interface JsonResponse {
  status: number;
  json: unknown;
}

/**
 * Ms between heartbeats while a server waits. A connection without one for `silence` ms counts as broken: a router that
 * dropped it informs neither side.
 */
export const heartbeat = 10_000;
/** See `heartbeat`. */
export const silence = 30_000;
/** Ms for a response that does not wait for anything. */
const usualTimeout = 60_000;
/** The maximum bytes of a response: many times the usual size. */
const usualLargest = 32 * 1024 * 1024;

/** Statuses with which a server, or a proxy in front of it, may reject a request for its content. */
const rejections: ReadonlySet<number> = new Set([400, 403, 406, 409, 411, 412, 413, 414, 415, 417, 422, 431, 451, 500]);

/** The server's reason for not accepting or delivering a document. */
export const reasonOf = (error: unknown): string => textOf(own(error, 'reason')) || textOf(own(error, 'error'));

/** The name of a server in messages. */
export const hostOf = (url: string): string => printable(new URL(url).host);

/**
 * Sends a request. `path` begins with a slash and is below the database, or is an absolute URL on the same server.
 * Statuses up to 499 except 401 and 403 are responses. @throws PhotospoolError `unauthorized`, `busy` (429, 5xx),
 * `disk-full` (507),
 * `unsupported` (not JSON), `io`, `timeout`.
 */
export async function requestJson(address: Address, path: string, question: JsonRequest = {}): Promise<JsonResponse> {
  const {
    method = 'GET',
    body,
    text = body === undefined ? undefined : JSON.stringify(body),
    timeout = usualTimeout,
    silence,
    signal,
    largest = usualLargest,
    bisectable = false,
  } = question;
  const url = /^https?:/.test(path) ? path : address.url + path;
  const late = new AbortController();
  const over = setTimeout(() => late.abort(), timeout);
  const quiet = new AbortController();
  const ends = [late.signal, quiet.signal, ...(signal ? [signal] : [])];
  const unheard = silence === undefined ? undefined : setTimeout(() => quiet.abort(), silence);
  try {
    const asked = (address.fetch ?? httpClient)(url, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        ...(text !== undefined && { 'content-type': 'application/json' }),
        ...introduction(address),
      },
      ...(text !== undefined && { body: text }),
      signal: AbortSignal.any(ends),
    });
    const response = await untilAborted(ends, asked);
    clearTimeout(unheard);
    const unheardFor = silence === undefined ? undefined : { ms: silence, end: quiet };
    const json = await readJson(response, { url, ends, largest, ...(unheardFor && { silence: unheardFor }) });
    if (bisectable && rejections.has(response.status)) throw rejected(url, response.status, json);
    check(response.status, address, url, json);
    return { status: response.status, json };
  } catch (error) {
    if (bisectable && error instanceof PhotospoolError && (error.code === 'too-large' || error.code === 'unsupported'))
      throw new Rejection(error.message, error.message, error.code === 'too-large');
    throw error instanceof PhotospoolError
      ? error
      : unreachable(url, error, late.signal.aborted || quiet.signal.aborted);
  } finally {
    clearTimeout(over);
    clearTimeout(unheard);
  }
}

function rejected(url: string, status: number, json: unknown): Rejection {
  const reason =
    printable(reasonOf(json).slice(0, 200)) || (status === 413 ? 'It was too large.' : `Status ${status}.`);
  return new Rejection(`${hostOf(url)} rejected a request (${status}): ${reason}`, reason, status === 413);
}

/** How to read a response. */
interface ReadOptions {
  url: string;
  ends: readonly AbortSignal[];
  largest: number;
  silence?: { ms: number; end: AbortController };
}

async function readJson(response: HttpAnswer, { url, ends, largest, silence }: ReadOptions): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const listen = (): NodeJS.Timeout | undefined => silence && setTimeout(() => silence.end.abort(), silence.ms);
  let timer = listen();
  try {
    for await (const part of response.body ? partsUntil(ends, response.body) : []) {
      clearTimeout(timer);
      timer = listen();
      size += part.length;
      if (size > largest) throw new PhotospoolError('too-large', `${hostOf(url)} sent more data than requested.`);
      parts.push(part);
    }
  } finally {
    clearTimeout(timer);
  }
  const text = Buffer.concat(parts).toString('utf8');
  try {
    return text.trim() === '' ? undefined : (JSON.parse(text) as unknown);
  } catch (cause) {
    if (response.status >= 400) return undefined;
    const hint = 'Check the address. The response may come from a proxy.';
    throw new PhotospoolError('unsupported', `${hostOf(url)} did not respond with JSON.`, { cause, hint });
  }
}

/** The remedy for wrong credentials: a Photospool has tokens, a CouchDB names and passwords. */
function unwelcome(host: string, authorization: string | undefined): PhotospoolError {
  if (authorization?.startsWith('Basic ') === true)
    return new PhotospoolError('unauthorized', `${host} does not accept the user name and password.`, {
      hint:
        'Use an account that can read and write both databases, NAME and NAME-blobs: ' +
        '`photospool peers add https://USER:PASSWORD@HOST/NAME`.',
    });
  const hint =
    'Create a new token there with `photospool tokens add NAME --may replicate`, then run `photospool peers add URL --token TOKEN` here.';
  return authorization === undefined
    ? new PhotospoolError('unauthorized', `${host} requires a token, or a user name and password for a CouchDB.`, {
        hint,
      })
    : new PhotospoolError('unauthorized', `${host} does not accept the token.`, { hint });
}

/** Throws for statuses that are errors: 401, 403, 3xx, 429, 5xx. */
export function check(status: number, { authorization }: Address, url: string, json: unknown): void {
  const host = hostOf(url);
  if (status === 401 || status === 403) throw unwelcome(host, authorization);
  if (status >= 300 && status < 400) {
    throw new PhotospoolError('io', `${host} redirects to another address.`, {
      hint: 'Add the server with the address that it redirects to.',
    });
  }
  // RFC 4918, 11.5; our own servers also use it for a read-only disk.
  if (status === 507) {
    throw new PhotospoolError('disk-full', `${host} could not store the data (507): its disk is full or read-only.`, {
      hint: 'Free up some space there. Photospool retries automatically.',
    });
  }
  if (status === 429 || status >= 500) {
    const said = typeof json === 'object' && json !== null ? JSON.stringify(json).slice(0, 200) : '';
    throw new PhotospoolError('busy', `${host} could not process the request (${status}). ${printable(said)}`.trim());
  }
}

/** The error for a failed connection; `late` if it timed out. */
export function unreachable(url: string, cause: unknown, late: boolean): PhotospoolError {
  const host = hostOf(url);
  return late
    ? new PhotospoolError('timeout', `${host} did not respond in time.`, { cause })
    : new PhotospoolError('io', `${host} can't be reached.`, { cause, hint: 'Photospool retries automatically.' });
}
