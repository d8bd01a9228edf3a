/**
 * The order of the test files on a machine that has no times of a former run, such as a fresh checkout: of each project
 * first those that take longest, so that the last ones are short and no core waits for a long one. The list need not be
 * exact, nor complete; a name without a file fails a test.
 */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest files, slowest first. */
export const slowest: readonly string[] = [
  ...['test/server/effects.test.ts', 'test/faults/kills.test.ts', 'test/faults/crowd.test.ts'],
  ...['test/faults/faults.test.ts', 'test/faults/power.test.ts', 'test/faults/rescue.test.ts'],
  ...['test/cli/verbs.test.ts', 'test/sync/blobs.test.ts', 'test/sync/publish.test.ts', 'test/spool/writers.test.ts'],
  ...['test/simulation/simulation.test.ts', 'test/spool/senders.test.ts', 'test/spool/people.test.ts'],
  ...['test/base/bounded.test.ts', 'test/backup/matrix.test.ts', 'test/faults/garbage.test.ts'],
  ...['test/server/enumeration.test.ts', 'test/sync/couchblobs.test.ts', 'test/server/uploads.test.ts'],
];

/** Moves the slowest files to the beginning of their project; all else stays in its order. */
export function slowestFirst<F extends { name: string; project: string }>(files: readonly F[]): F[] {
  const projects = [...new Set(files.map(({ project }) => project))];
  const rank = ({ name }: F): number => (slowest.includes(name) ? slowest.indexOf(name) : slowest.length);
  return projects.flatMap((project) => {
    return files.filter((file) => file.project === project).sort((a, b) => rank(a) - rank(b));
  });
}

/** Vitest's order, by the times of the last run, or by the list of the slowest if there are none. */
export default class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const { root } = this.ctx.config;
    const named = sorted.map((file) => ({
      ...{ file, project: file.project.name, name: relative(root, file.moduleId) },
    }));
    const isKnown = named.some(({ project, name }) => this.ctx.cache.getFileTestResults(`${project}:${name}`));
    return isKnown ? sorted : slowestFirst(named).map(({ file }) => file);
  }
}
