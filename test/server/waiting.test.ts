/** Long polls of peers: they send heartbeats, report how much is missing, and are answered when the server closes. */
import { expect, test } from 'vitest';
import { listenOn, openHome, type Home } from './fixture.js';

const since = ({ library }: Home): string => library.changes(library.lastChange()).last;

async function listening(): Promise<{ home: Home; ask: (path: string) => Promise<Response> }> {
  const home = await openHome();
  const { secret } = home.access.tokens.make('laptop', ['replicate'], { by: 'owner', who: 'owner' });
  const port = await listenOn(home.app);
  return {
    home,
    ask: (path) => fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${secret}` } }),
  };
}

test('waiting requests are answered when the server closes, and a closed library is not read', async () => {
  const { home, ask } = await listening();
  const waiting = [
    ask(`/db/photos/_changes?feed=longpoll&timeout=60000&since=${since(home)}`),
    ask(`/db/photos/_changes?feed=continuous&timeout=60000&since=${since(home)}`),
    ask('/blobs/?wait=60000'),
  ];
  await expect.poll(() => home.clock.sleeping()).toBeGreaterThanOrEqual(3);
  const closed = home.app.close();
  for (const answer of await Promise.all(waiting)) {
    expect(answer.status).toBe(200);
    await answer.text();
  }
  await closed;
  expect(home.logged).toEqual([]);
});

test('missing blobs are listed with their total, after heartbeats if requested', async () => {
  const { home, ask } = await listening();
  const waiting = await ask('/blobs/?wait=60000&originals=all&heartbeat=1000');
  const reader = waiting.body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toBe('\n');
  await home.add({ away: true, original: Buffer.alloc(500, 'far') });
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) rest += part.value;
  const told = JSON.parse(rest) as { total: object; wanted: object[] };
  expect(told).toMatchObject({ total: { count: 1, bytes: 500 }, wanted: [{ bytes: 500, have: 0 }] });
  const plain = await ask('/blobs/?originals=none');
  expect(plain.headers.get('content-type')).toMatch(/^application\/json/);
  expect(await plain.json()).toMatchObject({ total: { count: 0, bytes: 0 }, wanted: [] });
});

test.each(['/db/photos/_changes?feed=longpoll&timeout=60000&since=now', '/blobs/?wait=60000'])(
  'a revoked token is noticed at the next heartbeat: %s',
  async (path) => {
    const { home, ask } = await listening();
    home.access.settings.change({ setUp: true });
    const waiting = await ask(`${path}&heartbeat=1000`);
    const reader = waiting.body!.getReader();
    await reader.read();
    home.access.tokens.revoke('laptop', { by: 'owner', who: 'owner' });
    const toEnd = async (): Promise<void> => {
      while (!(await reader.read()).done);
    };
    await expect(toEnd()).rejects.toThrow();
    await expect.poll(() => home.clock.sleeping()).toBe(0);
  },
);
