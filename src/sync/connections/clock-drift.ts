/**
 * Measures the difference between a peer's clock and this one by the `Date` of its responses (RFC 9110, 6.6.1). A
 * response was dated between sending its request and receiving it, so a date outside that interval gives a certain
 * minimum of the difference, however long the response took. Nothing is stored; differences below
 * `toleratedDrift` are ignored.
 */
import type { HttpClient } from '../../base/http-client.js';
import { toleratedDrift, type Clock } from '../../base/clock.js';

/** The smallest reported difference, in seconds. */
const leastDrift = toleratedDrift / 1_000;

/** The measurement. */
export interface Drift {
  /** Wraps a client with the measurement. */
  watch(fetching: HttpClient): HttpClient;
}

/**
 * Opens a measurement. `changed` is called with the seconds that the peer is ahead (negative: behind), or undefined
 * when it is correct.
 */
export function openDrift(clock: Pick<Clock, 'now'>, changed: (seconds: number | undefined) => void): Drift {
  let known: number | undefined;

  function measure(dated: string | null, sent: number, came: number): void {
    const date = Date.parse(dated ?? '');
    // A clock that was set during the request makes the measurement meaningless.
    if (Number.isNaN(date) || came < sent) return;
    // A date has whole seconds.
    const ahead = Math.floor((date - came) / 1_000);
    const behind = Math.ceil((date + 1_000 - sent) / 1_000);
    const seconds = ahead > 0 ? ahead : behind < 0 ? behind : 0;
    const told = Math.abs(seconds) >= leastDrift ? seconds : undefined;
    // Small changes are not reported.
    if (told === known || (told !== undefined && known !== undefined && Math.abs(told - known) < leastDrift / 2))
      return;
    known = told;
    changed(told);
  }

  return {
    watch: (fetching) => async (input, init) => {
      const sent = clock.now();
      const response = await fetching(input, init);
      measure(response.headers.get('date'), sent, clock.now());
      return response;
    },
  };
}

const units = [
  ['year', 365 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** A number of seconds in its largest unit: `3 years`, `5 minutes`. */
function inWords(seconds: number): string {
  const [name, size] = units.find(([, size]) => seconds >= size) ?? units[3];
  const n = Math.floor(seconds / size);
  return `${n} ${name}${n === 1 ? '' : 's'}`;
}

/** A difference of two minutes or more as a sentence with its remedy. `host` is the name of the peer. */
export const describeDrift = (host: string, seconds: number): string =>
  `The clock of ${host} is ${inWords(Math.abs(seconds))} ${seconds > 0 ? 'ahead of' : 'behind'} the clock of this server. ` +
  'Correct the wrong clock: edits get their time from the server that they are made on.';
