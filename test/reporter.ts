/**
 * Beside Vitest's own report: the very last line of a run is `N passed, N failed` (and `, N skipped`), alone on its line,
 * for programs that read it. It never says 0 failed when the run failed: a file that does not load, a hook that throws
 * and an error outside of any test count as one each. Before it stand the tests that passed at a second try only, by name.
 */
import { writeSync } from 'node:fs';
import type { Reporter, TestModule, Vitest } from 'vitest/node';

/** What a run came to. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** Counts the tests of a run, and what failed outside of a test. */
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

/** The names of the tests that failed first, and passed when they were tried again. */
export const secondTries = (modules: readonly TestModule[]): string[] =>
  modules.flatMap((module) =>
    [...module.children.allTests()]
      .filter((test) => test.result().state === 'passed' && (test.diagnostic()?.retryCount ?? 0) > 0)
      .map((test) => `${module.relativeModuleId} > ${test.fullName}`),
  );

/** The closing line. `exitCode` is the run's: where it is not 0, at least one failed. */
export function closingLine({ passed, failed, skipped }: Tally, exitCode: number): string {
  const failures = exitCode === 0 ? failed : Math.max(1, failed);
  return `${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

export default class ClosingLine implements Reporter {
  private tally: Tally = { passed: 0, failed: 1, skipped: 0 };
  private again: string[] = [];

  onInit(vitest: Vitest): void {
    if (vitest.config.watch) return;
    // At exit, so that nothing that Vitest says while it closes comes after it.
    process.once('exit', (code) => {
      for (const name of this.again) writeSync(1, `passed at the second try only: ${name}\n`);
      writeSync(1, `${closingLine(this.tally, code)}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    this.tally = count(modules, errors.length);
    this.again = secondTries(modules);
    if (this.tally.failed > 0) process.exitCode = 1;
  }
}
