/**
 * Extends Vitest's own report: the very last line of a run is `N passed, N failed` (and `, N skipped`), alone on its
 * line, for programs. It never says 0 failed when the run failed: a file that does not load, a hook that throws, an
 * error outside any test and a process that outlives the run (it is killed) count as one each. A file that ran twice
 * (scripts/run-tests.mjs) counts as it ended. Before the last line come those processes, the tests that passed only at
 * the second attempt, and the steps of `.ci/run` that failed before the tests (`$CI_FAILED`, a line each).
 */
import { readFileSync, writeSync } from 'node:fs';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { endLeftovers, markProcesses } from './leftovers.js';

/** The result of a run. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** Counts the tests of a run, and failures outside tests. */
export function count(modules: readonly TestModule[], unhandled: number): Tally {
  const tally: Tally = { passed: 0, failed: unhandled, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state !== 'pending') tally[state]++;
      else tally.failed++;
    }
    tally.failed += [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0).length;
  }
  return tally;
}

/** The last line. `exitCode` is that of the run: if it is not 0, at least one failed. */
export function closingLine({ passed, failed, skipped }: Tally, exitCode: number): string {
  const failures = exitCode === 0 ? failed : Math.max(1, failed);
  return `${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * The duration of the tests (`uptime`, s), and of the whole `.ci/run` if the time it `began` is known (s since 1970),
 * beside their budgets (scripts/budgets.json); `now` in s. Times depend on the machine, so exceeding one is only
 * reported.
 */
export function timesTaken(now: number, uptime: number, began: string | undefined): string[] {
  const budgets = JSON.parse(readFileSync(new URL('../scripts/budgets.json', import.meta.url), 'utf8')) as Budgets;
  const line = (what: string, seconds: number, budget: number): string =>
    `budget ${seconds > budget * 60 ? 'EXCEEDED' : 'kept'}: ${what} took ${(seconds / 60).toFixed(1)} of ${budget} minutes`;
  return [
    line('npm test', uptime, budgets.testMinutes),
    ...(began === undefined ? [] : [line('.ci/run', now - Number(began), budgets.ciMinutes)]),
  ];
}

/** The steps of `.ci/run` that failed before the tests: `failed` has a line for each. */
export const failedBefore = (failed = ''): string[] => failed.split('\n').filter((line) => line.trim() !== '');

interface Budgets {
  testMinutes: number;
  ciMinutes: number;
}

export default class ClosingLine implements Reporter {
  private tally: Tally = { passed: 0, failed: 1, skipped: 0 };
  /** The last run of each file. */
  private readonly files = new Map<string, TestModule>();
  private failedFirst: string[] = [];
  private again: string[] = [];

  onInit(vitest: Vitest): void {
    if (vitest.config.watch) return;
    const mark = markProcesses();
    // At exit, after all workers have ended, so that no output of Vitest follows.
    process.once('exit', (exitCode) => {
      const left = endLeftovers(mark);
      this.tally.failed += left.length;
      const code = exitCode || (left.length > 0 ? 1 : 0);
      process.exitCode = code;
      if (process.env['CI'] && process.env['npm_lifecycle_event'] === 'test')
        for (const line of timesTaken(Date.now() / 1000, process.uptime(), process.env['CI_BEGAN']))
          writeSync(1, `${line}\n`);
      for (const { pid, command } of left) writeSync(1, `still there after the tests, and killed: ${pid} ${command}\n`);
      for (const name of this.again) writeSync(1, `passed at the second try only: ${name}\n`);
      for (const step of failedBefore(process.env['CI_FAILED'])) writeSync(1, `FAILED before the tests: ${step}\n`);
      writeSync(1, `${closingLine(this.tally, code)}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const passed = new Set(namesOf(modules, 'passed'));
    this.again = this.failedFirst.filter((name) => passed.has(name));
    this.failedFirst = namesOf(modules, 'failed');
    for (const module of modules) this.files.set(`${module.project.name} ${module.moduleId}`, module);
    this.tally = count([...this.files.values()], errors.length);
    if (this.tally.failed > 0) process.exitCode = 1;
  }
}

/** The tests with this result, with their files. */
const namesOf = (modules: readonly TestModule[], state: 'passed' | 'failed'): string[] =>
  modules.flatMap((module) =>
    [...module.children.allTests(state)].map((test) => `${module.relativeModuleId} > ${test.fullName}`),
  );
