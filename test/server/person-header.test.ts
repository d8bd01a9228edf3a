/** Whose session an answer was for, and requests that demand a person (docs/offline.md). */
import { expect, it } from 'vitest';
import { openBrowser, type Browser } from './browser.js';
import { expectError } from './fixture.js';
import { openPeople } from './people-home.js';

const password = 'seven green ladders';
const header = 'photospool-person';

it('answers to a session name its person, but nothing locked, and nothing to others', async () => {
  const { home, people } = await openPeople();
  const { app, access } = home;
  const enter = async (name: 'ada' | 'ben'): Promise<Browser> => {
    await access.signing.setPassword(people[name].id, password, { by: 'owner', who: 'x' });
    const browser = openBrowser(app);
    await browser.ask('POST', '/api/session', { name, password });
    return browser;
  };
  const [ada, ben] = [await enter('ada'), await enter('ben')];
  const id = await home.add();
  const named = async (browser: Browser, url: string) => (await browser.ask('GET', url)).headers[header];
  for (const url of ['/api/session', '/api/tiles', '/api/timeline/segments', `/api/photos/${id}`])
    expect([await named(ada, url), await named(ben, url)], url).toEqual([people.ada.id, people.ben.id]);
  expect(await named(ada, `/media/${id}/thumb`)).toBe(people.ada.id);
  await ada.ask('PUT', '/api/locked/pin', { pin: '804261', password });
  await ada.ask('POST', '/api/locked/open', { pin: '804261' });
  const locked = await ada.ask('GET', '/api/locked/tiles');
  expect([locked.statusCode, locked.headers[header]]).toEqual([200, undefined]);

  const { secret } = access.tokens.make('reader', ['read'], { by: 'owner', who: 'x' });
  const program = await app.inject({ url: '/api/tiles', headers: { authorization: `Bearer ${secret}` } });
  expect([program.statusCode, program.headers[header]]).toEqual([200, undefined]);
  const { path } = (await ada.ask('POST', '/api/shares', { photo: id })).json<{ path: string }>();
  const cookieOf = ({ cookies }: Browser) => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const host = 'localhost:4780';
  const link = await app.inject({ url: `${path}/api/tiles`, headers: { host, cookie: cookieOf(ada) } });
  expect([link.statusCode, link.headers[header]]).toEqual([200, undefined]);
  expect(await named(openBrowser(app), '/api/session')).toBeUndefined();

  const edit = (browser: Browser, wanted: string) =>
    app.inject({
      ...{ method: 'PATCH', url: `/api/photos/${id}`, payload: { title: 'Sea' } },
      headers: { host, cookie: cookieOf(browser), [header]: wanted },
    });
  expectError(await edit(ada, people.ben.id), 409, 'conflict');
  expectError(await edit(openBrowser(app), people.ada.id), 401, 'unauthorized');
  expect((await edit(ada, people.ada.id)).statusCode).toBe(200);
});
