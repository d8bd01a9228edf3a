/**
 * A connection's way to ask, which ends with it: what still waits for an answer then is called off, however silent the other
 * side is. A link that was cut without a word would else hold up whoever ends it for a minute.
 */
import type { Clock } from '../../base/clock.js';

/** A way to ask. */
export interface ConnectionRequests {
  fetch: typeof fetch;
  /** After the signal, what is asked has two seconds left. */
  endWith(signal: AbortSignal): void;
  /** Calls off what is still asked, now. */
  close(): void;
}

/** Ms for what a connection wants to say before it ends. */
const goodbye = 2_000;

/** Opens a way to ask by `fetching`. */
export function openConnectionRequests(clock: Clock, fetching: typeof fetch = fetch): ConnectionRequests {
  const late = new AbortController();
  return {
    fetch: (input, init = {}) =>
      fetching(input, { ...init, signal: init.signal ? AbortSignal.any([init.signal, late.signal]) : late.signal }),
    endWith(signal) {
      const callOff = (): void => void clock.sleep(goodbye, late.signal).then(() => late.abort());
      signal.addEventListener('abort', callOff, { once: true, signal: late.signal });
    },
    close: () => late.abort(),
  };
}
