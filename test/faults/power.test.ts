/**
 * Power loss at any moment. An evenly spaced sample of the possible disk states; `npm run torture power` runs all of
 * them. Also checks that the recording reveals a missing flush.
 */
import { expect, it } from 'vitest';
import { attempt, openMemory } from '../../torture/attempt.js';
import { record } from '../../torture/crash.js';
import { openWorld, way } from '../../torture/faults.js';
import { listOutcomes } from '../../torture/outcomes.js';
import { subject } from '../../torture/power.js';
import { seeded } from '../../torture/seeded.js';
import { findLost } from '../../torture/world.js';
import { libraryPath } from '../../src/home/open-read-only.js';

it('loses and doubles nothing', { timeout: 240_000 }, async () => {
  const { figures, ...rest } = await subject.run({ seed: 5, scale: 0.06, say: () => undefined });
  expect(figures['power-loss states checked']).toBeGreaterThan(30);
  expect(rest).toEqual({ lost: 0, doubled: 0, failures: [] });
});

it.each([
  ['from another disk', (path: string) => path.endsWith('.tmp')],
  ['stored from a folder', (path: string) => path.includes('/home/archive/')],
])('would lose a photo %s without its flushes', async (name, leftOut) => {
  const memory = openMemory();
  const world = await openWorld(
    (await listOutcomes()).find((outcome) => outcome.name === name)!,
    memory,
  );
  try {
    world.reset();
    const { watcher, states } = record(world.root, libraryPath(world.config));
    const careless = {
      ...watcher,
      after: (step: Parameters<NonNullable<typeof watcher.after>>[0]) => {
        if (step.op !== 'sync' || !leftOut(step.path)) watcher.after?.(step);
      },
    };
    await attempt(world, way(world, careless, memory));
    const lost = states(seeded(1), 20).filter((state) => {
      state.restore();
      return findLost(world).length > 0;
    });
    expect(lost.length).toBeGreaterThan(0);
  } finally {
    await memory.close();
    world.remove();
  }
});
