/**
 * The mesh in one process: 1,000 times three to seven libraries on a network that loses, repeats, truncates and
 * reorders messages, with wrong clocks, crashes and restores; then all must be equal and include every action
 * (test/simulation).
 */
import { expected, simulateMany } from '../test/simulation/seeds.js';
import type { Options, Result, Subject } from './subject.js';

async function run({ seed, scale, say }: Options): Promise<Result> {
  const runs = Math.max(1, Math.round(1_000 * scale));
  const { figures, failures } = await simulateMany(seed, runs, (done) => {
    if (done % 50 === 0) say(`${done} of ${runs} seeds`);
  });
  const missing = expected.filter((what) => runs >= 50 && !figures[what]).map((what) => `There were no ${what}.`);
  return { figures, lost: 0, doubled: 0, failures: [...failures, ...missing] };
}

/** The torture test. */
export const subject: Subject = {
  title: 'servers that edit, crash, lose calls, are restored and meet again',
  run,
};
