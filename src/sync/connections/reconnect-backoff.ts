/** How long a connection waits after an error before it tries again. Pure. */
import { backOff, type BackOff } from '../../base/async/backoff.js';

const reconnect: BackOff = { first: 1_000, longest: 60_000 };
/** After a rejected token, in ms: only a person can fix that, so the server is rarely contacted. */
const rejected = 300_000;

/**
 * The wait after `failures` consecutive failures (1, 2, …), in ms: one second, then doubling up to a minute, with 25 % jitter
 * so that many servers that lost the same peer do not all return at once. Applies to reaching a server and to disk errors
 * while storing what it sends. `code` is that of the error; `random` returns 0 to 1.
 */
export function waitAfter(failures: number, code: string, random: () => number): number {
  const usual = code === 'unauthorized' ? rejected : backOff(failures, reconnect);
  return Math.round(usual * (0.75 + random() / 2));
}
