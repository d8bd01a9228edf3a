/** `/db` is for tokens of peers alone, and says no as CouchDB does. */
import { expect, test } from 'vitest';
import { openHome } from '../server/fixture.js';

const routes = [
  ['GET', '/db/'],
  ['GET', '/db/photos'],
  ['PUT', '/db/photos'],
  ['GET', '/db/photos/_changes'],
  ['POST', '/db/photos/_revs_diff'],
  ['POST', '/db/photos/_bulk_get'],
  ['POST', '/db/photos/_bulk_docs'],
  ['POST', '/db/photos/_ensure_full_commit'],
  ['GET', '/db/photos/_local/x'],
  ['PUT', '/db/photos/_local/x'],
  ['DELETE', '/db/photos/_local/x'],
  ['GET', '/db/photos/photo:x'],
] as const;

test('every route of /db asks for a token that may replicate', async () => {
  const { app, access } = await openHome();
  access.settings.change({ setUp: true });
  const actor = { by: 'owner', who: 'owner' };
  const [peer, editor] = (['replicate', 'edit'] as const).map(
    (may) => access.tokens.make(may, [may], actor).secret,
  ) as [string, string];
  for (const [method, url] of routes) {
    const ask = (authorization?: string) =>
      app.inject({ method, url, headers: authorization === undefined ? {} : { authorization } });
    const none = await ask();
    expect(none.statusCode, url).toBe(401);
    expect(none.json(), url).toEqual({ error: 'unauthorized', reason: expect.any(String) });
    expect((await ask(`Bearer ${editor}`)).statusCode, url).toBe(403);
    const basic = Buffer.from(`anything:${peer}`).toString('base64');
    for (const good of [`Bearer ${peer}`, `Basic ${basic}`])
      expect([401, 403, 500], `${method} ${url}`).not.toContain((await ask(good)).statusCode);
  }
});

test('a token that is revoked gets nothing of what it waited for', async () => {
  const { app, access, clock, add } = await openHome();
  access.settings.change({ setUp: true });
  const actor = { by: 'owner', who: 'owner' };
  const { secret } = access.tokens.make('peer', ['replicate'], actor);
  const waiting = app.inject({
    url: '/db/photos/_changes?feed=longpoll&since=now&timeout=50000',
    headers: { authorization: `Bearer ${secret}` },
  });
  const answered = Promise.resolve(waiting);
  await expect.poll(() => clock.sleeping()).toBeGreaterThan(0);
  access.tokens.revoke('peer', actor);
  await add();
  expect((await answered).statusCode).toBe(401);
});
