/**
 * Streams of bytes over HTTP to and from another server. Error messages contain no secrets; redirects are not followed.
 */
import { PhotospoolError } from '../../base/errors.js';
import { check, introduction, unreachable, type Address } from '../couch/json-client.js';
import { httpClient, streamed, type HttpAnswer } from '../../base/http-client.js';
import { partsUntil, untilAborted } from '../../base/async/abortable.js';

/** A request whose body and response are bytes. */
export interface StreamQuestion {
  method?: 'GET' | 'PUT' | 'POST';
  headers?: Record<string, string>;
  source?: AsyncIterable<Uint8Array>;
  /** A body that is JSON text, instead of `source`. */
  text?: string;
  signal: AbortSignal;
}

const isAnswer = (status: number): boolean =>
  status === 500 || status === 507 || (status < 500 && status !== 401 && status !== 403 && status !== 429);

/** Ms without a byte after which a stream fails: hashing a large original takes time. */
const silence = 60_000;

/**
 * Sends or fetches bytes. Every status except 401, 403, 429 and 5xx is a response; so are 500 and 507, which may be
 * caused by this blob alone. The body fails if no byte arrives for a minute. @throws PhotospoolError like
 * `requestJson`.
 */
export async function stream(
  address: Address,
  path: string,
  { method = 'GET', headers = {}, source, text, signal }: StreamQuestion,
): Promise<{ status: number; body: AsyncIterable<Uint8Array> }> {
  const url = address.url + path;
  const quiet = new AbortController();
  const ends = [signal, quiet.signal];
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const heard = (): void => {
    // After the response was read, a request that is still being sent does not matter.
    if (over) return;
    timer = timer ? timer.refresh() : setTimeout(() => quiet.abort(), silence);
  };
  const end = (): void => {
    over = true;
    clearTimeout(timer);
    timer = undefined;
  };
  heard();
  const failed = (error: unknown): never => {
    throw error instanceof PhotospoolError ? error : unreachable(url, error, quiet.signal.aborted);
  };
  async function* watched(response: HttpAnswer): AsyncGenerator<Uint8Array> {
    try {
      over = false;
      heard();
      for await (const part of response.body ? partsUntil(ends, response.body) : []) {
        heard();
        yield part;
      }
    } catch (error) {
      failed(error);
    } finally {
      end();
    }
  }
  try {
    const asked = (address.fetch ?? httpClient)(url, {
      method,
      redirect: 'manual',
      headers: {
        ...headers,
        ...(text !== undefined && { 'content-type': 'application/json' }),
        ...introduction(address),
      },
      ...(text !== undefined && { body: text }),
      ...(source && { body: streamed(sent(source, heard)), duplex: 'half' }),
      signal: AbortSignal.any(ends),
    });
    const response = await untilAborted(ends, asked);
    // An unread body must not keep a timer, and with it the process, alive.
    end();
    const body = watched(response);
    if (!isAnswer(response.status)) {
      await response.body?.cancel();
      check(response.status, address, url, undefined);
    }
    return { status: response.status, body };
  } catch (error) {
    end();
    return failed(error);
  }
}

async function* sent(source: AsyncIterable<Uint8Array>, heard: () => void): AsyncGenerator<Uint8Array> {
  for await (const part of source) {
    heard();
    yield part;
  }
}
