import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openLog } from '../../src/base/log.js';

/** What is written to a log with this format, on a terminal or not. */
function written(format: 'auto' | 'text' | 'json', isTTY: boolean): string {
  let all = '';
  const out = Object.assign(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        all += chunk.toString();
        done();
      },
    }),
    { isTTY },
  );
  const log = openLog({ level: 'info', format }, out);
  log.info({ name: 'a\nb.jpg', outcome: 'stored', seconds: 1.234, steps: { hash: 0.5 } }, 'stored a\nb.jpg');
  return all;
}

describe('the log', () => {
  it('is a readable line on a terminal and JSON elsewhere, whatever a name contains', () => {
    expect(written('auto', true)).toMatch(/^\d\d:\d\d:\d\d stored a\\u\{a\}b\.jpg \(1\.2 s\)\n$/);
    const line = written('auto', false);
    expect(line.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(line)).toMatchObject({ outcome: 'stored', seconds: 1.234, steps: { hash: 0.5 }, level: 30 });
  });

  it('follows the configuration, wherever it is written', () => {
    expect(written('text', false)).toBe(written('auto', true));
    expect(JSON.parse(written('json', true))).toMatchObject({ name: 'a\nb.jpg' });
  });

  it('contains no secret from any field', async () => {
    let text = '';
    const out = new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString();
        done();
      },
    });
    const log = openLog({ level: 'info', format: 'json' }, out);
    const secrets = { authorization: 'hunter2', cookie: 'hunter2', 'set-cookie': 'hunter2', password: 'hunter2' };
    log.info({ ...secrets, headers: secrets, request: { headers: secrets, token: 'hunter2' } }, 'Said.');
    log.warn({ name: 'a.jpg', code: 'io' }, 'Stuck.');
    await new Promise((resolve) => setImmediate(resolve));
    expect(text).toContain('Said.');
    expect(text).toContain('"code":"io"');
    expect(text).not.toContain('hunter2');
  });
});
