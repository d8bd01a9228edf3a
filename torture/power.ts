/**
 * Power loss: records a start, builds the disks that a power loss at any moment could leave, and starts Photospool on
 * each of them. The bytes must exist in each, and everything must end as if nothing had happened.
 */
import { attempt, openMemory, type OpenMemory } from './attempt.js';
import { record } from './crash.js';
import { add, memoryFor, openWorld, startAgain, way } from './faults.js';
import { listOutcomes, type Outcome } from './outcomes.js';
import { seeded } from './seeded.js';
import { shareOf, standing, type Result, type Subject } from './subject.js';
import { libraryPath } from '../src/home/open-read-only.js';

async function tryOutcome(
  outcome: Outcome,
  share: { every: number; offset: number; seed: number },
  memory: OpenMemory,
  result: Result,
): Promise<void> {
  const world = await openWorld(outcome, memory);
  const told = memoryFor(world, memory);
  try {
    world.reset();
    const recording = record(world.root, libraryPath(world.config));
    await attempt(world, way(world, recording.watcher, told));
    const states = recording.states(seeded(share.seed));
    for (let at = share.offset % share.every; at < states.length; at += share.every) {
      const state = states[at]!;
      state.restore();
      const trial = await startAgain(world, told);
      result.figures['power-loss states checked']! += 1;
      add(result, trial, `${outcome.name}, ${state.says}`);
    }
  } finally {
    world.remove();
  }
}

/** The torture test of `npm run torture power`. */
export const subject: Subject = {
  title: 'every disk that a power loss can leave, for every outcome of a file',
  shared: true,
  async run(options) {
    const { every, offset } = shareOf(options);
    const result: Result = { figures: { 'power-loss states checked': 0 }, lost: 0, doubled: 0, failures: [] };
    const memory = openMemory();
    try {
      for (const [at, outcome] of (await listOutcomes()).entries()) {
        options.say(`${standing(result)}; ${outcome.name}`);
        const share = { every, offset: offset + at, seed: options.seed + at };
        await tryOutcome(outcome, share, memory, result);
      }
    } finally {
      await memory.close();
    }
    return result;
  },
};
