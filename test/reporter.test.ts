/** The closing line of a run: counted right, the very last, and never 0 failed when the run failed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { closingLine, timesTaken } from './reporter.js';

const root = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

// Below the project's folder, so that its packages are found.
beforeEach(() => {
  folder = mkdtempSync(join(root, 'node_modules/.photospool-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function run(
  files: Record<string, string>,
  retry = 0,
): { last: string | undefined; lines: string[]; code: number | null } {
  const config = `export default { test: { reporters: ['default', ${JSON.stringify(join(root, 'test/reporter.ts'))}], retry: ${retry} } }`;
  writeFileSync(join(folder, 'vitest.config.mjs'), config);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const env = { ...process.env, NODE_ENV: '', VITEST: '', VITEST_WORKER_ID: '', VITEST_POOL_ID: '' };
  const { stdout, status } = spawnSync(process.execPath, [vitest, 'run', '--root', folder], { encoding: 'utf8', env });
  const lines = stdout.trimEnd().split('\n');
  return { last: lines.at(-1), lines, code: status };
}

const head = `import { test, expect, beforeAll, describe } from 'vitest';`;
const good = `${head} test('a', () => expect(1).toBe(1));`;

test('a run that passes', () => {
  const files = { 'a.test.mjs': good, 'b.test.mjs': `${good} test.skip('b', () => undefined);` };
  expect(run(files)).toMatchObject({ last: '2 passed, 0 failed, 1 skipped', code: 0 });
});

test('tests that fail, hooks that throw, and files that do not load', () => {
  const files = {
    'a.test.mjs': `${head} test('a', () => expect(1).toBe(2)); test('b', () => undefined);`,
    'b.test.mjs': `${head} describe('x', () => { beforeAll(() => { throw new Error('no'); }); test('c', () => undefined); });`,
    'c.test.mjs': `import './nothing.mjs';`,
  };
  expect(run(files)).toMatchObject({ last: '1 passed, 3 failed, 1 skipped', code: 1 });
});

test('a test that passes at a second try only is named; one that fails twice has failed', () => {
  const files = {
    'a.test.mjs': `${good} let n = 0; test('unsure', () => expect(n++).toBe(1)); test('no', () => expect(1).toBe(2));`,
  };
  const { lines, last } = run(files, 1);
  expect(last).toBe('2 passed, 1 failed');
  expect(lines.filter((line) => line.startsWith('passed at the second try only: '))).toEqual([
    'passed at the second try only: a.test.mjs > unsure',
  ]);
});

test('an error outside of any test', () => {
  const late = `${good} setTimeout(() => { throw new Error('late'); });`;
  expect(run({ 'a.test.mjs': late })).toMatchObject({ last: '1 passed, 1 failed', code: 1 });
});

test('no tests at all', () => {
  expect(run({})).toMatchObject({ last: '0 passed, 1 failed', code: 1 });
});

test('never says 0 failed beside an exit code that is not 0', () => {
  const tally = { passed: 3, failed: 0, skipped: 0 };
  expect(closingLine(tally, 0)).toBe('3 passed, 0 failed');
  expect(closingLine(tally, 1)).toBe('3 passed, 1 failed');
});

test('the times of a run are told beside their budgets, and only told', () => {
  expect(timesTaken(10_000, 300, undefined)).toEqual(['budget kept: npm test took 5.0 of 10 minutes']);
  expect(timesTaken(10_000, 660, '6000')).toEqual([
    'budget EXCEEDED: npm test took 11.0 of 10 minutes',
    'budget EXCEEDED: .ci/run took 66.7 of 60 minutes',
  ]);
});
