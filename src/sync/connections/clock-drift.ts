/**
 * How far a peer's clock is from this one, by the `Date` of its answers (RFC 9110, 6.6.1). An answer was dated between the moment
 * it was asked for and the moment it came, so a date outside of that span tells for certain at least how far the clocks differ,
 * however long the answer took. Nothing is stored; two minutes are taken for right.
 */
import type { Clock } from '../../base/clock.js';

/** Seconds from which on clocks are told to differ. */
export const leastDrift = 120;

/** What measures. */
export interface Drift {
  /** Asks as `fetching` does, and measures. */
  watch(fetching: typeof fetch): typeof fetch;
}

/** Opens a measure. `changed` is told the seconds that the peer is ahead (less than 0: behind), or undefined while it is right. */
export function openDrift(clock: Pick<Clock, 'now'>, changed: (seconds: number | undefined) => void): Drift {
  let known: number | undefined;

  function measure(dated: string | null, sent: number, came: number): void {
    const date = Date.parse(dated ?? '');
    // A clock that was set while the answer was on its way tells nothing.
    if (Number.isNaN(date) || came < sent) return;
    // A date has whole seconds.
    const ahead = Math.floor((date - came) / 1_000);
    const behind = Math.ceil((date + 1_000 - sent) / 1_000);
    const seconds = ahead > 0 ? ahead : behind < 0 ? behind : 0;
    const told = Math.abs(seconds) >= leastDrift ? seconds : undefined;
    // Of seconds more or less nobody needs to know.
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

/** A number of seconds in its greatest unit: `3 years`, `5 minutes`. */
function inWords(seconds: number): string {
  const [name, size] = units.find(([, size]) => seconds >= size) ?? units[3];
  const n = Math.floor(seconds / size);
  return `${n} ${name}${n === 1 ? '' : 's'}`;
}

/** A drift of two minutes or more as a sentence with its remedy. `host` is what the peer is called. */
export const describeDrift = (host: string, seconds: number): string =>
  `The clock of ${host} is ${inWords(Math.abs(seconds))} ${seconds > 0 ? 'ahead of' : 'behind'} the clock of this server. ` +
  'Set the wrong one right: edits are dated by the clock of the server that they are made on.';
