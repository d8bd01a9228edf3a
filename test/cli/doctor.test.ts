/**
 * `photospool doctor` from the command line: next to a server, without one, and with one that does not respond. It
 * changes nothing.
 */
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeBroken } from '../picture.js';
import { fillHomes, type TestHome } from './run.js';

interface Finding {
  check: string;
  severity: string;
  message: string;
  remedy: string;
}

const filled = fillHomes();

async function examined(
  home: TestHome,
): Promise<{ code: number | null; found: Finding[]; last: Record<string, unknown> }> {
  const { code, out } = await home.run('doctor', '--json');
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding & Record<string, unknown>);
  return { code, found: lines.slice(0, -1), last: lines.at(-1)! };
}

/** Everything in a home with its size, mode and time; SQLite's shared memory comes and goes with readers. */
const stateOf = ({ folder }: TestHome): string[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((path) => !/-(shm|wal)$/.test(path))
    .map((path) => {
      const { size, mode, mtimeMs, isDirectory } = statSync(join(folder, path));
      return `${path} ${mode} ${isDirectory.call(statSync(join(folder, path))) ? '' : `${size} ${mtimeMs}`}`;
    })
    .sort();

test('without a server reads the home, changes nothing, and exits with 0 if there is no error', async () => {
  const home = await filled(1);
  writeFileSync(join(home.incoming, 'broken.png'), await makeBroken());
  await home.run('process');
  const before = stateOf(home);
  const { code, found, last } = await examined(home);
  expect(stateOf(home)).toEqual(before);
  expect(found).toContainEqual(expect.objectContaining({ check: 'server', severity: 'note' }));
  expect(found).toContainEqual(expect.objectContaining({ check: 'backup', severity: 'warning' }));
  expect(found.find(({ check }) => check === 'spool')?.message).toContain('broken.png');
  expect(last).toMatchObject({ errors: found.filter(({ severity }) => severity === 'error').length });
  expect(code).toBe(last['errors'] === 0 ? 0 : 1);
});

test('exits with 1 on an error: an archive that others can change', async () => {
  const home = await filled(1);
  chmodSync(home.folder, 0o755);
  chmodSync(home.archive, 0o777);
  const { code, out } = await home.run('doctor');
  expect(code).toBe(1);
  expect(out).toContain(
    `error    Other users of this machine can write to ${home.archive}.\n         Remove their permission`,
  );
});

test('reports a library of a newer version', async () => {
  const home = await filled(1);
  const { openSqlite } = await import('../../src/base/sqlite.js');
  const db = openSqlite(join(home.folder, '.photospool/library.sqlite'));
  db.exec('UPDATE library SET format = 99');
  db.close();
  const { code, found } = await examined(home);
  expect(code).toBe(1);
  expect(found).toContainEqual(expect.objectContaining({ check: 'versions', severity: 'error' }));
});

test('asks a running server, whose owner gets the same list', async () => {
  const home = await filled(1);
  const { url } = await home.serve();
  const { found } = await examined(home);
  expect(found.filter(({ check }) => check === 'server')).toMatchObject([
    { severity: 'note', message: 'The web app can be reached only from this machine.' },
  ]);
  const secret = (JSON.parse(readFileSync(join(home.folder, '.photospool/server.json'), 'utf8')) as { secret: string })
    .secret;
  const answer = await fetch(`${url}/api/doctor`, { headers: { authorization: `Bearer ${secret}` } });
  const { findings, checks } = (await answer.json()) as { findings: Finding[]; checks: string[] };
  expect(findings).toEqual(found);
  expect(checks).toContain('clock');
});

test('a server that accepts connections but never responds is an error, and is not waited for', async () => {
  const home = await filled(1);
  const mute = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void mute.close());
  await new Promise((listening) => mute.once('listening', listening));
  const { port } = mute.address() as { port: number };
  const { folder } = home;
  const record = {
    url: `http://127.0.0.1:${port}`,
    pid: process.pid,
    incoming: home.incoming,
    work: join(folder, 'work'),
    done: home.archive,
    secret: 'x',
  };
  writeFileSync(join(folder, '.photospool/server.json'), JSON.stringify(record));
  const { code, found } = await examined(home);
  expect(code).toBe(1);
  expect(found).toContainEqual(expect.objectContaining({ check: 'server', severity: 'error' }));
});
