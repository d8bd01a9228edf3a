/**
 * Every page and dialog of one furnished home, for tests of all pages (accessibility.test.ts, language.test.ts).
 * Selectors have no texts, so that they find their elements in every language.
 */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { change, fill } from './fill.js';
import type { ServedHome } from './home.js';
import { addPerson, signedIn } from './people.js';
import type { Seen, Stage } from './stage.js';

/** A page, and a selector that is present when it is ready. */
export interface Visited {
  /** With the origin, if it is on another home. */
  path: string;
  ready: string;
  /** For someone who has not signed in. */
  isOutside?: boolean;
  /** What replaces the frame of the app (navigation, search): nothing, or, for dialogs, a cover over everything. */
  frame?: 'none' | 'modal';
}

/** An element that a page opens, and how. */
export interface Dialog {
  name: string;
  path: string;
  ready: string;
  /** Whether it is modal. */
  isModal: boolean;
  open(page: Page): Promise<void>;
}

/** A furnished home: photos of an owner, and everything that its pages list. */
export interface Furnished {
  /** The photos, newest first; the last five are in the trash. */
  ids: string[];
  /** Those of each list are opened in one window. */
  pages: Visited[][];
  dialogs: Dialog[];
  /** Opens a page as the owner, or as someone who has not signed in. */
  see(visited: Pick<Visited, 'path' | 'isOutside'>, options?: BrowserContextOptions): Promise<Seen>;
  /** Opens an empty window in which it is opened later. */
  open(visited: Pick<Visited, 'path' | 'isOutside'>, options?: BrowserContextOptions): Promise<Seen>;
  /** The address of a page. */
  addressOf(path: string): string;
}

/** Mishaps of pages without a session. */
const usual = /status of 401/;

/** Fills `home`, and lists the pages of it and of `empty`, a home without photos and accounts. */
export async function furnish(stage: Stage, home: ServedHome, empty: ServedHome): Promise<Furnished> {
  const ids = await putPhotos(stage, home);
  const { cookie } = addPerson(home, 'Owner', 'owner');
  const ask = async (method: string, path: string, body?: object): Promise<Record<string, string>> => {
    const headers = { cookie: `photospool=${cookie}`, 'content-type': 'application/json', origin: home.url };
    const answer = await fetch(home.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, string>;
  };
  const anna = (await ask('POST', '/api/people', { name: 'Anna', role: 'family' })) as unknown as {
    person: { id: string };
    invitation: { path: string };
  };
  await ask('POST', '/api/people', { name: 'Bert', role: 'family' });
  for (const name of ['phone', 'tablet']) await ask('POST', '/api/tokens', { name, may: ['upload'] });
  await ask('POST', '/api/shares', { photo: ids[0]!, title: 'One' });
  const link = (await ask('POST', '/api/shares', { photos: ids.slice(0, 6), title: 'Two' })) as unknown as {
    path: string;
  };
  const { album } = await ask('POST', '/api/albums/shared', { name: 'Trip', holder: 'house' });
  await ask('POST', `/api/albums/house/${album ?? ''}/entries`, { ids: ids.slice(0, 5) });
  await ask('PUT', `/api/albums/house/${album ?? ''}/members/${anna.person.id}`, { right: 'add' });
  await ask('PATCH', '/api/photos', { ids: ids.slice(20, 23), archived: true });
  const addressOf = (path: string): string => (path.startsWith('http') ? path : home.url + path);
  const furnished: Furnished = {
    ids,
    addressOf,
    pages: [
      ownersPages(ids, `/albums/house:${album ?? ''}`),
      outsidePages(link.path, anna.invitation.path),
      emptyPages(empty),
    ],
    dialogs: dialogsOf(ids),
    open: ({ path, isOutside }, options = {}) =>
      stage.open(
        addressOf(path),
        { ...options, ...(!isOutside && signedIn(home.url, cookie)) },
        isOutside ? usual : undefined,
      ),
    async see(visited, options) {
      const seen = await furnished.open(visited, options);
      await seen.page.goto(addressOf(visited.path));
      return seen;
    },
  };
  return furnished;
}

/** 60 photos and videos with tags, cameras and places; three of one minute. */
async function putPhotos(stage: Stage, home: ServedHome): Promise<string[]> {
  const ids = await fill(home, stage.pictures, 60, {
    minutes: 600,
    originals: 3,
    tell: (n) => ({
      folder: 'Trip',
      facts: {
        ...(n < 3 && { taken: '2024-07-21T10:00:00.000' }),
        ...(n % 7 === 6 && { type: 'video/mp4', seconds: 12 }),
        tags: n % 2 === 0 ? ['sea'] : ['town'],
        camera: { make: 'Canon', model: n % 3 === 0 ? 'R5' : 'R6' },
        gps: { lat: 39.11, lon: -108.35 },
        place: { city: 'Palisade' },
      },
    }),
  });
  await change(home, { ids: ids.slice(0, 20), albums: { add: ['Summer'] } });
  await change(home, { ids: ids.slice(4, 6), favourite: true });
  await change(home, { ids: ids.slice(55), trashed: true });
  return ids;
}

const ownersPages = (ids: readonly string[], album: string): Visited[] =>
  Object.entries({
    '/': 'a.tile img.shown',
    '/?by=month': 'a[data-span] img',
    '/?q=tag:sea': 'a.tile img.shown',
    '/?q=zebra': 'main h2',
    [`/photo/${ids[3]!}`]: '.picture[aria-hidden="false"] img.shown',
    '/favourites': 'a.tile img.shown',
    '/videos': 'a.tile',
    '/archive': 'a.tile img.shown',
    '/locked': 'main h1',
    '/albums': '[data-list="albums"] li a',
    '/albums/Summer': 'a.tile img.shown',
    [album]: 'a.tile img.shown',
    '/explore': '.found li a',
    '/explore/tags': '[data-list="tag-tiles"] a',
    '/explore/cameras': '[data-list="cameras"] a',
    '/sharing': '[data-list="shares"] li',
    '/review': 'main h2',
    '/duplicates': 'main h2',
    '/trash': 'a.tile img.shown',
    '/places': 'main section li a, section li a img',
    '/activity': 'main h1',
    '/settings/account': '[data-list="sessions"] li',
    '/settings/appearance': 'main input',
    '/settings/library': 'main h2',
    '/settings/phone': '[data-list="phones"] li',
    '/settings/import': '[data-figure="today"]',
    '/settings/family': '[data-list="people"] li',
    '/settings/sharing': '[role="switch"]',
    '/settings/servers': 'main h2',
    '/settings/tokens': '[data-list="tokens"] li',
    '/settings/security': '[data-list="audit"] li',
    '/settings/about': 'main h1',
    '/no/such/page': 'main h1',
  }).map(([path, ready]) => ({ path, ready, ...(path.startsWith('/photo/') && { frame: 'modal' as const }) }));

/** The pages before signing in. */
const outsidePages = (link: string, invitation: string): Visited[] =>
  [
    { path: '/', ready: 'main input' },
    { path: invitation, ready: 'main input' },
    { path: link, ready: 'a.tile img.shown' },
  ].map((one) => ({ ...one, isOutside: true, frame: 'none' }));

/** The first pages of a new home. */
const emptyPages = ({ url, setUpLink }: ServedHome): Visited[] => [
  { path: url, ready: '[data-list="ways"] h3', isOutside: true },
  { path: setUpLink(), ready: 'main input', isOutside: true, frame: 'none' },
];

/** Dialogs and panels of pages; each is opened on a fresh page. */
const dialogsOf = (ids: readonly string[]): Dialog[] => {
  // Its actions are available when the photo is loaded.
  const photo = { isModal: true, path: `/photo/${ids[3]!}`, ready: '[role="toolbar"] .trash' };
  const timeline = { isModal: false, path: '/', ready: 'a.tile img.shown' };
  const press = (key: string, then: string) => async (page: Page) => {
    await page.keyboard.press(key);
    await page.locator(then).first().waitFor();
  };
  const select = async (page: Page): Promise<void> => {
    await page.focus(`a[data-id="${ids[3]!}"]`);
    await page.keyboard.press('x');
    await page.locator('.choose').waitFor();
  };
  return [
    { name: 'keys', ...timeline, isModal: true, open: press('?', 'dialog[open]') },
    { name: 'search', ...timeline, open: press('/', '[role="search"] .body li') },
    { name: 'selection', ...timeline, open: select },
    ...['t', 'a', 'd', 'p'].map((key) => ({
      name: `changing ${key} of a selection`,
      ...timeline,
      async open(page: Page) {
        await select(page);
        await press(key, '.sheet')(page);
      },
    })),
    { name: 'info', ...photo, open: press('i', 'aside fieldset input') },
    { name: 'share', ...photo, open: press('S', 'dialog[open]') },
    { name: 'edit', ...photo, open: press('E', 'dialog[open] img') },
    { name: 'album', ...photo, open: press('b', '.sheet, aside form input') },
  ];
};
