/**
 * The order in which the files of the tests begin: those that take longest first, so that none of them is still running
 * when all others are done. Only how long a run takes depends on it.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest, longest first. */
const long = [
  'server/effects',
  'cli/verbs',
  'browser/select',
  'browser/upload',
  'browser/look',
  'backup/matrix',
  'simulation/simulation',
  'browser/timeline',
  'photo/renditions',
  'faults/power',
  'spool/writers',
  'browser/strangers',
  'browser/signing',
  'browser/calm',
  'browser/shares',
  'cli/users',
  'photo/stripped',
  'browser/hostile',
  'faults/kills',
  'faults/rescue',
  'server/enumeration',
  'browser/collections',
  'faults/faults',
  'cli/backup',
  'browser/along',
  'browser/places',
  'sync/away',
  'browser/zoom',
  'browser/duplicates',
  'photo/metadata',
  'browser/front',
  'browser/memories',
  'sync/publish',
].map((name) => `/test/${name}.test.ts`);

/**
 * Puts the longest first, those of one project together: a worker that goes from one project to another starts anew. So the
 * longest of Node's are first, then all of the browser's, and what is short is last.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): [number, number] => {
      const at = long.findIndex((name) => moduleId.endsWith(name));
      return [project.name === 'browser' ? 1 : at < 0 ? 2 : 0, at < 0 ? long.length : at];
    };
    const ranked = (await super.sort(files)).map((file) => ({ file, rank: rank(file) }));
    return ranked.sort(({ rank: a }, { rank: b }) => a[0] - b[0] || a[1] - b[1]).map(({ file }) => file);
  }
}
