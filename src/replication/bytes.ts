/**
 * Bytes over HTTP to and from another server, as streams. By Node's own client and not by `fetch`, whose streams cost more than
 * hashing and writing what they bring, and end the body of an answer that was collected as garbage as if nothing more came. No
 * secret is in a message; redirects are not followed.
 */
import { setMaxListeners } from 'node:events';
import { Agent as HttpAgent, request as overHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as overHttps } from 'node:https';
import { Readable } from 'node:stream';
import { errnoOf, PhotospoolError } from '../base/errors.js';
import { check, introduction, unreachable, type Address } from './client.js';

/** What is sent and answered as bytes. */
export interface StreamQuestion {
  method?: 'GET' | 'PUT';
  headers?: Record<string, string>;
  source?: AsyncIterable<Uint8Array>;
  signal: AbortSignal;
}

/** An answer: its status, and its bytes, which fail where the connection does. */
export interface StreamAnswer {
  status: number;
  body: AsyncIterable<Uint8Array>;
}

/** Ms without a byte, either way, after which a connection is given up. */
const silence = 60_000;

// Connections are kept for the next blob, as long as the other side keeps them.
const http = new HttpAgent({ keepAlive: true });
const https = new HttpsAgent({ keepAlive: true });

/**
 * Sends or fetches bytes. Every status but 401, 403, 429 and 5xx is an answer. The body fails where nothing comes for a
 * minute. @throws PhotospoolError like `ask`.
 */
export async function stream(address: Address, path: string, question: StreamQuestion): Promise<StreamAnswer> {
  const url = address.url + path;
  const sending = openRequest(address, url, question);
  let late = false;
  sending.setTimeout(silence, () => {
    late = true;
    sending.destroy();
  });
  const failed = (error: unknown): PhotospoolError =>
    error instanceof PhotospoolError ? error : unreachable(url, error, late);
  let response: IncomingMessage;
  try {
    response = await send(sending, question.source);
  } catch (error) {
    // The other side may have closed a connection that was kept just when it was used again; nothing was sent then.
    const stale = sending.reusedSocket && errnoOf(error) === 'ECONNRESET' && !question.source;
    if (stale && !question.signal.aborted) return stream(address, path, question);
    throw failed(error);
  }
  const status = response.statusCode ?? 0;
  if (status === 401 || status === 403 || status === 429 || status >= 500) {
    sending.destroy();
    check(status, address, url, undefined);
  }

  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for await (const part of response as AsyncIterable<Uint8Array>) yield part;
      // A request that is ended throws away what came of its answer, which looks like the end of it.
      if (late || question.signal.aborted) throw new Error('It was ended before its answer was read.');
    } catch (error) {
      throw failed(error);
    } finally {
      // What is still being sent when the answer is read already is not wanted any more.
      if (!sending.writableFinished || !response.complete) sending.destroy();
    }
  }
  return { status, body: body() };
}

function openRequest(address: Address, url: string, question: StreamQuestion): ClientRequest {
  const { method = 'GET', headers = {}, signal } = question;
  // One signal ends all that are under way.
  setMaxListeners(0, signal);
  const secure = new URL(url).protocol === 'https:';
  return (secure ? overHttps : overHttp)(url, {
    method,
    headers: { ...headers, ...introduction(address) },
    agent: secure ? https : http,
    signal,
  });
}

/** Sends a request with its body, and resolves to what is answered, which may be before all of it was sent. */
function send(sending: ClientRequest, source: AsyncIterable<Uint8Array> | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sending.once('response', resolve);
    sending.on('error', reject);
    sending.once('close', () => reject(new Error('The connection was closed.')));
    if (!source) return void sending.end();
    const bytes = Readable.from(source, { objectMode: false });
    // Where the source fails, the request must have no end.
    bytes.once('error', (error) => {
      reject(error);
      sending.destroy();
    });
    sending.once('close', () => bytes.destroy());
    bytes.pipe(sending);
  });
}
