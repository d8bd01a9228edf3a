/** Each check of the doctor: what it finds, and that it finds nothing where nothing is wrong. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig, type Config } from '../../src/base/config.js';
import { PhotospoolError } from '../../src/base/errors.js';
import { openFiles } from '../../src/base/files.js';
import { examineFolders, examineModes, examineSpace } from '../../src/doctor/check-disk.js';
import { examine, type Patient } from '../../src/doctor/run-checks.js';
import { checks, sorted, type Finding } from '../../src/doctor/finding.js';
import { examineClock, examineLibrary, examineNode, examinePrograms } from '../../src/doctor/check-machine.js';
import { examineBackup } from '../../src/doctor/check-backup.js';
import { examinePeers, examineServer } from '../../src/doctor/check-network.js';
import { examineSpool } from '../../src/doctor/check-spool.js';
import { examineWatches } from '../../src/doctor/check-watches.js';
import type { StuckItem } from '../../src/spool/spool-interface.js';
import { temporaryFolder } from '../folder.js';

const files = openFiles();
const now = Date.parse('2026-11-29T12:00:00Z');
const day = 24 * 3_600_000;
const brief = (found: readonly Finding[]): string[] => found.map(({ severity, message }) => `${severity}: ${message}`);

/** A home with its folders, closed to others. */
function home(more: Record<string, string> = {}): Config {
  const config = readConfig(join(temporaryFolder(), 'home'), more, {});
  for (const folder of [config.home, config.data, config.incoming, config.work, config.done]) {
    mkdirSync(folder, { mode: 0o700 });
    chmodSync(folder, 0o700);
  }
  return config;
}

describe('folders', () => {
  it('a missing one is an error if the home was used before', async () => {
    const config = home();
    expect(await examineFolders(config, true)).toEqual([]);
    rmSync(config.done, { recursive: true });
    expect(await examineFolders(config, false)).toEqual([]);
    expect(brief(await examineFolders(config, true))).toEqual([`error: The archive, ${config.done}, does not exist.`]);
  });

  it('a home that was never created is reported', async () => {
    const config = readConfig(join(temporaryFolder(), 'none'), {}, {});
    expect(brief(await examineFolders(config, false))).toEqual([`note: There is no home in ${config.home}.`]);
  });
});

describe('space', () => {
  const gib = 2 ** 30;
  it.each([
    [100, 1000, []],
    [0.2, 1000, ['error']],
    [4, 1000, ['warning']],
    // A small disk of a rented server is not full with 4 GiB left.
    [4, 20, []],
    [0.9, 20, ['warning']],
  ])('%d GiB left of %d', async (left, size, expected) => {
    const found = await examineSpace(home(), () => Promise.resolve({ left: left * gib, size: size * gib }));
    expect(found.map(({ severity }) => severity)).toEqual(expected);
  });
});

describe('modes', () => {
  it('finds nothing in a private home, whatever its content', async () => {
    const config = home();
    chmodSync(config.done, 0o777);
    expect(await examineModes(config)).toEqual([]);
  });

  it('names files that others can read, and those they can change', async () => {
    const config = home();
    for (const folder of [config.home, config.work]) chmodSync(folder, 0o755);
    chmodSync(config.done, 0o777);
    expect(brief(await examineModes(config))).toEqual([
      `error: Other users of this machine can write to ${config.done}.`,
      `warning: Other users of this machine can read ${config.home}, ${config.work}.`,
    ]);
  });

  it('accepts files opened on purpose, except the library', async () => {
    const config = home({ modes: 'group' });
    for (const folder of [config.home, config.work, config.done]) chmodSync(folder, 0o750);
    chmodSync(config.incoming, 0o2770);
    expect(await examineModes(config)).toEqual([]);
    chmodSync(config.data, 0o750);
    expect(brief(await examineModes(config))).toEqual([
      `warning: Other users of this machine can read ${config.data}.`,
    ]);
  });

  it('others may pass through a home to reach incoming', async () => {
    const config = home();
    chmodSync(config.home, 0o711);
    expect(await examineModes(config)).toEqual([]);
  });
});

describe('spool', () => {
  const stuck = (name: string): StuckItem => ({
    name,
    claim: '',
    reason: 'It is damaged.',
    code: 'undecodable',
    attempts: 1,
  });
  it('reports stuck files and disk errors', () => {
    expect(examineSpool([])).toEqual([]);
    expect(brief(examineSpool([stuck('a.jpg')]))).toEqual([
      'warning: 1 file could not be imported: a.jpg. It is damaged.',
    ]);
    const held = { until: '', reason: 'The disk is full.' };
    expect(brief(examineSpool([stuck('a\n.jpg'), stuck('b.jpg')], held))).toEqual([
      'error: Importing is paused: The disk is full.',
      'warning: 2 files could not be imported, a\\u{a}.jpg among them. It is damaged.',
    ]);
  });
});

describe('watches', () => {
  it.runIf(process.platform === 'linux')('reports more folders than the system can watch', async () => {
    const { incoming } = home();
    for (const name of ['a', 'a/b', 'c']) mkdirSync(join(incoming, name));
    expect(await examineWatches(incoming, 5, files, Promise.resolve(100))).toEqual([]);
    expect(brief(await examineWatches(incoming, 5, files, Promise.resolve(4)))).toEqual([
      `warning: ${incoming} contains at least 4 folders, but the system can watch at most 4.`,
    ]);
  });
});

describe('the machine', () => {
  it('a clock with an impossible date', () => {
    expect(examineClock(now, now + 60_000)).toEqual([]);
    expect(brief(examineClock(5 * day, undefined))).toEqual(['error: The clock of this machine shows 1970-01-06.']);
    expect(brief(examineClock(now, now + 400 * day))).toEqual([
      'error: The clock of this machine shows 2026-11-29, but the library was last written on 2028-01-03.',
    ]);
  });

  it('missing programs', () => {
    const empty = temporaryFolder();
    expect(examinePrograms(undefined, empty).map(({ severity }) => severity)).toEqual(['warning', 'error', 'note']);
    for (const name of ['ffmpeg', 'ffprobe', 'perl', 'heif-dec']) writeFileSync(join(empty, name), '', { mode: 0o755 });
    expect(examinePrograms(undefined, empty)).toEqual([]);
  });

  it('a Node without security updates', () => {
    expect(examineNode('22.1.0', now)).toEqual([]);
    expect(examineNode('99.0.0', now)).toEqual([]);
    expect(brief(examineNode('20.19.0', now))).toEqual([
      'warning: Node 20.19.0 has not received security fixes since 2026-04-30.',
    ]);
  });

  it('a library of a newer version, or a damaged one', () => {
    expect(examineLibrary(undefined)).toEqual([]);
    const newer = new PhotospoolError('newer-version', 'It is newer.', { hint: 'Install that version.' });
    expect(examineLibrary(newer)).toEqual([
      { check: 'versions', severity: 'error', message: 'It is newer.', remedy: 'Install that version.' },
    ]);
    expect(examineLibrary(new PhotospoolError('corrupt', 'It is damaged.'))[0]).toMatchObject({ check: 'library' });
  });

  it('an old backup, or none', () => {
    const at = (ago: number): string => new Date(now - ago * day).toISOString();
    expect(examineBackup(undefined, 0, now)).toEqual([]);
    expect(examineBackup(at(3), 9, now)).toEqual([]);
    expect(brief(examineBackup(at(45), 9, now))).toEqual(['warning: The last backup is 45 days old.']);
    expect(brief(examineBackup(undefined, 9, now))).toEqual(['warning: This home has never been backed up.']);
  });
});

describe('the network', () => {
  it('a server that does not respond, does not run, or is reachable only from this machine', () => {
    expect(examineServer({ kind: 'here', host: '0.0.0.0' })).toEqual([]);
    expect(examineServer({ kind: 'here', host: '127.0.0.1' })[0]).toMatchObject({ severity: 'note' });
    expect(examineServer({ kind: 'none' })[0]).toMatchObject({ severity: 'note' });
    expect(examineServer({ kind: 'silent', url: 'http://127.0.0.1:1' })[0]).toMatchObject({ severity: 'error' });
  });

  /** Others that answer with a clock so far ahead of ours, or not at all. */
  const asking = (ahead: Record<string, number>) => ({
    now: () => now,
    patience: 1_000,
    fetch: ((url: string, init?: RequestInit) => {
      expect(init).toMatchObject({ method: 'HEAD', redirect: 'manual' });
      expect(init).not.toHaveProperty('headers');
      const ms = ahead[new URL(url).hostname];
      if (ms === undefined) return Promise.reject(new TypeError('fetch failed'));
      return Promise.resolve(new Response(null, { headers: { date: new Date(now + ms).toUTCString() } }));
    }) as typeof fetch,
  });

  it('peers that are unreachable, reject us, or have another time or version', async () => {
    const peers = [
      { url: 'http://gone' },
      { url: 'http://right', version: '0.1.0' },
      { url: 'http://late/db' },
      { url: 'http://far' },
      { url: 'http://shut', state: 'refused', reason: 'The token is not known there.' },
      { url: 'http://old', version: '0.0.9' },
    ];
    const ahead = { right: 1_000, late: -3 * 3_600_000, far: 40 * day, shut: 0, old: 0 };
    expect(brief(await examinePeers(peers, '0.1.0', asking(ahead)))).toEqual([
      'warning: gone can’t be reached.',
      'warning: The clock of this machine is 3 hours ahead of that of late.',
      'error: The clock of this machine is 40 days behind that of far.',
      'error: shut rejects this server: The token is not known there.',
      'note: old runs Photospool 0.0.9, this server 0.1.0.',
    ]);
  });
});

describe('an examination', () => {
  const patient = (more: Partial<Patient> = {}): Patient => ({
    config: home(),
    files,
    running: { kind: 'none' },
    spool: () => Promise.resolve({ stuck: [] }),
    peers: [],
    backup: undefined,
    photos: 3,
    newest: undefined,
    version: '0.1.0',
    node: '24.0.0',
    ...more,
  });
  const asking = { fetch, now: () => now, patience: 100 };

  it('lists the worst first, and what was checked', async () => {
    const { findings, checks: looked } = await examine(patient({ failure: new Error('no') }), asking);
    expect(findings).toEqual(sorted(findings));
    expect(findings[0]).toMatchObject({ severity: 'error' });
    expect(looked).toEqual(checks);
  });

  it('a failing check does not stop the others', async () => {
    const { findings } = await examine(patient({ spool: () => Promise.reject(new Error('gone')) }), asking);
    expect(findings).toContainEqual(expect.objectContaining({ check: 'spool', severity: 'warning' }));
    expect(findings).toContainEqual(expect.objectContaining({ check: 'backup' }));
  });

  it('every finding has a sentence and a remedy', async () => {
    const { findings } = await examine(patient({ node: '20.0.0' }), asking);
    expect(findings.length).toBeGreaterThan(2);
    for (const { message, remedy } of findings)
      expect([message, remedy]).toEqual([expect.stringMatching(/\S\.$/), expect.stringMatching(/\S/)]);
  });
});
