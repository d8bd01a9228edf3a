/** Many runs of the mesh, one per seed, and their totals. */
import { simulate } from './simulation.js';

/** The result of many runs. */
export interface Sum {
  figures: Record<string, number>;
  failures: string[];
}

/**
 * Events that must have happened in any sufficient number of runs: without one of these, the runs prove less than they
 * claim.
 */
export const expected = [
  'acts',
  'conflicts merged',
  'photos published',
  'take-backs',
  'purges beaten',
  'purges unbeaten',
  'purged bytes that came again',
  'crashes',
  'crashes inside of a transaction',
  'restores',
  'restores with a lost tail',
  'restores of the public server',
  'clocks set wrong',
  'clocks set back',
  'clocks years off',
  'forged revisions',
  'take-backs of what was forged',
  'cuts',
  'calls lost when asked',
  'calls lost when answered',
  'torn batches',
  'duplicated batches',
] as const;

/** Runs the seeds `from` to `from + runs - 1`. */
export async function simulateMany(from: number, runs: number, told?: (done: number) => void): Promise<Sum> {
  const figures: Record<string, number> = { seeds: runs };
  const failures: string[] = [];
  for (let n = 0; n < runs; n++) {
    const outcome = await simulate(from + n);
    for (const [what, times] of Object.entries(outcome.figures)) figures[what] = (figures[what] ?? 0) + times;
    if (outcome.failure !== undefined) failures.push(outcome.failure);
    told?.(n + 1);
  }
  return { figures, failures };
}
