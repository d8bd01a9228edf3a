import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { PhotospoolError } from '../../src/base/errors.js';
import { expectError, listenOn, openHome, sha256 } from './fixture.js';

const boundary = 'b0undary';
const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
const part = (name: string, bytes: Buffer | string): Buffer =>
  Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="${name}"\r\nContent-Type: image/jpeg\r\n\r\n`,
    ),
    Buffer.from(bytes),
    Buffer.from('\r\n'),
  ]);
const end = Buffer.from(`--${boundary}--\r\n`);

describe('uploads', () => {
  it('put each file into incoming, unchanged', async () => {
    const { app, spool } = await openHome();
    const bytes = Buffer.alloc(3_000_000, 'jpeg\r\n--');
    const payload = Buffer.concat([part('a.jpg', bytes), part('Größe.png', 'x'), end]);
    const response = await app.inject({ method: 'POST', url: '/api/upload', headers, payload });
    expect(response.statusCode).toBe(201);
    expect(response.json()).toEqual({
      files: [
        { name: 'a.jpg', bytes: bytes.length, sha256: sha256(bytes) },
        { name: 'Größe.png', bytes: 1, sha256: sha256('x') },
      ],
    });
    expect(spool.placed).toEqual([
      { name: 'a.jpg', bytes: bytes.length, sha256: sha256(bytes) },
      { name: 'Größe.png', bytes: 1, sha256: sha256('x') },
    ]);
  });

  it('are reported under their new name', async () => {
    const { app, spool } = await openHome();
    const takes = spool.takes;
    spool.takes = async (stream, name) => (await takes(stream, name)).replace('.', '-2.');
    const payload = Buffer.concat([part('a.jpg', 'x'), end]);
    const response = await app.inject({ method: 'POST', url: '/api/upload', headers, payload });
    expect(response.json()).toEqual({ files: [{ name: 'a-2.jpg', bytes: 1, sha256: sha256('x') }] });
  });

  it('remove folders from the name', async () => {
    const { app, spool } = await openHome();
    const payload = Buffer.concat([part('../../etc/cron.d/x.jpg', 'x'), part('C:\\\\Users\\\\ada\\\\y.jpg', 'y'), end]);
    await app.inject({ method: 'POST', url: '/api/upload', headers, payload });
    for (const { name } of spool.placed) expect(name).not.toMatch(/[/\\]/);
    expect(spool.placed).toHaveLength(2);
  });

  it('without a file are rejected', async () => {
    const { app } = await openHome();
    const field = `--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n`;
    for (const payload of [end, Buffer.concat([Buffer.from(field), end])]) {
      expectError(await app.inject({ method: 'POST', url: '/api/upload', headers, payload }), 400, 'invalid');
    }
  });

  it('that end in the middle are rejected, and the file is not placed', async () => {
    const { app, spool } = await openHome();
    const payload = Buffer.concat([part('a.jpg', 'whole'), part('b.jpg', 'half of').subarray(0, -4)]);
    const response = await app.inject({ method: 'POST', url: '/api/upload', headers, payload });
    expectError(response, 422, 'truncated');
    expect(spool.placed.map(({ name }) => name)).toEqual(['a.jpg']);
  });

  it('fail for the spool when the client disconnects', async () => {
    const { app, spool } = await openHome();
    let outcome: Promise<unknown> | undefined;
    const takes = spool.takes;
    const begun = new Promise<void>((resolve) => {
      spool.takes = (stream, name) => {
        stream.once('readable', resolve);
        const taken = takes(stream, name);
        outcome = taken.then(
          () => 'placed',
          () => 'failed',
        );
        return taken;
      };
    });
    const port = await listenOn(app);
    const client = request({ method: 'POST', host: '127.0.0.1', port, path: '/api/upload', headers });
    client.on('error', () => undefined);
    client.write(part('a.jpg', Buffer.alloc(500_000)).subarray(0, -2));
    await begun;
    client.destroy();
    expect(await outcome).toBe('failed');
    expect(spool.placed).toEqual([]);
  });

  it('report a full disk', async () => {
    const { app, spool } = await openHome();
    spool.takes = async (stream) => {
      stream.destroy();
      throw new PhotospoolError('disk-full', 'Could not write a.jpg: the disk is full.', { hint: 'Free some space.' });
    };
    const payload = Buffer.concat([part('a.jpg', Buffer.alloc(2_000_000)), part('b.jpg', 'x'), end]);
    const response = await app.inject({ method: 'POST', url: '/api/upload', headers, payload });
    expect(expectError(response, 507, 'disk-full').hint).toBe('Free some space.');
  });
});
