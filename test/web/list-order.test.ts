/** The order of albums in their list. */
import { beforeAll, describe, expect, it } from 'vitest';
import { compareAlbums, type Listed, type ListOrder } from '../../web/src/features/albums/list-order.js';
import { loadAreas, m } from '../../web/src/lib/messages.js';

beforeAll(() => loadAreas('albums'));

describe('the list of albums', () => {
  const albums: Listed[] = [
    { name: 'Beach', count: 3, latest: '2024-07-01T12:00:00' },
    { name: 'Åre', count: 3, latest: '2024-07-01T12:00:00' },
    { name: 'Zoo', count: 9, latest: '2026-01-01T09:00:00' },
    { name: 'Older server', count: 5 },
  ];
  const names = (order: ListOrder): string[] =>
    [...albums].sort((a, b) => compareAlbums(order, a, b)).map(({ name }) => name);

  it('is sorted by the newest photo, by name, or by the number of photos', () => {
    expect(names('newest')).toEqual(['Zoo', 'Åre', 'Beach', 'Older server']);
    expect(names('name')).toEqual(['Åre', 'Beach', 'Older server', 'Zoo']);
    expect(names('count')).toEqual(['Zoo', 'Older server', 'Åre', 'Beach']);
  });
});

describe('the contents of an album', () => {
  it('are counted as photos and videos', () => {
    const texts = [
      { count: 0 },
      { count: 1 },
      { count: 4, videos: 4 },
      { count: 5, videos: 1 },
      { count: 1, videos: 2 },
    ];
    expect(texts.map(m.albums.contents)).toEqual(['0 photos', '1 photo', '4 videos', '4 photos, 1 video', '1 video']);
  });
});
