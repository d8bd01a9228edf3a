/** What is changed when one of several photos stays: what people did to the others is not lost. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { PhotoView } from '../../web/src/lib/api.js';
import { keepAll, keepOne, keepSuggested, outsideBursts } from '../../web/src/features/duplicates/keep-one.js';
import { loadMessages } from '../../web/src/lib/messages.js';

beforeAll(loadMessages);

const photo = (id: string, told: Partial<PhotoView> = {}): PhotoView => ({
  ...{ id, type: 'image/jpeg', bytes: 1, width: 4, height: 3, taken: '2024-07-01T12:00:00.000', takenSource: 'exif' },
  ...{ title: '', description: '', tags: [], albums: [], rating: 0, favourite: false, audience: 'private' },
  ...{ trashed: false, renditions: {}, can: [] },
  ...told,
});

describe('the kept photo', () => {
  it('gets missing values: texts, rating, favourite, place, tags and albums', () => {
    const gps = { lat: 1, lon: 2, alt: 3 };
    const others = [
      photo('b', {
        title: 'A title',
        tags: ['sea', 'sun'],
        albums: ['Summer'],
        rating: 2,
        gps,
        place: { city: 'Oslo' },
      }),
      photo('c', { description: 'Words', tags: ['sun', 'sand'], rating: 4, favourite: true, reviewed: true }),
    ];
    expect(keepOne(photo('a', { tags: ['sun'] }), others)).toEqual([
      {
        ids: ['a'],
        from: ['b', 'c'],
        ...{ title: 'A title', description: 'Words', rating: 4, favourite: true, reviewed: true },
        ...{ gps: { lat: 1, lon: 2 }, place: { city: 'Oslo' } },
      },
      { ids: ['a'], from: ['b', 'c'], tags: { add: ['sea', 'sand'] } },
      { ids: ['a'], from: ['b', 'c'], albums: { add: ['Summer'] } },
      { ids: ['b', 'c'], trashed: true },
    ]);
  });

  it('keeps its own values, and its audience', () => {
    const own = {
      title: 'Own',
      description: 'Own',
      rating: 1,
      favourite: true,
      reviewed: true,
      place: { city: 'Bergen' },
    };
    const kept = photo('a', { ...own, gps: { lat: 5, lon: 6 }, tags: ['sea'] });
    const other = photo('b', { title: 'x', rating: 5, tags: ['sea'], gps: { lat: 1, lon: 2 }, audience: 'public' });
    expect(keepOne(kept, [other])).toEqual([{ ids: ['b'], trashed: true }]);
  });

  it('gets the date of another if it has only that of the file', () => {
    const dated = photo('b', { taken: '2001-02-03T04:05:06.000', offset: '+02:00' });
    const [first] = keepOne(photo('a', { takenSource: 'modified' }), [photo('c', { takenSource: 'modified' }), dated]);
    expect(first).toEqual({
      ids: ['a'],
      from: ['c', 'b'],
      taken: { local: '2001-02-03T04:05:06.000', offset: '+02:00' },
    });
  });

  it('gets more tags than one change can hold in several', () => {
    const tags = Array.from({ length: 230 }, (_, n) => `tag ${n}`);
    const changes = keepOne(photo('a'), [photo('b', { tags })]);
    expect(changes.map((change) => change.tags?.add?.length)).toEqual([100, 100, 30, undefined]);
  });
});

describe('several kept photos', () => {
  it('are marked as different with the fewest edits', () => {
    expect(keepAll([{ id: 'c' }, { id: 'a' }, { id: 'b' }])).toEqual([{ ids: ['b', 'c'], apart: { add: ['a'] } }]);
    expect(keepAll([{ id: 'a' }])).toEqual([]);
  });
});

describe('all suggested photos', () => {
  it('are kept, except those of bursts', () => {
    const burst = { id: '1', count: 2 };
    const groups = [
      { best: 'b', photos: [photo('a', { title: 'A title' }), photo('b'), photo('c')] },
      { best: 'd', photos: [photo('d', { burst }), photo('e', { burst })] },
      { best: 'f', photos: [photo('f'), photo('g')] },
    ];
    expect(keepSuggested(outsideBursts(groups))).toEqual([
      { ids: ['b'], from: ['a', 'c'], title: 'A title' },
      { ids: ['a', 'c'], trashed: true },
      { ids: ['g'], trashed: true },
    ]);
  });
});
