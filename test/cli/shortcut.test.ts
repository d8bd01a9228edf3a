import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../folder.js';
import { makePhoto } from '../picture.js';
import { makeHome } from './run.js';

const run = promisify(execFile);
const hasCurl = await run('curl', ['--version']).then(
  () => true,
  () => false,
);

test.skipIf(!hasCurl)(
  'the commands of the iPhone and Android guides send a photo, and get the hash of the file',
  async () => {
    const home = makeHome();
    const made = await home.run('tokens', 'add', 'iPhone', '--may', 'upload');
    const token = made.out.trim();
    const server = await home.serve();
    const photo = join(temporaryFolder(), 'IMG_0001.HEIC');
    writeFileSync(photo, await makePhoto(3));
    const hash = createHash('sha256').update(readFileSync(photo)).digest('hex');

    for (const guide of ['iphone', 'android']) {
      const text = readFileSync(join(import.meta.dirname, `../../docs/guide/${guide}.md`), 'utf8');
      const command = /^curl .*$/m.exec(text)![0];
      const here = command
        .replace(/https:\/\/album\.example\.org/, server.url)
        .replace(/files=@\S+/, `files=@${photo}`)
        .replace('curl', 'curl --silent --show-error');
      const { stdout } = await run('sh', ['-c', here], { env: { ...process.env, TOKEN: token } });
      expect(JSON.parse(stdout)).toMatchObject({ files: [{ name: 'IMG_0001.HEIC', sha256: hash }] });
    }
    const old = [
      '--silent',
      '-H',
      'Authorization: Bearer psp_revoked',
      '-F',
      `files=@${photo}`,
      `${server.url}/api/upload`,
    ];
    const { stdout } = await run('curl', old);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'unauthorized' } });
    const wrong = ['--silent', '-H', `Authorization: Bearer ${token}`, `${server.url}/api/photos`];
    expect(JSON.parse((await run('curl', wrong)).stdout)).toMatchObject({ error: { code: 'forbidden' } });
    // The album has the photo, and says when its phone sent it.
    await expect
      .poll(async () => JSON.parse((await home.run('tokens', 'list', '--json')).out) as unknown)
      .toMatchObject({ name: 'iPhone', lastPhoto: expect.stringMatching(/^20\d\d-/) as string });
    expect((await home.run('tokens', 'list')).out).toMatch(/, last photo 20\d\d-\S+Z\)$/m);
    await server.stop();
  },
);
