import { get } from 'node:https';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { readPair } from '../../src/server/http/tls-certificate.js';
import { openServer } from '../../src/server/app.js';
import { temporaryFolder } from '../folder.js';
import { openHome } from './fixture.js';
import { makePair } from './pair.js';

/** Writes a pair as renewal tools do: next to the old one, then renamed. */
function write(folder: string, { cert, key }: { cert: string; key: string }): { cert: string; key: string } {
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  writeFileSync(`${files.cert}.new`, cert);
  writeFileSync(`${files.key}.new`, key);
  renameSync(`${files.key}.new`, files.key);
  renameSync(`${files.cert}.new`, files.cert);
  return files;
}

/** The response of the server at `url`, and the name in its certificate. */
const ask = (url: string, ca: string): Promise<{ name: string; headers: Record<string, unknown>; version: string }> =>
  new Promise((resolve, reject) => {
    get(`${url}/healthz`, { ca, agent: false }, (response) => {
      const { socket } = response;
      if (!(socket instanceof TLSSocket)) return reject(new Error('This is no TLS.'));
      const { subject } = socket.getPeerCertificate();
      const version = socket.getProtocol() ?? '';
      response.resume().on('end', () => resolve({ name: String(subject.CN), headers: response.headers, version }));
    }).on('error', reject);
  });

describe('HTTPS', () => {
  it('uses the owner’s certificate, and a renewed one without a restart', async () => {
    const { parts, clock, logged } = await openHome();
    const folder = temporaryFolder();
    const [first, second] = [makePair('first'), makePair('second')];
    const https = write(folder, first);
    const server = await openServer({ ...parts, config: { ...parts.config, https } });
    expect(server.url).toBe(`https://127.0.0.1:${server.port}`);
    expect(await ask(server.url, first.cert)).toMatchObject({
      ...{ name: 'first', version: 'TLSv1.3' },
      headers: { 'strict-transport-security': 'max-age=15552000' },
    });

    write(folder, second);
    await expect
      .poll(async () => {
        await clock.advance(30_000);
        return (await ask(server.url, first.cert + second.cert)).name;
      })
      .toBe('second');

    writeFileSync(https.cert, first.cert);
    await expect.poll(() => clock.advance(30_000).then(() => logged.length)).toBe(1);
    expect(JSON.stringify(logged)).not.toContain('PRIVATE');
    expect((await ask(server.url, second.cert)).name).toBe('second');
    await server.close();
    expect(clock.sleeping()).toBe(0);
  });

  it('reports errors in the files', async () => {
    const folder = temporaryFolder();
    const files = write(folder, { cert: makePair('a').cert, key: makePair('b').key });
    await expect(readPair(files)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(/are not a certificate and its private key\.$/) as string,
    });
    writeFileSync(files.cert, 'x');
    await expect(readPair(files)).rejects.toMatchObject({ code: 'config' });
    const missing = { ...files, key: join(folder, 'none.pem') };
    await expect(readPair(missing)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(/none\.pem: it does not exist/) as string,
    });
  });
});
