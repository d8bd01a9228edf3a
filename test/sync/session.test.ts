/** A public server tells each client what it may do there: a publisher, that it may publish. */
import { expect, test } from 'vitest';
import { openPublicServer } from './publishing.js';

test('a publish token may publish, a visitor may see', async () => {
  const vps = await openPublicServer();
  const token = await vps.token('home');
  await vps.start();
  const ask = async (headers: Record<string, string> = {}): Promise<unknown> =>
    (await fetch(`${vps.url()}/api/session`, { headers })).json();
  expect(await ask({ authorization: `Bearer ${token}` })).toMatchObject({ role: 'program', may: ['publish'] });
  expect(await ask()).toMatchObject({ role: 'visitor', may: ['see'] });
});
