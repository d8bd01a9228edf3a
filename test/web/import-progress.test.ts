import { describe, expect, it } from 'vitest';
import { ImportProgress } from '../../web/src/features/header/import-progress.js';

/** What is shown after each of these counts. */
const shown = (...counts: [processed: number, left: number][]): string[] => {
  const progress = new ImportProgress();
  return counts.map(([processed, left]) => {
    const { done, all } = progress.update({ processed, left });
    return `${done} of ${all}`;
  });
};

describe('the progress of an import', () => {
  it('counts files as the server processes them, also while more arrive', () => {
    expect(shown([5, 10], [8, 7], [10, 9], [19, 0])).toEqual(['0 of 10', '3 of 10', '5 of 14', '14 of 14']);
  });

  it('counts files of libraries that the viewer does not see when they leave the queue', () => {
    expect(shown([0, 10], [0, 6], [2, 3])).toEqual(['0 of 10', '4 of 10', '7 of 10']);
  });

  it('goes on when the server was restarted', () => {
    expect(shown([100, 10], [104, 6], [0, 6], [2, 4])).toEqual(['0 of 10', '4 of 10', '4 of 10', '6 of 10']);
  });
});
