/** Tokens that people make for themselves, over HTTP. */
import { expect, test } from 'vitest';
import { expectError } from './fixture.js';
import { openPeople } from './people-home.js';

test('everybody creates, lists and revokes tokens that act for themselves; those of the house belong to owners', async () => {
  const { home, people, ask, close } = await openPeople();
  const { ada, ben, cleo } = people;
  const own = { name: 'Phone', may: ['upload'], for: 'me' };
  const made = await ask(ben.headers, 'POST', '/api/tokens', own);
  expect([made.statusCode, made.json()]).toEqual([
    201,
    { name: 'Phone', may: ['upload'], for: 'me', token: expect.stringMatching(/^psp_/) as string },
  ]);
  const { token } = made.json<{ token: string }>();
  expect(home.access.recognise({ token, direct: false })).toMatchObject({ role: 'program', person: ben.id });
  // A name that somebody else has is free: nobody learns of it.
  for (const { headers } of [ada, cleo]) expect((await ask(headers, 'POST', '/api/tokens', own)).statusCode).toBe(201);
  const house = { name: 'phone', may: ['read'] };
  expect((await ask(ada.headers, 'POST', '/api/tokens', house)).statusCode).toBe(201);
  expectError(await ask(ben.headers, 'POST', '/api/tokens', own), 409, 'conflict');
  expectError(await ask(ben.headers, 'POST', '/api/tokens', { ...own, may: ['replicate'] }), 400, 'invalid');
  for (const [method, url] of [
    ['POST', '/api/tokens'],
    ['GET', '/api/tokens'],
    ['DELETE', '/api/tokens/phone'],
  ] as const)
    expectError(await ask(ben.headers, method, url, method === 'POST' ? house : undefined), 403, 'forbidden');

  const listed = async (headers: Record<string, string>, whose: string): Promise<unknown> =>
    (await ask(headers, 'GET', `/api/tokens${whose}`)).json<{ tokens: unknown[] }>().tokens;
  const at = expect.any(String) as string;
  expect(await listed(ben.headers, '?for=me')).toEqual([
    { name: 'Phone', may: ['upload'], for: 'me', created: at, lastUsed: at, by: 'ben' },
  ]);
  expect(await listed(ada.headers, '')).toEqual([{ name: 'phone', may: ['read'], created: at, by: 'ada' }]);

  expect((await ask(ben.headers, 'DELETE', '/api/tokens/phone?for=me')).json()).toEqual({ revoked: true });
  expect(home.access.recognise({ token, direct: false })).toBeUndefined();
  expectError(await ask(ben.headers, 'DELETE', '/api/tokens/phone?for=me'), 404, 'not-found');
  const left = home.access.tokens.list().map(({ person }) => person);
  expect(new Set(left)).toEqual(new Set([ada.id, cleo.id, undefined]));

  await home.clock.advance(3_600_000);
  expectError(await ask(ben.headers, 'POST', '/api/tokens', own), 403, 'confirmation-needed');
  close({ on: false, reason: 'cabin.example runs an older version. Upgrade it.' });
  const refused = expectError(await ask(ben.enter(), 'POST', '/api/tokens', own), 409, 'conflict');
  expect(refused.hint).toBe('cabin.example runs an older version. Upgrade it.');
});
