import { expect, it } from 'vitest';
import { buildApp } from '../../src/server/app.js';
import { openHome } from './fixture.js';

it('sample pictures are painted once for concurrent requests', async () => {
  const { parts } = await openHome();
  let painted = 0;
  let finish = (): void => undefined;
  const samples = (): Promise<number> => {
    painted++;
    return new Promise((resolve) => (finish = () => resolve(6)));
  };
  const app = await buildApp({ ...parts, samples });
  const ask = () => app.inject({ method: 'POST', url: '/api/samples' });
  const both = Promise.all([ask(), ask()]);
  await expect.poll(() => painted).toBe(1);
  await app.inject('/healthz');
  finish();
  expect((await both).map((response) => response.json<object>())).toEqual([{ placed: 6 }, { placed: 6 }]);
  expect(painted).toBe(1);
  const again = ask();
  await expect.poll(() => painted).toBe(2);
  finish();
  expect((await again).statusCode).toBe(202);
  await app.close();
});
