/** `/db` is for tokens of peers only, and rejects requests like CouchDB. */
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

test('every route of /db requires a token that may replicate', async () => {
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

test('a revoked token gets nothing that it waited for', async () => {
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

test('every error below /db has CouchDB’s format', async () => {
  const { app, access } = await openHome();
  access.settings.change({ setUp: true });
  const actor = { by: 'owner', who: 'owner' };
  const { secret } = access.tokens.make('peer', ['replicate'], actor);
  const json = { 'content-type': 'application/json' };
  const cases: [string, string, number, string, object?, string?][] = [
    ['GET', '/db/nothing', 404, 'not_found'],
    ['PUT', '/db/photos', 412, 'file_exists'],
    ['GET', '/db/photos/x', 404, 'not_found'],
    ['GET', '/db/photos/_all_docs', 404, 'not_found'],
    ['GET', '/db/photos/_design/x/_view/y', 404, 'not_found'],
    ['POST', '/db/photos/_design/x/_update/y', 404, 'not_found'],
    ['GET', '/db/a/b/c/d', 404, 'not_found'],
    ['DELETE', '/db/photos', 405, 'method_not_allowed'],
    ['POST', '/db/photos', 405, 'method_not_allowed'],
    ['DELETE', '/db/photos/x', 405, 'method_not_allowed'],
    ['PATCH', '/db/photos/_bulk_docs', 405, 'method_not_allowed'],
    ['GET', '/db/photos/_bulk_docs', 405, 'method_not_allowed'],
    ['PUT', '/db/photos/x', 403, 'forbidden', json, '{}'],
    ['POST', '/db/photos/_bulk_docs', 400, 'bad_request', json, '{"docs":'],
    ['POST', '/db/photos/_bulk_docs', 400, 'bad_request', json, '[]'],
    ['POST', '/db/photos/_bulk_docs', 400, 'bad_request', json, '{"docs":[]}'],
    ['POST', '/db/photos/_bulk_docs', 400, 'bad_request', json, '{"new_edits":false,"docs":7}'],
    ['POST', '/db/photos/_bulk_docs', 400, 'bad_request', json, '{"new_edits":false}'],
    ['POST', '/db/photos/_bulk_docs', 400, 'bad_request', json, '{"new_edits":false,"docs":[{]}'],
    ['POST', '/db/photos/_bulk_docs', 415, 'bad_content_type', { 'content-type': 'text/plain' }, '{}'],
    ['POST', '/db/photos/_bulk_get', 415, 'bad_content_type', { 'content-type': 'application/xml' }, '{}'],
    ['POST', '/db/photos/_bulk_get', 400, 'bad_request', json, '{}'],
    ['POST', '/db/photos/_revs_diff', 400, 'bad_request', json, '{"a":1}'],
    ['POST', '/db/photos/_revs_diff', 400, 'bad_request', json, ''],
    ['PUT', '/db/photos/_local/x', 400, 'bad_request', json, '{'],
    ['PUT', '/db/photos/_local/x', 413, 'too_large', json, `{"a":"${'x'.repeat(1_100_000)}"}`],
    ['PUT', '/db/photos/_local/x', 409, 'conflict', json, '{"_rev":"0-1"}'],
    ['GET', '/db/photos/_local/x', 404, 'not_found'],
    ['GET', '/db/photos/%E0%A4%A', 400, 'bad_request'],
    ['GET', `/db/photos/${'x'.repeat(1_200)}`, 404, 'not_found'],
  ];
  for (const [method, url, status, error, headers = {}, payload] of cases) {
    const answer = await app.inject({
      ...{ method: method as 'GET', url, ...(payload !== undefined && { payload }) },
      headers: { authorization: `Bearer ${secret}`, ...headers },
    });
    expect([answer.statusCode, answer.json()], `${method} ${url.slice(0, 80)} ${payload?.slice(0, 40) ?? ''}`).toEqual([
      status,
      { error, reason: expect.stringMatching(/./) as string },
    ]);
  }
  const foreign = await app.inject({ url: '/db/photos', headers: { host: 'evil.example' } });
  expect([foreign.statusCode, Object.keys(foreign.json())]).toEqual([403, ['error', 'reason']]);
  const nobody = await app.inject({ url: '/db/photos/a/b/c' });
  expect([nobody.statusCode, Object.keys(nobody.json())]).toEqual([401, ['error', 'reason']]);
});
