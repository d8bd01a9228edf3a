import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { request, type ClientRequest } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePhoto } from '../picture.js';
import { until } from '../processes.js';
import { makeHome } from './run.js';

const tus = { 'tus-resumable': '1.0.0' };
const chunk = { ...tus, 'content-type': 'application/offset+octet-stream' };

/** Sends the first bytes of a chunk, without ending the request. */
function sendPart(url: string, offset: number, length: number, part: Buffer): ClientRequest {
  const headers = { ...chunk, 'upload-offset': `${offset}`, 'content-length': length };
  const client = request(url, { method: 'PATCH', headers }).on('error', () => undefined);
  client.write(part);
  return client;
}

test('an upload survives kill -9 of the server, and ends in the album', { timeout: 180_000 }, async () => {
  const home = makeHome();
  const bytes = Buffer.from(await makePhoto(7));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const metadata = `filename ${Buffer.from('IMG_7.jpg').toString('base64')},sha256 ${Buffer.from(sha256).toString('base64')}`;
  const kept = join(home.folder, 'work/.uploads');
  const offsets: number[] = [];

  let server = await home.serve();
  const made = await fetch(`${server.url}/api/uploads`, {
    method: 'POST',
    headers: { ...tus, 'upload-length': `${bytes.length}`, 'upload-metadata': metadata },
  });
  expect(made.status).toBe(201);
  const path = made.headers.get('location')!;
  const part = join(kept, `${path.slice(-32)}.part`);
  for (const share of [0.3, 0.6]) {
    const from = statSync(part).size;
    const to = Math.floor(bytes.length * share);
    const client = sendPart(server.url + path, from, bytes.length - from, bytes.subarray(from, to));
    await until(() => statSync(part).size === to);
    server.child.kill('SIGKILL');
    await once(server.child, 'exit');
    client.destroy();
    server = await home.serve();
    const head = await fetch(server.url + path, { method: 'HEAD', headers: tus });
    offsets.push(Number(head.headers.get('upload-offset')));
    expect(offsets.at(-1)).toBe(to);
    expect(readdirSync(home.incoming)).toEqual([]);
  }
  const from = offsets.at(-1)!;
  const last = await fetch(server.url + path, {
    method: 'PATCH',
    headers: { ...chunk, 'upload-offset': `${from}` },
    body: new Uint8Array(bytes.subarray(from)),
  });
  expect(last.status).toBe(204);
  const told = (await (await fetch(server.url + path)).json()) as object;
  expect(told).toEqual({ state: 'received', bytes: bytes.length, length: bytes.length, sha256 });
  const inAlbum = async (): Promise<boolean> => (await fetch(`${server.url}/api/photos/${sha256}`)).ok;
  await expect.poll(inAlbum, { timeout: 60_000 }).toBe(true);
  expect(await server.stop()).toBe(0);
  const month = readdirSync(home.archive, { recursive: true, encoding: 'utf8' }).find((one) =>
    one.endsWith('IMG_7.jpg'),
  );
  expect(readFileSync(join(home.archive, month!)).equals(bytes)).toBe(true);
});
