/** Two homes, each with its own library and archive, share one `incoming`: each file ends up in exactly one of them. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../folder.js';
import { makePhoto } from '../picture.js';
import { makeHome, type TestHome } from './run.js';

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name));
const hashesIn = (folder: string): string[] => filesIn(folder).map((path) => hash(readFileSync(path)));

it('nothing is lost or doubled while both are killed and restarted', { timeout: 240_000 }, async () => {
  const incoming = join(temporaryFolder(), 'shared');
  mkdirSync(incoming);
  const more = { PHOTOSPOOL_WORKERS: '2' };
  const homes = [makeHome(more), makeHome(more)];
  const photos = await Promise.all(Array.from({ length: 24 }, (_, n) => makePhoto(n)));
  const drop = (n: number): void => {
    const path = join(incoming, n % 3 === 0 ? `trip ${n % 2}` : '', `${n}.jpg`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, photos[n]!);
  };
  const serve = (home: TestHome) => home.serve('--incoming', incoming);
  let servers = await Promise.all(homes.map(serve));
  for (const n of photos.keys()) {
    drop(n);
    if (n % 8 !== 4) continue;
    // Killed during work: a file that is not in an archive yet is in a claim of one of them.
    for (const { child } of servers) {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    servers = await Promise.all(homes.map(serve));
  }
  const archived = (): string[] => homes.flatMap(({ archive }) => hashesIn(archive));
  await expect.poll(() => archived().length, { timeout: 120_000 }).toBeGreaterThanOrEqual(photos.length);
  for (const server of servers) expect(await server.stop()).toBe(0);
  // A final pass of each: no claim keeps a file.
  for (const home of homes) expect(await home.run('process', '--incoming', incoming)).toMatchObject({ code: 0 });
  expect(archived().sort()).toEqual(photos.map(hash).sort());
  expect(filesIn(incoming)).toEqual([]);
  for (const home of homes) expect(filesIn(join(home.folder, 'work'))).toEqual([]);
  for (const { archive, run } of homes) {
    const listed = (await run('list', '--json')).out.trim();
    expect(listed === '' ? 0 : listed.split('\n').length).toBe(filesIn(archive).length);
  }
});
