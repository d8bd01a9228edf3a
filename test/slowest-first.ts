/**
 * The order of the test files on a machine that has no times of a former run, such as a fresh checkout: of each project
 * first those that take longest, so that the last ones are short and no core waits for a long one. The list need not be
 * exact, nor complete; a name without a file fails a test.
 */
import { relative } from 'node:path';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** The slowest files, slowest first. */
export const slowest: readonly string[] = [];

/** Moves the slowest files to the beginning of their project; all else stays in its order. */
export function slowestFirst<F extends { name: string; project: string }>(files: readonly F[]): F[] {
  const projects = [...new Set(files.map(({ project }) => project))];
  const rank = ({ name }: F): number => (slowest.includes(name) ? slowest.indexOf(name) : slowest.length);
  return projects.flatMap((project) => files.filter((file) => file.project === project).sort((a, b) => rank(a) - rank(b)));
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
