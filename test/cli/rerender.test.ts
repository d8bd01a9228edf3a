/** `photospool rerender` from the command line: missing and outdated renditions are made, also after a kill. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSqlite } from '../../src/base/sqlite.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { openLibrary } from '../../src/library/library.js';
import { fillHomes, type TestHome } from './run.js';

const filledHome = fillHomes();

const main = join(import.meta.dirname, '../../dist/cli/main.js');
const last = (out: string): unknown => JSON.parse(out.trim().split('\n').at(-1) ?? '');

/** Changes the documents of all photos of a home that no other process has open. */
function each(home: TestHome, use: (body: PhotoDocument, n: number) => PhotoDocument | undefined): void {
  const db = openSqlite(join(home.folder, '.photospool/library.sqlite'));
  const library = openLibrary(db, { index: () => undefined });
  const ids = [...library.scan<PhotoDocument>('photo:')].map(({ id }) => id);
  for (const [n, id] of ids.entries()) library.update<PhotoDocument>(id, (body) => body && use(body, n));
  library.close();
  db.close();
}

function recipes(home: TestHome): number[] {
  const found: number[] = [];
  each(home, (body) => void found.push(body.renditions.recipe));
  return found;
}

const outdated = (body: PhotoDocument): PhotoDocument => ({ ...body, renditions: { ...body.renditions, recipe: 0 } });
const blob = (home: TestHome, sha256: string): string =>
  join(home.folder, '.photospool/blobs', sha256.slice(0, 2), sha256);

it('renders what is outdated or missing, and then nothing more', async () => {
  const home = await filledHome(3);
  let lost = '';
  each(home, (body, n) => {
    if (n === 1) lost = blob(home, body.renditions.preview!.sha256);
    return n === 0 ? outdated(body) : undefined;
  });
  rmSync(lost);
  const ran = await home.run('rerender', '--json');
  expect(ran.code, ran.err).toBe(0);
  expect(last(ran.out)).toMatchObject({ looked: 3, made: 2, away: 0, failed: 0 });
  expect(existsSync(lost)).toBe(true);
  expect(recipes(home).every((recipe) => recipe > 0)).toBe(true);
  expect(last((await home.run('rerender', '--json')).out)).toMatchObject({ looked: 3, made: 0 });
});

it('continues after being killed', async () => {
  const home = await filledHome(12);
  const folder = join(home.folder, '.photospool/blobs');
  each(home, outdated);
  for (const name of readdirSync(folder))
    if (/^[0-9a-f]{2}$/.test(name)) rmSync(join(folder, name), { recursive: true });
  const made = (): number =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /[0-9a-f]{64}$/.test(name)).length;
  const child = spawn(process.execPath, [main, 'rerender', '--workers', '1'], {
    env: { ...process.env, PHOTOSPOOL_HOME: home.folder },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // Each photo has two pictures; those of the first photos are durable, with their documents.
  await expect.poll(made, { interval: 5, timeout: 60_000 }).toBeGreaterThan(7);
  child.kill('SIGKILL');
  await ended;
  const left = recipes(home).filter((recipe) => recipe === 0).length;
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(12);
  const ran = await home.run('rerender', '--json');
  expect(last(ran.out)).toMatchObject({ looked: 12, made: left, failed: 0 });
  expect(recipes(home).every((recipe) => recipe > 0)).toBe(true);
  each(home, ({ renditions: { thumb, preview } }) => {
    for (const one of [thumb!, preview!]) expect(existsSync(blob(home, one.sha256))).toBe(true);
    return undefined;
  });
});
