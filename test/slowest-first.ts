/**
 * The order of the test files on a machine without recorded times, such as a fresh checkout: in each project the
 * slowest first, so that the last ones are short and no core waits for a long one. The list need not be exact, nor
 * complete; a name without a file fails a test.
 */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest files, slowest first. */
export const slowest: readonly string[] = [
  ...['server/effects', 'spool/writers', 'simulation/simulation', 'faults/faults', 'backup/matrix', 'cli/verbs'],
  ...['faults/power', 'photo/renditions', 'sync/publish', 'sync/blobs', 'video/films', 'spool/people'],
  ...['base/bounded', 'server/enumeration', 'cli/modes', 'cli/users', 'server/people-routes', 'photo/stripped'],
  ...['faults/rescue', 'ingest/damaged', 'backup/backup', 'photo/metadata', 'importers/kill', 'spool/put-uploads'],
  ...['ingest/films', 'reporter', 'sync/limits', 'hostile/hostile', 'cli/together', 'document/causal'],
  ...['faults/kills', 'cli/people', 'faults/garbage', 'sync/away', 'catalog/people', 'faults/crowd', 'faults/access'],
  ...['browser/family', 'browser/accessibility', 'browser/signing', 'browser/along', 'browser/collections'],
  ...['browser/offline', 'browser/select', 'browser/upload', 'browser/places', 'browser/shares', 'browser/look'],
  ...['browser/hostile', 'browser/strangers', 'browser/language', 'browser/editing', 'browser/servers'],
].map((name) => `test/${name}.test.ts`);

/** Moves the slowest files to the beginning of their project; all others stay in order. */
export function slowestFirst<F extends { name: string; project: string }>(files: readonly F[]): F[] {
  const projects = [...new Set(files.map(({ project }) => project))];
  const rank = ({ name }: F): number => (slowest.includes(name) ? slowest.indexOf(name) : slowest.length);
  return projects.flatMap((project) => {
    return files.filter((file) => file.project === project).sort((a, b) => rank(a) - rank(b));
  });
}

/**
 * The order of files in Vitest: that order if all of the slowest have recorded times, so that it is by time. If only a
 * part ever ran, Vitest would order the others by size, with some of the slowest last.
 */
export function inOrder<F extends { name: string; project: string }>(
  files: readonly F[],
  isTimed: (file: F) => boolean,
): readonly F[] {
  return files.filter(({ name }) => slowest.includes(name)).every(isTimed) ? files : slowestFirst(files);
}

/** Vitest's order, by the times of former runs, or by the list of the slowest if these have no times. */
export default class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const { root } = this.ctx.config;
    const named = sorted.map((file) => ({
      ...{ file, project: file.project.name, name: relative(root, file.moduleId) },
    }));
    const timesOf = ({ project, name }: (typeof named)[number]) =>
      this.ctx.cache.getFileTestResults(`${project}:${name}`);
    return inOrder(named, (file) => timesOf(file) !== undefined).map(({ file }) => file);
  }
}
