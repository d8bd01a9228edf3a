/**
 * Kills at every change: for each outcome of a file, a real process is killed (SIGKILL) right before its n-th changing
 * call, for every n. Killing it before a reading call would leave the same disk. Then it starts again, and everything
 * must end as if it had never been killed.
 */
import { spawn } from 'node:child_process';
import { attempt, openMemory, type Memory, type OpenMemory } from './attempt.js';
import { compile } from './compile.js';
import { reads } from './disk.js';
import { add, memoryFor, openWorld, startAgain, way } from './faults.js';
import { listOutcomes, type Outcome } from './outcomes.js';
import { shareOf, standing, type Result, type Subject } from './subject.js';
import type { World } from './world.js';

/** Runs a victim to its end; true if it was killed. */
function kill(victim: string, world: World, n: number): Promise<boolean> {
  // The part that the victim needs; the bytes of its files are on the disk.
  const { config, source, devices, works, root, outcome } = world;
  const text = JSON.stringify({ config, source, devices, works, root, outcome: { ...outcome, before: {}, comes: {} } });
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [victim, text, String(n)], { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (_, signal) => resolve(signal === 'SIGKILL'));
  });
}

async function countChanges(world: World, memory: Memory): Promise<number> {
  let calls = 0;
  world.reset();
  await attempt(world, way(world, { before: ({ op }) => (reads.has(op) ? 0 : ++calls) }, memory));
  return calls;
}

async function tryOutcome(
  outcome: Outcome,
  victim: string,
  share: { every: number; offset: number },
  memory: OpenMemory,
  result: Result,
): Promise<void> {
  const world = await openWorld(outcome, memory);
  const told = memoryFor(world, memory);
  try {
    const calls = await countChanges(world, told);
    for (let n = 1 + (share.offset % share.every); n <= calls; n += share.every) {
      world.reset();
      if (!(await kill(victim, world, n))) continue;
      const trial = await startAgain(world, told);
      if (add(result, trial, `${outcome.name}, killed before change ${n}`)) result.figures['kills survived']! += 1;
    }
  } finally {
    world.remove();
  }
}

/** The torture test of `npm run torture kills`. */
export const subject: Subject = {
  title: 'a process is killed before every single change that it makes, for every outcome of a file',
  shared: true,
  async run(options) {
    const { every, offset } = shareOf(options);
    const result: Result = { figures: { 'kills survived': 0 }, lost: 0, doubled: 0, failures: [] };
    const victim = compile('victim');
    const memory = openMemory();
    try {
      for (const [at, outcome] of (await listOutcomes()).entries()) {
        options.say(`${standing(result)}; ${outcome.name}`);
        await tryOutcome(outcome, victim, { every, offset: offset + at }, memory, result);
      }
    } finally {
      await memory.close();
    }
    return result;
  },
};
