/**
 * The expected answers of the catalog, computed photo by photo: documents for property tests, searches with their
 * meaning, and naive counting.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Catalog, Facet, Viewer } from '../../src/catalog/catalog.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { fold, wordsOf } from '../../src/catalog/tokenize.js';
import { house } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { viewPhoto, type PhotoView } from '../../src/document/photo-view.js';
import { photoOf, shaOf, walk, type Told } from './photos.js';

/** Few distinct beginnings, so that row numbers collide and displace each other. */
export const sha = fc
  .tuple(fc.constantFrom('000000', '000001', '00007f', '000080', '8', 'ffffff'), fc.nat(12))
  .map(([beginning, number]) => shaOf(number, beginning));

const times = [
  '2024-07-01T12:00:00.000',
  '2024-07-01T12:00:00.001',
  '2024-07-01T12:00:00.300',
  '2024-07-01T12:00:00.600',
  '2024-07-01T12:00:00.999',
  '2024-06-30T23:59:59.999',
  '2023-12-31T23:59:59.000',
  '2024-07-01T11:59:59.000',
  '1965-05-05T05:05:05.500',
];
const cameras = [
  { make: 'Canon', model: 'Canon EOS 40D' },
  { make: 'Canon', model: 'Canon EOS 40D Mark II' },
  { make: 'SONY', model: 'ILCE-7M3' },
];
const places = [
  { city: 'New York', region: 'New York', country: 'US' },
  { city: 'Köln', country: 'DE' },
  { city: 'Delft', region: 'South Holland', country: 'NL' },
  { country: 'DE' },
];
const titles = ['Old town hall', 'the old beach', 'Crème brûlée', '東京タワーの夜', 'town', 'New', ''];
const maybe = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });

/** Random properties of a photo. */
export const told: fc.Arbitrary<Told> = fc
  .record({
    taken: maybe(times),
    tags: fc.subarray(['beach', 'Beach', 'new york', 'Été', '夜景', 'old town/hall', '_town', 'private/new']),
    albums: fc.subarray(['a1', 'Album Two']),
    favourites: fc.subarray(['person:a', 'person:b']),
    camera: maybe(cameras),
    lens: maybe(['EF 50mm f/1.8', '50mm', 'Pixel 7 front camera 2.74mm f/2.2']),
    place: maybe(places),
    gps: maybe([
      { lat: 10, lon: 20 },
      { lat: -5.5, lon: 179.5 },
      { lat: 0, lon: -179.5 },
    ]),
    title: fc.constantFrom(...titles),
    description: fc.constantFrom(...titles),
    name: fc.constantFrom('IMG_0001.JPG', 'DSC01234.jpg', 'town.png', '東京.jpg', 'Screenshot_town.png'),
    type: fc.constantFrom('image/jpeg', 'image/jpeg', 'video/mp4', 'video/mp4', 'image/x-adobe-dng'),
    motion: maybe([{ at: 100, bytes: 100 }]),
    iso: maybe([100, 800, 3200]),
    rating: maybe([1, 4, 5]),
    added: fc.constantFrom('2024-08-01T10:00:00.000Z', '2025-01-01T00:00:00.000Z'),
    edits: fc.record({
      favourite: fc.boolean(),
      reviewed: fc.boolean(),
      trashed: fc.constantFrom(false, false, true),
      audience: fc.constantFrom('private', 'family', 'public'),
    }),
    damaged: fc.boolean(),
    size: fc.constantFrom([400, 300], [300, 400], [1000, 100], [1, 50]),
  })
  .map(({ albums, favourites, name, added, edits, iso, size, damaged, ...facts }) => ({
    facts: {
      ...facts,
      bytes: 1000,
      width: size[0],
      height: size[1],
      exposure: { ...(iso !== undefined && { iso }) },
    } as NonNullable<Told['facts']>,
    albums,
    favourites,
    // A RAW with the name of a JPEG would be stacked with it.
    name: facts.type.startsWith('image/x-') ? 'raw.dng' : name,
    added,
    edits,
    damaged,
  }));

/** The displayed values of such a photo. */
export const viewOf = (id: string, photo: Told, self?: string): PhotoView =>
  viewPhoto(id, photoOf(photo) as unknown as PhotoDocument, { here: false }, self);

/** A part of a search, and its meaning. */
interface Piece {
  text: string;
  test: (view: PhotoView) => boolean;
}

const phrase = (text: string, words: string, prefix: boolean): boolean =>
  ` ${wordsOf(text).join(' ')} `.includes(` ${wordsOf(words).join(' ')}${prefix ? '' : ' '}`);
const placeText = ({ place }: PhotoView): string => {
  const names: Record<string, string> = { US: 'United States', DE: 'Germany', NL: 'Netherlands' };
  const { city = '', region = '', country = '' } = place ?? {};
  return `${city} ${region} ${names[country] ?? ''} ${country}`;
};
const cameraText = ({ camera }: PhotoView): string =>
  camera?.make === 'SONY' ? 'SONY ILCE-7M3' : (camera?.model ?? '');
const word = (text: string, words: string, prefix: boolean): Piece => ({
  text,
  test: (view) =>
    [view.title, view.description, view.name, placeText(view), cameraText(view), ...view.tags].some((field) =>
      phrase(field, words, prefix),
    ),
});
const piece = (text: string, test: (view: PhotoView) => boolean): Piece => ({ text, test });
const tagged = (view: PhotoView, tag: string): boolean => view.tags.some((one) => fold(one) === tag);

/** The properties of a photo of each kind, which is never a video. */
const kinds: Record<string, (view: PhotoView) => boolean> = {
  screenshot: ({ name }) => name.startsWith('Screenshot_'),
  selfie: ({ lens }) => lens?.startsWith('Pixel 7 front') === true,
  panorama: ({ camera, width }) => camera !== undefined && width !== 400 && width !== 300,
  '360': () => false,
  raw: ({ type }) => type === 'image/x-adobe-dng',
  live: ({ motion }) => motion === true,
};
const isKind = (view: PhotoView, kind: string): boolean => view.type !== 'video/mp4' && kinds[kind]!(view);

const pieces: Piece[] = [
  ...[
    'town',
    'old',
    'to',
    'o',
    'brulee',
    'TOWER',
    'タワー',
    '京',
    '東京',
    'new',
    'us',
    'canon',
    'img',
    'img_00',
    'jpg',
    'beach',
    'germany',
    'de',
    '夜',
    'ete',
    'mark',
    'nothing',
  ].map((text) => word(text, text, true)),
  ...['old town', 'old to', 'new york', 'town hall', 'new', 'york united states', 'hall the', 'img 0001'].map((text) =>
    word(`"${text}"`, text, false),
  ),
  piece('tag:beach', (view) => tagged(view, 'beach')),
  piece('tag:"New York"', (view) => tagged(view, 'new york')),
  piece('tag:été', (view) => tagged(view, 'ete')),
  piece('tag:夜景', (view) => tagged(view, '夜景')),
  piece('tag:bea', () => false),
  piece('tag:_town', (view) => tagged(view, '_town')),
  word('private', 'private', true),
  piece('album:a1', ({ albums }) => albums.includes('a1')),
  piece('album:"album two"', ({ albums }) => albums.includes('Album Two')),
  piece('camera:canon', (view) => phrase(cameraText(view), 'canon', true)),
  piece('camera:"EOS 40D"', (view) => phrase(cameraText(view), 'eos 40d', false)),
  piece('camera:="canon eos 40d"', (view) => cameraText(view) === 'Canon EOS 40D'),
  piece('lens:50', ({ lens }) => phrase(lens ?? '', '50', true)),
  piece('lens:="50mm"', ({ lens }) => lens === '50mm'),
  piece('place:de', ({ place }) => place?.country === 'DE'),
  piece('place:del', (view) => phrase(placeText(view), 'del', true)),
  piece('place:"new york"', (view) => phrase(placeText(view), 'new york', false)),
  piece('place:="new york, new york, united states"', ({ place }) => place?.city === 'New York'),
  piece('type:video', ({ type }) => type === 'video/mp4'),
  piece('type:photo', ({ type }) => type !== 'video/mp4'),
  piece('taken:2024', ({ taken }) => taken.startsWith('2024')),
  piece('taken:2024-07', ({ taken }) => taken.startsWith('2024-07')),
  piece('taken:2024-06-30', ({ taken }) => taken.startsWith('2024-06-30')),
  piece('taken:2023..2024-06', ({ taken }) => taken >= '2023' && taken < '2024-07'),
  piece('taken:..2023', ({ taken }) => taken < '2024'),
  piece('taken:>=2024-07', ({ taken }) => taken >= '2024-07'),
  piece('added:2024', ({ added }) => added.startsWith('2024')),
  piece('rating:>=4', ({ rating }) => rating >= 4),
  piece('rating:0', ({ rating }) => rating === 0),
  piece('day:7-01', ({ taken }) => taken.slice(5, 10) === '07-01'),
  piece('iso:>100', ({ exposure }) => (exposure?.iso ?? 0) > 100),
  piece('iso:..800', ({ exposure }) => exposure?.iso !== undefined && exposure.iso <= 800),
  piece('is:favourite', ({ favourite }) => favourite),
  piece('is:favourite|reviewed', ({ favourite, reviewed }) => favourite || reviewed),
  piece('is:reviewed', ({ reviewed }) => reviewed),
  piece('is:geotagged', ({ gps }) => gps !== undefined),
  piece('is:dated', ({ takenSource }) => takenSource !== 'modified'),
  ...Object.keys(kinds).map((kind) => piece(`is:${kind}`, (view) => isKind(view, kind))),
  piece('is:screenshot|raw', (view) => isKind(view, 'screenshot') || isKind(view, 'raw')),
  piece('is:selfie|favourite', (view) => isKind(view, 'selfie') || view.favourite),
  piece('is:trashed', ({ trashed }) => trashed),
  piece('is:damaged', ({ damaged }) => damaged === true),
  piece('audience:public', ({ audience }) => audience === 'public'),
  piece('audience:family|private', ({ audience }) => audience !== 'public'),
];

/** A search, and whether it matches a photo. */
export const search: fc.Arbitrary<Piece> = fc
  .array(fc.tuple(fc.constantFrom(...pieces), fc.boolean()), { maxLength: 3 })
  .map((parts) => {
    const trash = parts.some(([{ text }, negated]) => text === 'is:trashed' && !negated);
    return {
      text: parts.map(([{ text }, negated]) => `${negated ? '-' : ''}${text}`).join(' '),
      test: (view) => (trash || !view.trashed) && parts.every(([{ test }, negated]) => test(view) !== negated),
    };
  });

/** Any viewer. */
export const viewer: fc.Arbitrary<Viewer> = fc
  .record({
    onlooker: fc.constantFrom<Viewer['onlooker']>(
      undefined,
      { kind: 'house' },
      { kind: 'person', person: 'P', actsForHouse: true },
      { kind: 'person', person: 'P', actsForHouse: false },
      { kind: 'link', of: house },
      { kind: 'visitor' },
    ),
    self: fc.constantFrom(undefined, 'person:a', 'person:none'),
    outside: fc.boolean(),
  })
  .map(({ self, ...rest }) => ({ ...rest, ...(self !== undefined && { self }) }));

/** Whether an item of the house, in no album with members, exists for a viewer. */
export function isSeenBy(
  { onlooker }: Viewer,
  { audience, trashed }: Pick<PhotoView, 'audience' | 'trashed'>,
): boolean {
  if (onlooker === undefined) return false;
  if (onlooker.kind === 'house' || (onlooker.kind === 'person' && onlooker.actsForHouse)) return true;
  const audiences = { person: ['family', 'public'], visitor: ['public'], link: ['private', 'family', 'public'] };
  return !trashed && audiences[onlooker.kind].includes(audience);
}

/** Newest first, as pages go. */
export const byTime = (a: PhotoView, b: PhotoView): number =>
  a.taken !== b.taken ? (a.taken < b.taken ? 1 : -1) : a.id < b.id ? 1 : -1;

/** Values with counts, for comparing without order. */
export function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const facets = (found: readonly Facet[]): Record<string, number> =>
  Object.fromEntries(found.map(({ value, count }) => [value, count]));

/** The number of photos, newest first, of videos among them, and when the newest was taken, to the second. */
export const contentsOf = (found: readonly PhotoView[]): { videos: number; newest: string | undefined } => ({
  videos: found.filter(({ type }) => type.startsWith('video/')).length,
  newest: found[0]?.taken.slice(0, 19),
});

/**
 * Compares every answer to a search with the expected matches, newest first. `favourites`: the ids of those that count
 * as the owner’s when one is chosen as the cover of its month.
 */
export function compareAnswers(
  catalog: Catalog,
  text: string,
  viewer: Viewer,
  found: readonly PhotoView[],
  favourites: ReadonlySet<string>,
): void {
  const query = parseQuery(text);
  const worth = ({ id, rating, type }: PhotoView): number =>
    rating + (favourites.has(id) ? 10 : 0) - (type.startsWith('video/') ? 100 : 0);
  const ids = found.map(({ id }) => id);
  const all = `“${text}” for ${JSON.stringify(viewer.onlooker)}`;
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
  for (const { value, tile } of catalog.facet('tag', query, viewer, 300))
    expect([value, tile?.id], all).toEqual([value, found.find(({ tags }) => tags.includes(value))?.id]);
  expect(catalog.facet('camera', query, viewer, 1).map(({ tile }) => tile !== undefined)).toEqual(
    catalog.facet('camera', query, viewer).map((_, k) => k === 0),
  );
  expect(facets(catalog.facet('album', query, viewer)), all).toEqual(tally(found.flatMap(({ albums }) => albums)));
  for (const { value, videos, newest } of catalog.facet('album', query, viewer))
    expect({ value, videos, newest }, all).toEqual({
      value,
      ...contentsOf(found.filter(({ albums }) => albums.includes(value))),
    });
  const { videos } = contentsOf(found);
  expect(catalog.videos(query, viewer), all).toBe(videos);
  expect(facets(catalog.facet('lens', query, viewer)), all).toEqual(tally(found.flatMap(({ lens }) => lens ?? [])));
  const kindsIn = (view: PhotoView): string[] => [
    ...Object.keys(kinds).filter((kind) => isKind(view, kind) && !(kind === 'screenshot' && viewer.outside)),
    ...(view.type.startsWith('video/') ? ['video'] : []),
  ];
  const explored = catalog.explore(query, 12, viewer).kinds;
  expect(facets(explored), all).toEqual(tally(found.flatMap(kindsIn)));
  for (const { value, tile } of explored)
    expect(tile.id, all).toBe(found.find((view) => kindsIn(view).includes(value))?.id);
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
  const photosOf = new Map<number, string>();
  for (const { month, count, ratio, cursor, hash } of segments) {
    const part = found.slice(at, at + count);
    // Different photos have different hashes.
    const photos = part.map(({ id }) => id).join();
    expect(photosOf.get(hash) ?? photos).toBe(photos);
    photosOf.set(hash, photos);
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
