/**
 * Answers that take long because something is waited for: signs of life meanwhile, where they are asked for, so that either
 * side learns when the other is gone. Nothing is kept of one whose reader went away.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** Ms between signs of life, of what a `heartbeat` says; undefined where it asks for none. */
export function pulseOf(heartbeat: string | undefined): number | undefined {
  if (heartbeat === undefined || heartbeat === 'false') return undefined;
  return Math.min(Math.max(Number(heartbeat) || 10_000, 1_000), 60_000);
}

/** Whether an answer comes, or fails, within so many ms. */
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
 * Empty lines while an answer is waited for. Where whoever asked may not have it any more (`still`, looked at with each line
 * and at the end) the connection is cut, for it is too late to say so.
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

/** JSON that is still waited for: such lines, then the answer. */
export async function* waited(answer: Promise<unknown>, pulse: number, still: () => boolean): AsyncGenerator<string> {
  yield* pulses(answer, pulse, still);
  yield JSON.stringify(await answer);
}
