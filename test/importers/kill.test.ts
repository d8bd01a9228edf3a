/** An import of parts that is killed repeatedly: nothing is lost or duplicated, and all descriptions are there. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isTemporary } from '../../src/base/temporary-names.js';
import type { PhotoView } from '../../src/document/photo-view.js';
import { makeHome } from '../cli/run.js';
import { albumJson, bare, googleJson, writeTar, writeZip, type Tree } from './make.js';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
const many = 12;
const filesIn = (folder: string): string[] =>
  !existsSync(folder)
    ? []
    : readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map((entry) => join(entry.parentPath, entry.name));

test.each([
  ['zip', writeZip],
  ['tgz', writeTar],
])('of %s parts: continues after being killed at any time', { timeout: 300_000 }, async (ending, write) => {
  const home = makeHome();
  const photos = await Promise.all(Array.from({ length: many }, (_, n) => bare(n)));
  const [first, second]: [Record<string, Buffer | string>, Record<string, Buffer | string>] = [{}, {}];
  const root = 'Takeout/Google Photos';
  photos.forEach((bytes, n) => {
    first[`${root}/Photos from 2024/${n}.jpg`] = bytes;
    second[`${root}/Photos from 2024/${n}.jpg.json`] = googleJson(`${n}.jpg`, { description: `number ${n}` });
    if (n % 2 === 0) second[`${root}/Trip/${n}.jpg`] = bytes;
  });
  second[`${root}/Trip/metadata.json`] = albumJson('Trip');
  const parts = await Promise.all([
    write(`takeout-a-001.${ending}`, first as Tree),
    write(`takeout-a-002.${ending}`, second as Tree),
  ]);
  const archived = (): string[] => filesIn(home.archive);

  // Killed while it scans, during the first file, and after some files.
  for (const enough of [-1, 0, 2, 5, 9]) {
    const child = spawn(process.execPath, [main, 'import', ...parts], {
      env: { ...process.env, PHOTOSPOOL_HOME: home.folder },
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const isTime = (): boolean =>
      enough < 0
        ? existsSync(join(home.folder, '.photospool'))
        : enough === 0
          ? filesIn(join(home.folder, 'work', '.import')).length > 0
          : archived().length >= enough;
    while (!isTime() && child.exitCode === null) await sleep(2);
    child.kill('SIGKILL');
    await ended;
  }
  const ran = await home.run('import', '--json', ...parts);
  expect(ran).toMatchObject({ code: 0, err: '' });
  const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  expect(
    archived()
      .map((path) => hash(readFileSync(path)))
      .sort(),
  ).toEqual(photos.map(hash).sort());
  expect(filesIn(join(home.folder, 'work'))).toEqual([]);
  const left = readdirSync(join(home.folder, 'work'), { recursive: true, encoding: 'utf8' });
  expect(left.filter((path) => isTemporary(basename(path)))).toEqual([]);
  const listed = (await home.run('list', '--json')).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PhotoView);
  expect(listed.map(({ name, description, albums }) => [Number.parseInt(name), description, albums]).sort()).toEqual(
    photos.map((_, n) => [n, `number ${n}`, n % 2 === 0 ? ['Trip'] : []]).sort(),
  );
});
