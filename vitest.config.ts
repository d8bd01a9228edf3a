/**
 * How the tests run. Forked processes, because several parts keep child processes and native code that a worker thread
 * does not clean up after. A process takes one file after the other, and what they import is loaded once (a server loads
 * 1,600 modules): so what a module keeps is no test's own, `afterAll` belongs into test files, or into what they call, and what
 * belongs to a process (its environment, its listeners) is put back. The two projects share the workers: while a browser test
 * waits for its browser, a core is free for others. Vitest begins with the files that took longest in the last run, or without one
 * with those listed in test/slowest-first.ts and then the largest, those of one project together. `npm test` runs the projects `node` and
 * `browser`, `npm run test:long` those of test/long-files.ts. None of them measures how fast anything is; that is what `npm run bench` is for.
 */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { longBrowserFiles, longNodeFiles } from './test/long-files.js';
import SlowestFirst from './test/slowest-first.js';

/** More than there are cores: tests wait for disks, browsers and other processes most of the time. */
const workers = 3 * Math.max(2, availableParallelism()) + 1;

const inNode = (name: string, include: readonly string[], exclude: readonly string[]) => ({
  extends: true as const,
  test: { name, include: [...include], exclude: [...exclude] },
});

const inBrowser = (name: string, include: readonly string[], exclude: readonly string[]) => ({
  extends: true as const,
  test: {
    ...inNode(name, include, exclude).test,
    globalSetup: './test/browser/ground.ts',
  },
});

export default defineConfig({
  test: {
    pool: 'forks',
    isolate: false,
    maxWorkers: workers,
    sequence: { sequencer: SlowestFirst },
    setupFiles: ['./test/setup.ts'],
    reporters: ['default', './test/reporter.ts'],
    // A minute: on a busy machine a test takes ten times what it takes alone. A test that may take longer says so itself, and why.
    // What blocks its process is killed by test/watchdog.ts, what outlives the run by test/reporter.ts.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for in a test; a second, as is usual, would measure the machine.
    expect: { poll: { timeout: 45_000 } },
    // PouchDB Server falls over itself, in nobody's way, where a database is removed while its changes are waited for.
    onUnhandledError: ({ stack = '' }) => !/node_modules\/express-pouchdb\/lib\/routes\/changes\.js/.test(stack),
    projects: [
      inNode('node', ['test/**/*.test.ts'], ['test/browser/**', ...longNodeFiles]),
      inBrowser('browser', ['test/browser/**/*.test.ts'], longBrowserFiles),
      inNode('long', longNodeFiles, []),
      inBrowser('long-browser', longBrowserFiles, []),
    ],
  },
});
