/** Time measurements of catalog benches. */

/** Milliseconds in words. */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** The longest delay of a 1 ms timer while `work` ran. */
export async function worstDelay(work: () => Promise<void>): Promise<number> {
  let last = performance.now();
  let worst = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last - 1);
    last = now;
  }, 1);
  await work();
  await new Promise((resolve) => setTimeout(resolve, 2));
  clearInterval(timer);
  return worst;
}

/** The percentile of some values; `part` is 0 to 1. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)]!;
}
