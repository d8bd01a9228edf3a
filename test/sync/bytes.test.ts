/** Bytes from another server: all that it sent arrive, even when they are read later. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { stream } from '../../src/sync/blobs/blob-http.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test('data read only after a garbage collection is intact', async () => {
  const picture = randomBytes(600_000);
  const server = createServer((_request, response) => response.end(picture));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  for (let n = 0; n < 3; n++) {
    const { body } = await stream(address, '/picture', { signal: new AbortController().signal });
    for (let turn = 0; turn < 3; turn++) {
      collect();
      await sleep(1);
    }
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    expect(Buffer.concat(parts).equals(picture)).toBe(true);
  }
});
