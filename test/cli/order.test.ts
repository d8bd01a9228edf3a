/**
 * The order in which data becomes durable: the system calls of one complete run, recorded by strace. Skipped without
 * strace (CI installs it).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeHome } from './run.js';

const strace = (() => {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** The calls of a trace in the order they returned: name, and the paths of the files concerned. */
function read(trace: string): { call: string; paths: string[] }[] {
  const calls: { call: string; paths: string[] }[] = [];
  const begun = new Map<string, string>();
  for (const line of trace.split('\n')) {
    const [, pid, text] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || text === undefined) continue;
    if (text.includes('<unfinished ...>')) {
      begun.set(pid, text);
      continue;
    }
    const whole = text.startsWith('<...') ? `${begun.get(pid) ?? ''} ${text}` : text;
    if (!/= 0$/.test(whole)) continue;
    const call = /^(\w+)\(/.exec(whole)?.[1];
    if (call)
      calls.push({
        call,
        paths: [...whole.matchAll(/<(\/[^>]*)>|"(\/[^"]*)"/g)].map((match) => match[1] ?? match[2]!),
      });
  }
  return calls;
}

describe('the order of durability', () => {
  it.skipIf(!strace)('is original, renditions, document, move into the archive', async () => {
    const home = makeHome();
    await home.drop('a.jpg', 1);
    const trace = join(home.folder, '../trace');
    const main = join(import.meta.dirname, '../../dist/cli/main.js');
    execFileSync(
      'strace',
      [
        '-f',
        '-y',
        '-s',
        '4096',
        '-o',
        trace,
        '-e',
        'trace=fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat',
        process.execPath,
        main,
        'process',
        '--home',
        home.folder,
        '--settle',
        '0',
      ],
      { stdio: 'ignore' },
    );
    const calls = read(readFileSync(trace, 'utf8'));
    const first = (call: RegExp, path: RegExp, after = -1): number => {
      const at = calls.findIndex(
        (one, n) => n > after && call.test(one.call) && one.paths.some((each) => path.test(each)),
      );
      expect(at, `${call.source} of ${path.source}`).toBeGreaterThan(after);
      return at;
    };
    const claimed = first(/^rename/, /work\/[0-9A-Z]{26}\/a\.jpg$/);
    const original = first(/sync$/, /work\/[0-9A-Z]{26}\/a\.jpg$/, claimed);
    const rendition = first(/^rename/, /blobs\/..\/[0-9a-f]{64}$/, original);
    first(/sync$/, /blobs\/..$/, rendition);
    const archived = first(/^link/, /archive\/2024\/07\/a\.jpg$/, rendition);
    // The document is in the write-ahead log, and flushed, before the original leaves its claim.
    const document = first(/sync$/, /library\.sqlite-wal$/, rendition);
    expect(document).toBeLessThan(archived);
    // The new name is flushed before the old one is removed.
    const flushed = first(/sync$/, /archive\/2024\/07$/, archived);
    first(/^unlink/, /work\/[0-9A-Z]{26}\/a\.jpg$/, flushed);
    // Nothing in the archive is ever overwritten by a rename or link.
    expect(
      calls.filter(({ call, paths }) => /^rename/.test(call) && paths.some((path) => path.includes('/archive/'))),
    ).toEqual([]);
  });
});
