/**
 * The order in which the files of the tests begin: those that take longest first, so that none of them is still running
 * when all others are done. Only how long a run takes depends on it.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes half a minute or more, longest first. */
const long = [
  'backup/matrix',
  'browser/select',
  'cli/verbs',
  'browser/timeline',
  'cli/backup',
  'simulation/simulation',
  'browser/upload',
  'photo/renditions',
  'browser/look',
  'photo/stripped',
  'browser/signing',
  'browser/strangers',
  'browser/places',
  'browser/hostile',
  'browser/shares',
  'browser/front',
  'spool/writers',
  'browser/collections',
  'browser/memories',
  'replication/publish',
  'browser/inbox',
  'replication/away',
].map((name) => `/test/${name}.test.ts`);

/** Puts the longest first; the others come as Vitest would have them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = long.findIndex((name) => moduleId.endsWith(name));
      return at < 0 ? long.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
