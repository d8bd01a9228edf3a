/**
 * How the tests run. Forked processes, because several parts keep child processes and native code that a worker thread
 * does not clean up after. Browser tests come last and one at a time: they measure and look at what is on the screen.
 */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const workers = Math.max(2, availableParallelism());

export default defineConfig({
  test: {
    pool: 'forks',
    reporters: ['default', './test/reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What is waited for may take long on a busy machine; a second, as is usual, would measure the machine.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**'],
          maxWorkers: workers,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          maxWorkers: 1,
          testTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
