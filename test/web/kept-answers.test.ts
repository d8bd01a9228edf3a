/** What the service worker keeps for offline use, with the caches of a browser in memory (docs/offline.md). */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KeptAnswers, kindOf } from '../../web/src/worker/kept-answers.js';

const at = 'http://localhost';
/** Whom the server knows. */
let signedIn: string | undefined;
let stored: Map<string, Map<string, Response>>;

/** CacheStorage, as far as it is used. */
function fakeCaches() {
  const href = (given: string): string => new URL(given, at).href;
  return {
    keys: async () => [...stored.keys()],
    delete: async (name: string) => stored.delete(name),
    async open(name: string) {
      const all = stored.get(name) ?? stored.set(name, new Map<string, Response>()).get(name)!;
      return {
        keys: async () => [...all.keys()].map((url) => ({ url })),
        match: async (url: string) => all.get(href(url))?.clone(),
        put: async (url: string, response: Response) => void (all.delete(href(url)), all.set(href(url), response)),
        delete: async (url: string) => all.delete(href(url)),
      };
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  stored = new Map();
  vi.stubGlobal('caches', fakeCaches());
  signedIn = undefined;
  vi.stubGlobal('fetch', () => Promise.resolve(answer({}, signedIn)));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const id = (n: number): string => n.toString(16).padStart(64, '0');
const url = (path: string): URL => new URL(path, at);
const session = url('/api/session');
const timeline = url('/api/timeline/segments?size=250');
const thumb = (n: number): URL => url(`/media/${id(n)}/thumb?v=1`);

const answer = (body: unknown, person?: string, status = 200): Response =>
  Response.json(body, { status, headers: person === undefined ? {} : { 'photospool-person': person } });

/** Shows a timeline of one month with these photos, and their pictures. */
async function show(kept: KeptAnswers, person: string, photos: number[]): Promise<void> {
  const hash = photos.reduce((sum, n) => sum * 31 + n, 0);
  await kept.see(timeline, answer([{ month: '2024-07', count: photos.length, ratio: 1, cursor: 'c', hash }], person));
  const tiles = photos.map((n) => ({ id: id(n) }));
  await kept.see(url(`/api/tiles?cursor=c&limit=${photos.length}`), answer({ tiles, next: null }, person));
  for (const n of photos) await kept.see(thumb(n), answer(`picture ${n}`, person));
  await vi.advanceTimersByTimeAsync(5000);
}

const found = async (kept: KeptAnswers, where: URL): Promise<unknown> => (await kept.find(where))?.json();
const all = (): string[] => [...stored.values()].flatMap((cache) => [...cache.keys()]);

test('a new start shows what its person saw, with the time of the last contact', async () => {
  const first = new KeptAnswers();
  await first.see(session, answer({ role: 'owner' }, 'ben'));
  await show(first, 'ben', [1, 2]);
  const next = new KeptAnswers();
  expect(await found(next, session)).toEqual({ role: 'owner' });
  expect(await found(next, url('/api/tiles?cursor=c&limit=2'))).toEqual({
    tiles: [{ id: id(1) }, { id: id(2) }],
    next: null,
  });
  const picture = await next.find(thumb(2));
  expect(await picture?.json()).toBe('picture 2');
  expect(Number(picture?.headers.get('photospool-kept'))).toBeGreaterThan(0);
  expect(await next.find(thumb(3))).toBeUndefined();
});

test('answers that come before that of the session are kept if their person is still signed in', async () => {
  signedIn = 'ben';
  const kept = new KeptAnswers();
  await show(kept, 'ben', [1]);
  expect(await found(kept, thumb(1))).toBe('picture 1');
});

test('tiles are put together from answers to other requests', async () => {
  const kept = new KeptAnswers();
  await kept.see(session, answer({}, 'ben'));
  const segment = (month: string, count: number): object => ({ month, count, ratio: 1, cursor: month });
  await kept.see(timeline, answer([segment('2024-07', 2), segment('2024-06', 1), segment('2024-05', 1)], 'ben'));
  const tiles = (...ids: number[]): object => ({ tiles: ids.map((n) => ({ id: id(n) })), next: null });
  await kept.see(url('/api/tiles?cursor=2024-07&limit=2'), answer(tiles(1, 2), 'ben'));
  await kept.see(url('/api/tiles?cursor=2024-06&limit=2'), answer(tiles(3, 4), 'ben'));
  expect(await found(kept, url('/api/tiles?cursor=2024-07&limit=3'))).toEqual(tiles(1, 2, 3));
  expect(await found(kept, url('/api/tiles?cursor=2024-05&limit=1'))).toEqual(tiles(4));
  expect(await kept.find(url('/api/tiles?cursor=2024-07&limit=7'))).toBeUndefined();
});

test('nothing of a photo stays that leaves the timeline, or that the server refuses', async () => {
  const kept = new KeptAnswers();
  await kept.see(session, answer({}, 'ben'));
  await show(kept, 'ben', [1, 2, 3]);
  await kept.see(timeline, answer([{ month: '2024-07', count: 2, ratio: 1, cursor: 'c' }], 'ben'));
  expect(await kept.find(thumb(1))).toBeUndefined();
  await show(kept, 'ben', [2, 3]);
  expect(all().filter((path) => path.includes(id(1)))).toEqual([]);
  expect(await found(kept, thumb(2))).toBe('picture 2');
  await kept.see(url(`/api/photos/${id(2)}`), answer({}, 'ben', 404));
  expect(all().filter((path) => path.includes(id(2)))).toEqual([]);
});

test('nothing stays of a photo that another one took the place of', async () => {
  const kept = new KeptAnswers();
  await kept.see(session, answer({}, 'ben'));
  await show(kept, 'ben', [1, 2, 3]);
  const hash = [1, 4, 3].reduce((sum, n) => sum * 31 + n, 0);
  await kept.see(timeline, answer([{ month: '2024-07', count: 3, ratio: 1, cursor: 'c', hash }], 'ben'));
  await vi.advanceTimersByTimeAsync(5000);
  expect(await kept.find(thumb(2))).toBeUndefined();
  expect(all().filter((path) => path.includes(id(2)))).toEqual([]);
});

test('answers to another person, to nobody and after signing out are not kept, and those before are deleted', async () => {
  const kept = new KeptAnswers();
  await show(kept, 'ben', [1]);
  await kept.see(session, answer({ role: 'visitor' }));
  await show(kept, 'ben', [1]);
  expect(all()).toEqual([]);
  await kept.see(session, answer({}, 'ben'));
  await show(kept, 'ben', [1]);
  await kept.see(thumb(1), answer('picture', 'anna'));
  await kept.see(session, answer({}, 'anna'));
  await show(kept, 'ben', [1]);
  expect([...stored.keys()]).toEqual(['person-anna']);
  expect(all().join()).not.toMatch(/media|tiles|segments/);
  await kept.forget();
  await show(kept, 'anna', [1]);
  expect([...stored.keys()]).toEqual([]);
});

test('caches of two people, after a kill, and those of a month ago are deleted', async () => {
  const kept = new KeptAnswers();
  await kept.see(session, answer({}, 'ben'));
  vi.setSystemTime(Date.now() + 31 * 86_400_000);
  expect(await new KeptAnswers().find(session)).toBeUndefined();
  expect([...stored.keys()]).toEqual([]);
  stored.set('person-ben', new Map()).set('person-anna', new Map());
  expect(await new KeptAnswers().find(session)).toBeUndefined();
  expect([...stored.keys()]).toEqual([]);
});

test('there are at most a thousand thumbs, the least recently seen go first', async () => {
  const kept = new KeptAnswers();
  await kept.see(session, answer({}, 'ben'));
  const photos = Array.from({ length: 1001 }, (_, n) => n + 1);
  await show(kept, 'ben', photos.slice(0, 1000));
  await kept.see(thumb(1), answer('picture 1', 'ben'));
  await show(kept, 'ben', photos);
  expect(all().filter((path) => path.includes('/thumb'))).toHaveLength(1000);
  expect(await found(kept, thumb(1001))).toBe('picture 1001');
});

test.each([
  '/api/timeline/segments?q=tag:sea&size=250',
  '/api/tiles?q=tag:sea&limit=3',
  `/api/locked/photos/${id(1)}`,
  `/locked/media/${id(1)}/thumb`,
  `/s/${'x'.repeat(43)}/api/session`,
  `/originals/${id(1)}`,
  '/api/people',
])('%s is never kept', (path) => expect(kindOf(url(path))).toBeUndefined());
