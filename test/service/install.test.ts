import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../folder.js';
import type { Ran } from '../cli/run.js';

const main = join(import.meta.dirname, '../../dist/cli/main.js');

/** A machine for one test: a home, and a PATH with stand-ins that write down what they are asked, and answer by a script. */
function makeMachine(programs: Record<string, string> = {}) {
  const home = temporaryFolder();
  const bin = join(home, 'bin');
  const asked = join(home, 'asked');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >>"${asked}"\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return {
    home,
    asked: (): string[] => (existsSync(asked) ? readFileSync(asked, 'utf8').trimEnd().split('\n') : []),
    run: (...args: string[]): Promise<Ran> =>
      new Promise((resolve) => {
        const env = { HOME: home, PATH: bin, PHOTOSPOOL_MODE: 'copy' };
        execFile(process.execPath, [main, 'service', ...args], { env, cwd: home }, (error, out, err) => {
          resolve({ code: error ? Number(error.code) : 0, out, err });
        });
      }),
  };
}

const cat = '/bin/cat';

describe('on systems without it', () => {
  it.each([
    ['launchd', 'launchctl'],
    ['systemd', 'systemctl'],
    ['cron', 'crontab'],
  ])('%s: one sentence, exit code 3, and nothing changed', async (kind, program) => {
    const machine = makeMachine();
    const before = readdirSync(machine.home);
    for (const action of ['install', 'uninstall']) {
      const { code, out, err } = await machine.run(action, kind);
      expect({ code, out }).toEqual({ code: 3, out: '' });
      expect(err.trimEnd().split('\n')).toEqual([
        `photospool: This system does not have ${kind}: \`${program}\` was not found. Run \`photospool service print ${kind}\` to print the definition, and install it yourself.`,
      ]);
    }
    expect(readdirSync(machine.home)).toEqual(before);
    expect((await machine.run('print', kind)).code).toBe(0);
  });

  it('systemd runs, but not for this user', async () => {
    const machine = makeMachine({ systemctl: 'echo "Failed to connect to bus: No medium found" >&2; exit 1' });
    const { code, err } = await machine.run('install', 'systemd');
    expect(code).toBe(3);
    expect(err).toContain("systemd can't run services for this user: Failed to connect to bus: No medium found.");
    expect(existsSync(join(machine.home, '.config'))).toBe(false);
  });
});

describe('launchd', () => {
  const launchctl = `case $1 in
    print) test -e "$HOME/loaded" && exit 0; test -e "$HOME/ending" || exit 1; /bin/rm "$HOME/ending" ;;
    bootstrap) test ! -e "$HOME/ending" && : >"$HOME/loaded" ;;
    bootout) /bin/mv "$HOME/loaded" "$HOME/ending" ;;
  esac`;
  const uid = process.getuid!();

  it('installs an agent once, and removes it', async () => {
    const machine = makeMachine({ launchctl });
    const agents = join(machine.home, 'Library/LaunchAgents');
    const file = join(agents, 'photospool.plist');
    const first = await machine.run('install', 'launchd', '--incoming', 'in');
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out.split('\n')).toEqual([
      `wrote ${file}`,
      'launchd now runs photospool',
      'To undo this: photospool service uninstall launchd',
      '',
    ]);
    expect(machine.asked().slice(-2)).toEqual([
      `launchctl enable gui/${uid}/photospool`,
      `launchctl bootstrap gui/${uid} ${file}`,
    ]);
    const text = readFileSync(file, 'utf8');
    expect(text).toBe((await machine.run('print', 'launchd', '--incoming', 'in')).out);
    // The relative folder and the variable of now are written as what they mean.
    for (const said of [join(machine.home, 'in'), '--mode', 'copy', join(machine.home, 'bin/node'), main])
      expect(text).toContain(`<string>${said}</string>`);
    expect(existsSync(join(machine.home, 'in'))).toBe(true);

    const again = await machine.run('install', 'launchd', '--incoming', 'in');
    expect(again.out).toContain('launchd already runs photospool');
    expect(machine.asked().filter((line) => line.includes('bootstrap'))).toHaveLength(1);

    await machine.run('install', 'launchd', '--serve');
    expect(
      machine
        .asked()
        .slice(-5)
        .map((line) => line.split(' ')[1]),
    ).toEqual(['bootout', 'print', 'print', 'enable', 'bootstrap']);

    expect((await machine.run('uninstall', 'launchd')).out).toContain(`removed ${file}`);
    expect(readdirSync(agents)).toEqual([]);
    expect((await machine.run('uninstall', 'launchd')).out).toBe('Nothing is installed.\n');
  });

  it('reports launchd’s error', async () => {
    const machine = makeMachine({
      launchctl: 'case $1 in bootstrap) echo "Bootstrap failed: 5" >&2; exit 5 ;; print) exit 1 ;; esac',
    });
    const { code, err } = await machine.run('install', 'launchd');
    expect(code).toBe(3);
    expect(err).toMatch(/^photospool: `launchctl bootstrap .*` failed: Bootstrap failed: 5\.\n$/);
  });
});

describe('cron', () => {
  const crontab = `case $1 in
    -l) test -e "$HOME/tab" || { echo "no crontab for you" >&2; exit 1; }; ${cat} "$HOME/tab" ;;
    -r) /bin/rm "$HOME/tab" ;;
    -) ${cat} >"$HOME/tab" ;;
  esac`;

  it('restores the crontab, or the lack of one', async () => {
    const machine = makeMachine({ crontab });
    const tab = join(machine.home, 'tab');
    const theirs = Buffer.from('# \xe9\n1 1 * * * x\n', 'latin1');
    for (const before of [undefined, theirs]) {
      if (before) writeFileSync(tab, before);
      expect((await machine.run('install', 'cron')).code).toBe(0);
      expect(readFileSync(tab, 'latin1')).toContain("'process' '--if-free' '--home'");
      if (before) expect(readFileSync(tab).subarray(0, before.length)).toEqual(before);
      expect((await machine.run('install', 'cron')).out).toContain('unchanged');
      expect((await machine.run('uninstall', 'cron')).out).toContain(
        'removed the entry of photospool from the crontab',
      );
      expect(existsSync(tab) ? readFileSync(tab) : undefined).toEqual(before);
    }
  });

  it('does not change an unreadable crontab', async () => {
    const machine = makeMachine({ crontab: 'echo "you may not use this program" >&2; exit 1' });
    const { code, err } = await machine.run('install', 'cron');
    expect(code).toBe(3);
    expect(err).toContain("The crontab can't be read: you may not use this program.");
    expect(machine.asked()).toEqual(['crontab -l']);
  });
});

describe('usage', () => {
  it.each([
    [['install', 'upstart'], 'Allowed choices are launchd, systemd, cron'],
    [['start', 'cron'], 'Allowed choices are install, uninstall, print'],
    [['print', 'systemd', '--queue'], '--queue works only with launchd and without --serve'],
    [['print', 'launchd', '--queue', '--serve'], '--queue works only with launchd and without --serve'],
    [['print', 'cron', '--sweep', '5'], 'Invalid value for --sweep: 5'],
    [['print', 'cron', '--home', '/a\nb'], 'it contains a control character'],
  ])('%j exits with 2', async (args, said) => {
    const { code, err } = await makeMachine().run(...args);
    expect(code).toBe(2);
    expect(err).toContain(said);
  });
});
