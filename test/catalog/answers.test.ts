/** Every answer, against looking at each photo: random photos, edits and searches. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Catalog, Facet, Viewer } from '../../src/catalog/catalog.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { isPrivateTag } from '../../src/document/tag-names.js';
import type { PhotoView } from '../../src/document/photo-view.js';
import { byTime, isSeenBy, search, sha, tally, told, viewer, viewOf } from './naive.js';
import { emptyCatalog, walk, type Told } from './photos.js';

const step = fc.oneof({ weight: 4, arbitrary: fc.record({ sha, told }) }, { weight: 1, arbitrary: fc.record({ sha }) });
const asked = fc.record({ search, viewer });
const facets = (found: readonly Facet[]): Record<string, number> =>
  Object.fromEntries(found.map(({ value, count }) => [value, count]));

describe('answers are what looking at each photo gives', () => {
  test('while photos come, change and go', () => {
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
            if (question) check(catalog, photos, question.search, question.viewer);
          });
          for (const { search, viewer } of questions) check(catalog, photos, search, viewer);
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

/** What a photo is worth as the one that stands for its month; the owner's favourites count for those without their own. */
const worth = ({ id, rating, type }: PhotoView): number =>
  rating + (favouritesOfOwner.has(id) ? 10 : 0) - (type.startsWith('video/') ? 100 : 0);
let favouritesOfOwner = new Set<string>();

function check(catalog: Catalog, photos: ReadonlyMap<string, Told>, { text, test }: Search, viewer: Viewer): void {
  const { onlooker, self, outside = false } = viewer;
  const query = parseQuery(text);
  const views = [...photos].map(([sha, photo]) => {
    const view = viewOf(sha, photo, self);
    return outside ? { ...view, name: '', tags: view.tags.filter((tag) => !isPrivateTag(tag)) } : view;
  });
  favouritesOfOwner = new Set(
    self !== undefined ? [] : [...photos].flatMap(([sha, photo]) => (viewOf(sha, photo).favourite ? [sha] : [])),
  );
  const found = views.filter((view) => isSeenBy(viewer, view) && test(view)).sort(byTime);
  const ids = found.map(({ id }) => id);
  const all = `“${text}” for ${JSON.stringify(onlooker)}`;
  expect(walk(catalog, text, 3, { viewer }), all).toEqual(ids);
  expect(catalog.count(query, viewer), all).toBe(ids.length);
  const months = tally(found.map(({ taken }) => taken.slice(0, 7)));
  const newestFirst = Object.entries(months).sort(([a], [b]) => (a < b ? 1 : -1));
  expect(catalog.months(query, viewer), all).toEqual(newestFirst.map(([month, count]) => ({ month, count })));
  for (const [by, length] of [
    ['month', 7],
    ['year', 4],
  ] as const) {
    const spans = tally(found.map(({ taken }) => taken.slice(0, length)));
    const covers = catalog.covers(query, by, viewer);
    expect(Object.fromEntries(covers.map(({ span, count }) => [span, count])), all).toEqual(spans);
    for (const { span, tile } of covers) {
      const inIt = found.filter(({ taken }) => taken.startsWith(span));
      const best = Math.max(...inIt.map(worth));
      expect(tile.id, all).toBe(inIt.find((view) => worth(view) === best)?.id);
    }
  }
  checkSegments(catalog, found, text, viewer);
  expect(facets(catalog.facet('tag', query, viewer)), all).toEqual(tally(found.flatMap(({ tags }) => tags)));
  expect(facets(catalog.facet('album', query, viewer)), all).toEqual(tally(found.flatMap(({ albums }) => albums)));
  expect(facets(catalog.facet('lens', query, viewer)), all).toEqual(tally(found.flatMap(({ lens }) => lens ?? [])));
  const cameras = catalog.facet('camera', query, viewer);
  expect(
    cameras.reduce((sum, { count }) => sum + count, 0),
    all,
  ).toBe(found.filter(({ camera }) => camera).length);
  expect(cameras.map(({ count }) => count)).toEqual(cameras.map(({ count }) => count).sort((a, b) => b - a));
  const spots = catalog.map({ south: -90, west: 90, north: 90, east: 89.9 }, 3, query, viewer);
  expect(
    spots.reduce((sum, { count }) => sum + count, 0),
    all,
  ).toBe(found.filter(({ gps }) => gps).length);
}

function checkSegments(catalog: Catalog, found: readonly PhotoView[], text: string, viewer: Viewer): void {
  const segments = catalog.segments(parseQuery(text), { size: 2, viewer });
  let at = 0;
  for (const { month, count, ratio, cursor } of segments) {
    const part = found.slice(at, at + count);
    expect(count).toBeLessThanOrEqual(2);
    expect(catalog.page(parseQuery(text), { viewer, cursor, limit: count }).ids).toEqual(part.map(({ id }) => id));
    expect(new Set(part.map(({ taken }) => taken.slice(0, 7)))).toEqual(new Set([month]));
    expect(ratio).toBeCloseTo(
      part.reduce((sum, { width, height }) => sum + Math.min(4, Math.max(0.3, width / height)), 0),
      4,
    );
    at += count;
  }
  expect(at).toBe(found.length);
}
