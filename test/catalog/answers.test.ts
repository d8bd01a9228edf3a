/** Every answer, against looking at each photo: random photos, edits and searches. */
import fc from 'fast-check';
import { describe, test } from 'vitest';
import type { Sqlite } from '../../src/base/sqlite.js';
import { openCatalog, type Catalog, type Viewer } from '../../src/catalog/catalog.js';
import { isPrivateTag } from '../../src/document/tag-names.js';
import type { PhotoView } from '../../src/document/photo-view.js';
import { byTime, compareAnswers, isSeenBy, search, sha, told, viewer, viewOf } from './naive.js';
import { emptyCatalog, everybodyThere, type Told } from './photos.js';

const step = fc.oneof({ weight: 4, arbitrary: fc.record({ sha, told }) }, { weight: 1, arbitrary: fc.record({ sha }) });
const asked = fc.record({ search, viewer });

describe('answers equal those of checking every photo', () => {
  test('while photos are added, changed and removed', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }),
        fc.array(asked, { minLength: 1, maxLength: 12 }),
        (steps, questions) => {
          const { db, catalog, put, drop } = emptyCatalog();
          const photos = new Map<string, Told>();
          steps.forEach((one, k) => {
            if ('told' in one) {
              put(one.sha, one.told);
              photos.set(one.sha, one.told);
            } else {
              drop(one.sha);
              photos.delete(one.sha);
            }
            // Some questions come early, so that the columns are loaded and have to follow.
            const question = questions[k % (2 * questions.length)];
            if (question) check({ db, catalog }, photos, question.search, question.viewer);
          });
          for (const { search, viewer } of questions) check({ db, catalog }, photos, search, viewer);
          db.close();
        },
      ),
      { seed: 2, numRuns: 40 },
    );
  });
});

interface Search {
  text: string;
  test: (view: PhotoView) => boolean;
}

function check(
  { db, catalog }: { db: Sqlite; catalog: Catalog },
  photos: ReadonlyMap<string, Told>,
  { text, test }: Search,
  viewer: Viewer,
): void {
  const { self, outside = false } = viewer;
  const views = [...photos].map(([sha, photo]) => {
    const view = viewOf(sha, photo, self);
    return outside ? { ...view, name: '', tags: view.tags.filter((tag) => !isPrivateTag(tag)) } : view;
  });
  const favourites = new Set(
    self !== undefined ? [] : [...photos].flatMap(([sha, photo]) => (viewOf(sha, photo).favourite ? [sha] : [])),
  );
  const found = views.filter((view) => isSeenBy(viewer, view) && test(view)).sort(byTime);
  compareAnswers(catalog, text, viewer, found, favourites);
  // While it loads, from chunks as old as the database: a question loads what it needs, and not the rest.
  compareAnswers(openCatalog(db, { access: () => everybodyThere, chunkRows: 4 }), text, viewer, found, favourites);
}
