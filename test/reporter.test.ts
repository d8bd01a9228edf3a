/**
 * The closing line of a run: counted right, the very last, and never 0 failed when the run failed. What stands above it: processes
 * that outlived the tests, what failed before them. What blocks a process is ended.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { about } from './processes.js';
import { closingLine, timesTaken } from './reporter.js';
import { longBrowserFiles, longNodeFiles } from './long-files.js';
import { inOrder, slowest, slowestFirst } from './slowest-first.js';

const root = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

// Below the project's folder, so that its packages are found.
beforeEach(() => {
  folder = mkdtempSync(join(root, 'node_modules/.photospool-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs Vitest on some files of a project as the tests here are run; `more` is set in its environment. */
function run(
  files: Record<string, string>,
  project = 'node',
  more: NodeJS.ProcessEnv = {},
): { last: string | undefined; lines: string[]; code: number | null; errors: string } {
  const [reporter, setup] = ['reporter', 'setup'].map((name) => JSON.stringify(join(root, `test/${name}.ts`)));
  const config = `export default { test: {
    pool: 'forks', isolate: false, maxWorkers: 2,
    reporters: ['default', ${reporter}], setupFiles: ${setup}, name: '${project}' } }`;
  writeFileSync(join(folder, 'vitest.config.mjs'), config);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const script = join(root, 'scripts/run-tests.mjs');
  // What this run itself is told of .ci/run is not repeated by the runs in it.
  const env = {
    ...process.env,
    CI_FAILED: '',
    NODE_ENV: '',
    VITEST: '',
    VITEST_WORKER_ID: '',
    VITEST_POOL_ID: '',
    VITEST_MAX_WORKERS: '2',
    ...more,
  };
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, '--root', folder], {
    encoding: 'utf8',
    env,
  });
  const lines = stdout.trimEnd().split('\n');
  return { last: lines.at(-1), lines, code: status, errors: stderr };
}

const secondTries = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith('passed at the second try only: '));

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

/** Fails in the first run of its file. */
const unsure = (name: string): string => `${head} import { existsSync, writeFileSync } from 'node:fs';
  const mark = new URL('${name}', import.meta.url);
  const again = existsSync(mark);
  writeFileSync(mark, '');
  test('sure', () => undefined);
  test('unsure', () => expect(again).toBe(true));`;

test('on CI a browser file that failed runs once more, and what passes then is named', () => {
  const files = { 'a.test.mjs': unsure('a'), 'b.test.mjs': good };
  const { lines, last, code } = run(files, 'browser', { CI: 'true' });
  expect([last, code]).toEqual(['3 passed, 0 failed', 0]);
  expect(secondTries(lines)).toEqual(['passed at the second try only: a.test.mjs > unsure']);
});

test('what fails twice has failed', () => {
  const files = { 'a.test.mjs': unsure('a'), 'b.test.mjs': `${good} test('no', () => expect(1).toBe(2));` };
  const { lines, last, code } = run(files, 'browser', { CI: 'true' });
  expect([last, code]).toEqual(['3 passed, 1 failed', 1]);
  expect(secondTries(lines)).toEqual(['passed at the second try only: a.test.mjs > unsure']);
});

test.each([
  ['elsewhere', 'browser', '', 1],
  ['if it is not of a browser', 'node', 'true', 1],
  ['if many failed', 'browser', 'true', 5],
])('nothing runs again %s', (_, project, CI, n) => {
  const names = Array.from({ length: n }, (_, i) => `${i}`);
  const files = Object.fromEntries(names.map((name) => [`${name}.test.mjs`, unsure(name)]));
  const { lines, last, code } = run(files, project, { CI });
  expect([last, code]).toEqual([`${n} passed, ${n} failed`, 1]);
  expect(secondTries(lines)).toEqual([]);
});

test('an error outside of any test', () => {
  const late = `${good} setTimeout(() => { throw new Error('late'); });`;
  expect(run({ 'a.test.mjs': late })).toMatchObject({ last: '1 passed, 1 failed', code: 1 });
});

test('no tests at all', () => {
  expect(run({})).toMatchObject({ last: '0 passed, 1 failed', code: 1 });
});

test('a process that outlives the tests is named and killed, and fails the run', async () => {
  const code = 'setTimeout(() => undefined, 600_000); // outlives';
  const leaving = `${good} import { spawn } from 'node:child_process'; test('leaves', () => {
    const env = { PATH: process.env.PATH };
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(code)}], { detached: true, stdio: 'ignore', env });
    child.unref();
    console.log('child ' + child.pid + '.');
  });`;
  const { lines, ...ran } = run({ 'a.test.mjs': leaving });
  const pid = Number(/child (\d+)\./.exec(lines.join('\n'))?.[1]);
  expect(ran).toMatchObject({ last: '2 passed, 1 failed', code: 1 });
  expect(lines.at(-2)).toBe(`still there after the tests, and killed: ${pid} ${process.execPath} -e ${code}`);
  await expect.poll(() => /\) (\S)/.exec(about(pid, 'stat'))?.[1] ?? 'Z').toBe('Z');
});

test('a test that blocks its process is named and killed, and the other files still run', () => {
  const blocking = `${good} test('loops', () => { for (;;); });`;
  const files = { 'a.test.mjs': blocking, 'b.test.mjs': good, 'c.test.mjs': good };
  const { errors, last, code } = run(files, undefined, { PHOTOSPOOL_WATCHDOG: '2' });
  expect([last, code]).toEqual([expect.stringMatching(/^[23] passed, [23] failed$/), 1]);
  expect(errors).toMatch(/blocked for \d+ s and killed: \S+\/a\.test\.mjs > loops/);
});

test('what failed before the tests stands above the closing line', () => {
  const { lines, code } = run({ 'a.test.mjs': good }, undefined, { CI_FAILED: 'npm run check\nbash test/root/a.sh\n' });
  expect(lines.slice(-3)).toEqual([
    'FAILED before the tests: npm run check',
    'FAILED before the tests: bash test/root/a.sh',
    '1 passed, 0 failed',
  ]);
  // It is not the tests that failed: .ci/run ends with 1 itself.
  expect(code).toBe(0);
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

test('the files of the long tests exist, each in one list', () => {
  const long = [...longBrowserFiles, ...longNodeFiles];
  expect(long.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  expect(new Set(long).size).toBe(long.length);
  expect(longBrowserFiles.every((name) => name.startsWith('test/browser/'))).toBe(true);
  expect(longNodeFiles.some((name) => name.startsWith('test/browser/'))).toBe(false);
});

test('the slowest files come first in their project, and the rest keeps its order', () => {
  expect(slowest.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  expect(new Set(slowest).size).toBe(slowest.length);
  const [first, second] = slowest;
  const files = [
    { name: 'b', project: 'browser' },
    ...['d', second!, 'c', first!].map((name) => ({ name, project: 'node' })),
  ];
  expect(slowestFirst(files).map(({ name }) => name)).toEqual(['b', first, second, 'd', 'c']);
});

test('times of former runs decide the order only if the slowest files are among them', () => {
  const files = ['c', slowest[1]!, slowest[0]!].map((name) => ({ name, project: 'node' }));
  const orderIf = (isTimed: (file: { name: string }) => boolean): string[] =>
    inOrder(files, isTimed).map(({ name }) => name);
  expect(orderIf(() => true)).toEqual(['c', slowest[1], slowest[0]]);
  expect(orderIf(({ name }) => name === 'c')).toEqual([slowest[0], slowest[1], 'c']);
  expect(orderIf(({ name }) => name !== slowest[0])).toEqual([slowest[0], slowest[1], 'c']);
});
