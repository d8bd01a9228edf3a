import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openLog } from '../../src/base/log.js';

describe('the log', () => {
  it('holds no secret, wherever one was put', async () => {
    let text = '';
    const out = new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString();
        done();
      },
    });
    const log = openLog('info', out, false);
    const secrets = { authorization: 'hunter2', cookie: 'hunter2', 'set-cookie': 'hunter2', password: 'hunter2' };
    log.info({ ...secrets, headers: secrets, request: { headers: secrets, token: 'hunter2' } }, 'Said.');
    log.warn({ name: 'a.jpg', code: 'io' }, 'Stuck.');
    await new Promise((resolve) => setImmediate(resolve));
    expect(text).toContain('Said.');
    expect(text).toContain('"code":"io"');
    expect(text).not.toContain('hunter2');
  });
});
