/**
 * Responses that wait: they send heartbeats meanwhile if requested, so that each side notices when the other is gone. A
 * response whose client has disconnected is discarded.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** The interval of heartbeats in ms, by the parameter `heartbeat`; undefined if none were requested. */
export function pulseOf(heartbeat: string | undefined): number | undefined {
  if (heartbeat === undefined || heartbeat === 'false') return undefined;
  return Math.min(Math.max(Number(heartbeat) || 10_000, 1_000), 60_000);
}

/** Whether a promise settles within `ms`. */
export async function comesWithin(ms: number, answer: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const [come, gone] = [answer.then(alwaysTrue, alwaysTrue), sleep(ms, false, { signal: over.signal, ref: false })];
  const first = await Promise.race([come, gone]);
  over.abort();
  gone.catch(() => undefined);
  return first;
}
const alwaysTrue = (): boolean => true;

/**
 * Yields empty lines until a promise settles. If the permission ends meanwhile (`still`, checked with each line and at
 * the end) the connection is closed, because it is too late for a status.
 */
export async function* pulses(answer: Promise<unknown>, pulse: number, still: () => boolean): AsyncGenerator<string> {
  const check = (): void => {
    if (!still()) throw new Error('The token was revoked.');
  };
  do {
    check();
    yield '\n';
  } while (!(await comesWithin(pulse, answer)));
  await answer;
  check();
}

/** JSON that is still pending: heartbeats, then the response. */
export async function* waited(answer: Promise<unknown>, pulse: number, still: () => boolean): AsyncGenerator<string> {
  yield* pulses(answer, pulse, still);
  yield JSON.stringify(await answer);
}
