/**
 * The order in which the files of the tests begin: those that take longest first, so that none of them is still running
 * when all others are done. Only how long a run takes depends on it.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes half a minute or more, longest first. */
const long = [
  'browser/upload',
  'backup/matrix',
  'browser/look',
  'cli/verbs',
  'browser/strangers',
  'browser/shares',
  'simulation/simulation',
  'browser/servers',
  'browser/signing',
  'browser/hostile',
  'replication/away',
  'cli/backup',
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
