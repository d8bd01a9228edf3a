/**
 * The requests of a connection, which end with it: pending ones are aborted even if the other side does not respond.
 * Otherwise a silently broken connection would block its shutdown for a minute.
 */
import type { Clock } from '../../base/clock.js';
import { httpClient, type HttpClient } from '../../base/http-client.js';

/** Requests that can be ended. */
export interface ConnectionRequests {
  fetch: HttpClient;
  /** After the signal, pending requests have two more seconds. */
  endWith(signal: AbortSignal): void;
  /** Aborts pending requests now. */
  close(): void;
}

/** Ms for the last requests of a connection. */
const goodbye = 2_000;

/** Wraps `fetching`. */
export function openConnectionRequests(clock: Clock, fetching: HttpClient = httpClient): ConnectionRequests {
  const late = new AbortController();
  return {
    fetch: (url, init = {}) =>
      fetching(url, { ...init, signal: init.signal ? AbortSignal.any([init.signal, late.signal]) : late.signal }),
    endWith(signal) {
      const callOff = (): void => void clock.sleep(goodbye, late.signal).then(() => late.abort());
      signal.addEventListener('abort', callOff, { once: true, signal: late.signal });
    },
    close: () => late.abort(),
  };
}
