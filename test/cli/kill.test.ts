/**
 * Killed with SIGKILL in the middle of its work, again and again: nothing lost, overwritten or doubled.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { makePhoto } from '../picture.js';
import { makeHome } from './run.js';

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** All files below a folder; what goes away while it is looked at is not among them. */
function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .flatMap((path) => {
        const there = statSync(path, { throwIfNoEntry: false });
        return there?.isDirectory() ? filesBelow(path) : there ? [path] : [];
      });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** How many files Photospool made so far. */
const progress = (folder: string): number =>
  ['work', 'archive', '.photospool/blobs'].flatMap((name) => filesBelow(join(folder, name))).length;

it('loses and doubles nothing, however often it is killed', async () => {
  const home = makeHome();
  const distinct = new Set<string>();
  for (let n = 0; n < 30; n++) {
    const bytes = await makePhoto(n % 24, { width: 640, height: 480 });
    writeFileSync(join(home.incoming, `${n}.jpg`), bytes);
    distinct.add(createHash('sha256').update(bytes).digest('hex'));
  }
  const folders = [home.incoming, join(home.folder, 'work'), home.archive];
  const main = join(import.meta.dirname, '../../dist/cli/main.js');
  let kills = 0;
  for (let round = 0; round < 12; round++) {
    const child = spawn(process.execPath, [main, 'process', '--home', home.folder, '--settle', '0'], {
      stdio: 'ignore',
    });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    // Each round gets a little further before the kill: first claims, renditions, documents, moves.
    while (child.exitCode === null && child.signalCode === null && progress(home.folder) < round * 7 + 1)
      await setImmediate();
    child.kill('SIGKILL');
    if ((await ended) === 'SIGKILL') kills++;
    const there = new Set(folders.flatMap(filesBelow).map(sha256));
    for (const hash of distinct) expect(there.has(hash), `bytes lost after kill ${kills}`).toBe(true);
  }
  expect(kills).toBeGreaterThan(0);
  const ran = await home.run('process', '--json');
  expect([ran.code, ran.err]).toEqual([0, '']);
  const originals = filesBelow(home.archive).filter((path) => !/\/duplicates\/|\.photospool-archive$/.test(path));
  expect(originals.map(sha256).sort()).toEqual([...distinct].sort());
  expect(filesBelow(join(home.archive, 'duplicates'))).toHaveLength(6);
  expect(filesBelow(home.incoming)).toEqual([]);
  expect(filesBelow(join(home.folder, 'work')).filter((path) => !path.includes('.lock'))).toEqual([]);
  expect((await home.run('list', '--json')).out.trim().split('\n')).toHaveLength(distinct.size);
  expect((await home.run('verify', '--json')).out).toContain(
    '{"checked":24,"missing":0,"changed":0,"unknown":0,"unreadable":0}',
  );
  expect(filesBelow(join(home.folder, '.photospool/blobs')).filter((path) => path.endsWith('.tmp'))).toEqual([]);
});
