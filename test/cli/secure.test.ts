import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makePair } from '../server/pair.js';
import { temporaryFolder } from '../folder.js';
import { makeHome } from './run.js';

it('the commands reach a server that speaks HTTPS, by its own certificate and no other', async () => {
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
  writeFileSync(files.cert, other.cert);
  expect(JSON.parse((await home.run('status', '--json')).out)).not.toHaveProperty('server');
  expect(await server.stop()).toBe(0);
});
