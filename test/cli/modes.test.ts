/** Which other users of the machine can read the files that the built command line writes, whatever its umask. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../folder.js';
import { makeBroken, makePhoto } from '../picture.js';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
const run = promisify(execFile);

/** Runs a command under a umask; a pass may end with 1, because one file is stuck. */
async function verb(home: string, umask: string, args: string[], input = ''): Promise<void> {
  const env = { ...process.env, PHOTOSPOOL_HOME: home, PHOTOSPOOL_SETTLE: '0' };
  const script = 'umask "$0"; exec "$@"';
  const running = run('/bin/sh', ['-c', script, umask, process.execPath, main, ...args], { env });
  running.child.stdin?.end(input);
  await running.catch((reason: unknown) => {
    const error = reason as { code?: number; stderr?: string };
    if (error.code !== 1 || args[0] !== 'process') throw new Error(`${args.join(' ')}: ${error.stderr ?? ''}`);
  });
}

/** Everything in a folder, as `mode path`. */
function modesIn(folder: string): string[] {
  const paths = ['', ...(readdirSync(folder, { recursive: true }) as string[])];
  return paths.map((path) => `${(statSync(join(folder, path)).mode & 0o777).toString(8)} ${path}`);
}

/** A home with photos, one that is stuck, a duplicate, an owner, a token, and its backup. */
async function fill(home: string, umask: string, more: string[] = []): Promise<string> {
  await verb(home, umask, ['process', ...more]);
  const incoming = join(home, 'incoming');
  const put = (name: string, bytes: Buffer): void => {
    writeFileSync(join(incoming, name), bytes);
    chmodSync(join(incoming, name), 0o666);
  };
  put('a.jpg', await makePhoto(1));
  put('broken.png', await makeBroken());
  await verb(home, umask, ['process', ...more]);
  put('again.jpg', await makePhoto(1));
  await verb(home, umask, ['process', ...more]);
  await verb(home, umask, ['users', 'add', 'Ada', ...more], 'a long password of hers\n');
  await verb(home, umask, ['tokens', 'add', 'phone', '--may', 'upload', ...more]);
  const backup = `${home}-backup`;
  await verb(home, umask, ['backup', backup, '--originals', ...more]);
  return backup;
}

test.each(['000', '022'])('other users can’t read a home or its backup, under umask %s', async (umask) => {
  const home = join(temporaryFolder(), 'home');
  const backup = await fill(home, umask);
  // The stuck file keeps its user's mode; the folder around it can't be entered.
  const open = [...modesIn(home), ...modesIn(backup)].filter((line) => !/^[4-7]00 /.test(line));
  expect(open.map((line) => line.replace(/[0-9A-Z]{26}/, 'CLAIM'))).toEqual(['666 work/CLAIM/broken.png']);
  expect(
    modesIn(join(home, 'archive'))
      .filter((line) => line.endsWith('.jpg'))
      .sort(),
  ).toEqual(['400 2024/07/a.jpg', '400 duplicates/again.jpg']);
});

test('with files.modes = "group", a group can read originals, but not the library', async () => {
  const home = join(temporaryFolder(), 'home');
  await fill(home, '077', ['--modes', 'group']);
  const modes = modesIn(home);
  for (const line of ['750 ', '750 incoming', '750 archive/2024/07', '440 archive/2024/07/a.jpg', '700 .photospool'])
    expect(modes).toContain(line);
  expect(modes.filter((line) => /^\d[0-7]?[1-7] /.test(line) && !line.includes('broken.png'))).toEqual([]);
});

test('existing folders keep their modes', async () => {
  const home = join(temporaryFolder(), 'home');
  for (const folder of [home, join(home, 'incoming'), join(home, 'archive')]) {
    mkdirSync(folder);
    chmodSync(folder, 0o2777);
  }
  await verb(home, '022', ['process']);
  const kept = [home, join(home, 'incoming'), join(home, 'archive')].map((folder) => statSync(folder).mode & 0o7777);
  expect(kept).toEqual([0o2777, 0o2777, 0o2777]);
});
