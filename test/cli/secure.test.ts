import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makePair } from '../server/pair.js';
import { temporaryFolder } from '../folder.js';
import { makeBroken } from '../picture.js';
import { makeHome } from './run.js';

it('commands reach a server over HTTPS, by its own certificate and no other', async () => {
  const folder = temporaryFolder();
  const [pair, other] = [makePair('album'), makePair('other')];
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  writeFileSync(files.cert, pair.cert + other.cert);
  writeFileSync(files.key, pair.key);
  const home = makeHome();
  const server = await home.serve('--cert', files.cert, '--key', files.key);
  expect(server.url).toMatch(/^https:/);
  const status = await home.run('status', '--json');
  expect(JSON.parse(status.out)).toMatchObject({ server: server.url });
  // Passes and retries run in the server: it holds the work folder, so no other process could run them.
  await home.drop('a.jpg', 1);
  writeFileSync(join(home.incoming, 'broken.png'), await makeBroken());
  const pass = await home.run('process', '--json');
  expect([pass.code, pass.err.trim()]).toEqual([1, expect.stringMatching(/^stuck: broken\.png: [^\n]*$/)]);
  expect(JSON.parse(pass.out.trim().split('\n').at(-1)!)).toMatchObject({ stuck: 1 });
  // Stored once: by that pass or, on a busy machine, by the server before the pass was requested.
  expect(JSON.parse((await home.run('status', '--json')).out)).toMatchObject({ today: { stored: 1, duplicates: 0 } });
  expect(existsSync(join(home.archive, '2024/07/a.jpg'))).toBe(true);
  for (const args of [['--all'], ['broken.png']])
    expect(await home.run('retry', ...args)).toMatchObject({ code: 1, out: '1 file retried, 1 stuck\n' });
  const [stuck] = (JSON.parse((await home.run('status', '--json')).out) as { stuck: { attempts: number }[] }).stuck;
  expect(stuck!.attempts).toBe(3);
  writeFileSync(files.cert, other.cert);
  expect(JSON.parse((await home.run('status', '--json')).out)).not.toHaveProperty('server');
  // A pass requested meanwhile waits, and reports that.
  const waiting = home.start('process');
  await home.drop('b.jpg', 2);
  await expect.poll(() => waiting.errors()).toMatch(/^Waiting for the server or pass that uses \S+work\.\n/);
  expect(await Promise.race([waiting.ended, home.run('status').then(() => 'waits')])).toBe('waits');
  writeFileSync(files.cert, pair.cert);
  const waited = await waiting.ended;
  expect([waited.code, waited.out]).toEqual([1, expect.stringMatching(/1 stuck/)]);
  expect(await server.stop()).toBe(0);
});
