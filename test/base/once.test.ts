/** Programs that run once, and what they are not allowed to do. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runOnce, type RunLimits } from '../../src/base/sandbox/run.js';
import { temporaryFolder } from '../folder.js';

const limits: RunLimits = { seconds: 30, memory: 1 << 30, output: 1 << 20, file: 1 << 20 };
const shell = (script: string, change: Partial<RunLimits> = {}, signal?: AbortSignal): ReturnType<typeof runOnce> =>
  runOnce('sh', ['-c', script], { ...limits, ...change }, signal && { signal });

/** Whether a process is running. */
const runs = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe.skipIf(process.platform === 'win32')('a program run once', () => {
  it('returns its output', async () => {
    expect(await shell('echo yes; echo why >&2')).toEqual({
      kind: 'done',
      output: Buffer.from('yes\n'),
      said: 'why\n',
    });
  });

  it('is reported if it does not exist', async () => {
    expect(await runOnce('photospool-no-such-program', [], limits)).toMatchObject({ kind: 'ended', why: 'start' });
  });

  it('is reported by its exit code if it fails', async () => {
    expect(await shell('echo broken >&2; exit 3')).toEqual({
      kind: 'ended',
      why: 'crash',
      signal: null,
      said: 'broken\n',
    });
  });

  it('is killed with its children after its time limit', async () => {
    const folder = temporaryFolder();
    expect(await shell(`sleep 600 & echo $! >${folder}/pid; wait`, { seconds: 2 })).toMatchObject({ why: 'time' });
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    await expect.poll(() => runs(pid)).toBe(false);
  });

  it('is killed after its CPU limit', async () => {
    expect(await shell('while :; do :; done', { cpu: 1 })).toMatchObject({ kind: 'ended', why: 'time' });
  });

  it('is killed when its output is too long', async () => {
    expect(await shell('yes')).toMatchObject({ kind: 'ended', why: 'output' });
  });

  it('can’t write a larger file than allowed', async () => {
    const file = join(temporaryFolder(), 'large');
    expect((await shell(`head -c 9000000 /dev/zero >${file}`)).kind).toBe('ended');
    expect(statSync(file).size).toBeLessThanOrEqual(1 << 20);
  });

  it('gets an empty standard input', async () => {
    expect(await shell('cat; echo end')).toMatchObject({ kind: 'done', output: Buffer.from('end\n') });
  });

  it('is killed when aborted', async () => {
    const calling = new AbortController();
    const told = shell('sleep 600', {}, calling.signal);
    calling.abort();
    expect(await told).toMatchObject({ kind: 'ended', why: 'closed' });
    expect(await shell('echo', {}, calling.signal)).toMatchObject({ kind: 'ended', why: 'closed' });
  });

  it.skipIf(!existsSync('/proc/self/stat'))('ends when this process is killed', async () => {
    const folder = temporaryFolder();
    const once = pathToFileURL(join(import.meta.dirname, '../../src/base/sandbox/run.ts')).href;
    const script = `import { runOnce } from '${once}';
      await runOnce('sh', ['-c', 'echo $$ >${folder}/pid; exec sleep 600'], ${JSON.stringify(limits)});`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: 'ignore',
    });
    const pid = (): number => (existsSync(join(folder, 'pid')) ? Number(readFileSync(join(folder, 'pid'), 'utf8')) : 0);
    await expect.poll(pid).toBeGreaterThan(0);
    expect(runs(pid())).toBe(true);
    child.kill('SIGKILL');
    await expect.poll(() => runs(pid())).toBe(false);
  });
});
