/** What an owner does with stuck files over HTTP: decisions, downloads, and the news about them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { StuckItem } from '../../src/spool/spool-interface.js';
import { temporaryFolder } from '../folder.js';
import { openHome } from './fixture.js';

const stuck = (name: string, over: Partial<StuckItem> = {}): StuckItem => ({
  ...{ name, claim: `claim-${name}`, reason: 'It is damaged.', code: 'undecodable', attempts: 1 },
  ...{ since: '2020-01-01T00:00:00.000Z', own: true },
  ...over,
});

it('decides about named files, or about all', async () => {
  const home = await openHome();
  const post = (what: string, payload?: object) =>
    home.app.inject({ method: 'POST', url: `/api/spool/${what}`, ...(payload && { payload }) });
  expect((await post('ignore', { names: ['a.jpg'] })).json()).toEqual({ chosen: ['a.jpg'], refused: [], unknown: [] });
  expect((await post('trash', { names: 'all' })).statusCode).toBe(200);
  expect((await post('restore')).statusCode).toBe(204);
  expect((await post('trash', { names: [] })).statusCode).toBe(400);
  expect(home.spool.chosen).toEqual([
    ['ignore', ['a.jpg']],
    ['trash', 'all'],
    ['restore', 'all'],
  ]);
});

it('serves a stuck file unchanged, for download only, and those of a group as one archive', async () => {
  const home = await openHome();
  const folder = temporaryFolder();
  for (const name of ['a.html', 'b.jpg']) writeFileSync(join(folder, name), `<script>${name}</script>`);
  home.spool.stuckFiles = ['a.html', 'b.jpg'].map((name) => ({
    ...{ claim: `claim-${name}`, path: join(folder, name), name, bytes: `<script>${name}</script>`.length },
  }));
  home.spool.state.stuck = [stuck('a.html'), stuck('b.jpg'), stuck('c.jpg', { ignored: true })];
  const one = await home.app.inject('/api/spool/stuck/claim-a.html');
  expect(one.body).toBe('<script>a.html</script>');
  expect(one.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment; filename="a.html"',
  });
  const all = await home.app.inject('/api/spool/stuck/undecodable');
  expect(all.headers).toMatchObject({ 'content-type': 'application/zip' });
  expect(all.rawPayload.subarray(0, 2).toString()).toBe('PK');
  for (const name of ['a.html', 'b.jpg']) expect(all.rawPayload.includes(name)).toBe(true);
  expect((await home.app.inject('/api/spool/stuck/nothing')).statusCode).toBe(404);
});

it('reports files that no owner has seen as new, except ignored ones', async () => {
  const home = await openHome();
  const news = async (): Promise<object> => (await home.app.inject('/api/spool')).json<{ news: object }>().news;
  home.spool.state.stuck = [stuck('a.jpg'), stuck('b.jpg', { ignored: true })];
  home.spool.state.ignored = [{ name: 'notes.txt', reason: 'it is a text file' }];
  expect(await news()).toEqual({ stuck: 1, ignored: 1 });
  expect((await home.app.inject({ method: 'POST', url: '/api/spool/seen' })).statusCode).toBe(204);
  expect(await news()).toEqual({ stuck: 0, ignored: 0 });
  home.spool.state.stuck.push(stuck('c.jpg', { since: '2999-01-01T00:00:00.000Z' }));
  home.spool.state.ignored.push({ name: 'more.txt', reason: 'it is a text file' });
  expect(await news()).toEqual({ stuck: 1, ignored: 1 });
});
