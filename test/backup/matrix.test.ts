/**
 * Every kind of backup, restored onto every kind of damage. What must come of it follows from what was there: nothing that
 * lay in the archive is lost, all that the snapshot knows is known, photos that came later are taken in again, and what is
 * missing is named.
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSnapshot } from '../../src/backup/restore-snapshot.js';
import { openFiles } from '../../src/base/files.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { restoreHome } from '../../src/home/restore-home.js';
import { viewHome } from '../../src/home/open-read-only.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { verifyHome } from '../../src/ingest/verify-home.js';
import { openLibrary } from '../../src/library/library.js';
import { openDecoders } from '../../src/photo/decode/decoder-pool.js';
import { openMetadata } from '../../src/photo/facts/read-metadata.js';
import { temporaryFolder } from '../folder.js';
import { backUp, configFor, copyFolder, filesBelow, hashOf, keptFolder, takeIn } from './homes.js';

const early = { 'a.jpg': 1, 'b.jpg': 2, 'c.jpg': 3 };
const files = openFiles();
const { folder, remove } = keptFolder();
const home = join(folder, 'home');
const month = 'archive/2024/07';
/** The programs that read photos are the same ones for all cases: each of them starting its own would take most of the time. */
const decoders = openDecoders({ workers: 1 });
const metadata = openMetadata({ processes: 1 });
const left = { close: () => Promise.resolve() };
const parts = { decoders: { ...decoders, ...left }, metadata: { ...metadata, ...left } };
afterAll(async () => {
  await Promise.all([decoders.close(), metadata.close()]);
  remove();
});

/** By name: how it is made, after `early` came in. */
const backups: Record<string, (to: string) => Promise<unknown>> = {
  'the library alone': (to) => backUp(home, to),
  'with renditions': (to) => backUp(home, to, { renditions: true }),
  'with originals': (to) => backUp(home, to, { originals: 'copy', renditions: true }),
  'with a later one that was interrupted': async (to) => {
    await backUp(home, to);
    const half = join(to, 'snapshots', '2999-01-01T00-00-00.000Z');
    mkdirSync(half);
    writeFileSync(
      join(half, 'library.sqlite'),
      readFileSync(join(home, '.photospool/library.sqlite')).subarray(0, 5000),
    );
  },
};

const data = '.photospool';
const library = `${data}/library.sqlite`;
/** By name: what happens to a home. */
const damages: Record<string, (home: string) => void> = {
  'nothing at all': () => undefined,
  'the home gone': (at) => rmSync(at, { recursive: true }),
  'the library gone': (at) => {
    for (const part of ['', '-wal', '-shm']) rmSync(join(at, library + part), { force: true });
  },
  'the library garbage': (at) => writeFileSync(join(at, library), Buffer.alloc(50_000, 'garbage')),
  'the library cut off': (at) => truncateSync(join(at, library), 20_000),
  'the library empty': (at) => truncateSync(join(at, library), 0),
  "Photospool's folder gone": (at) => rmSync(join(at, data), { recursive: true }),
  'the archive gone': (at) => rmSync(join(at, 'archive'), { recursive: true }),
  'an original missing': (at) => rmSync(join(at, month, 'a.jpg')),
  'an original moved': (at) => {
    mkdirSync(join(at, 'archive/mine'));
    renameSync(join(at, month, 'b.jpg'), join(at, 'archive/mine/beach.jpg'));
  },
  'an original rotten': (at) => {
    const path = join(at, month, 'c.jpg');
    const bytes = readFileSync(path);
    bytes[bytes.length - 100]! ^= 1;
    chmodSync(path, 0o644);
    writeFileSync(path, bytes);
  },
  'the configuration gone': (at) => rmSync(join(at, 'photospool.toml')),
};

beforeAll(async () => {
  await takeIn(home, { 'a.jpg': 1 });
  await backUp(home, join(folder, 'an older one'));
  await takeIn(home, early);
  for (const [name, make] of Object.entries(backups)) await make(join(folder, name));
  await takeIn(home, { 'later.jpg': 9 }, () => backUp(home, join(folder, 'made while photos come in')));
});

/** The photos that a library file knows. */
function knownTo(path: string): Set<string> {
  const db = openSqlite(path, { readOnly: true });
  const ids = [...openLibrary(db, { readOnly: true }).scan('photo:')].map(({ id }) => id.slice('photo:'.length));
  db.close();
  return new Set(ids);
}

const kinds = [...Object.keys(backups), 'an older one', 'made while photos come in'];

describe.each(kinds)('a backup: %s', (kind) => {
  it.each(Object.keys(damages))('onto: %s', async (damage) => {
    const at = join(temporaryFolder(), 'home');
    copyFolder(home, at);
    damages[damage]!(at);
    const archive = join(at, 'archive');
    const lay = new Map(filesBelow(archive).map((path) => [hashOf(path), path]));
    const old = filesBelow(join(at, data)).find((path) => path.endsWith('/library.sqlite'));
    const backup = join(folder, kind);
    const snapshot = await openSnapshot(backup, undefined, files);
    const known = knownTo(join(snapshot.folder, 'library.sqlite'));
    const held = new Set(filesBelow(join(backup, 'originals')).map(hashOf));
    const listed = readFileSync(join(snapshot.folder, 'originals.txt'), 'utf8');
    const missing = [...known].filter((hash) => !lay.has(hash) && !held.has(hash));
    // Whatever is a photo and lies where the snapshot knows of none came later, a rotten one too.
    const later = [...lay.entries()]
      .filter(([hash, path]) => path.endsWith('.jpg') && !known.has(hash) && !listed.includes(relative(archive, path)))
      .map(([hash]) => hash);

    const restored = await restoreHome({ folder: backup, config: () => configFor(at, { workers: '1' }), parts });

    expect(restored.later).toEqual({ stored: later.length, stuck: [], unassigned: 0 });
    const open = restored.findings.filter((finding) => !finding.repaired && finding.kind !== 'unknown');
    const lost = open.filter((finding) => finding.kind !== 'rendition').map(({ sha256 }) => sha256);
    expect(lost.sort()).toEqual(missing.sort());
    const now = new Set(filesBelow(archive).map(hashOf));
    for (const hash of lay.keys()) expect(now.has(hash), `${lay.get(hash)} is lost`).toBe(true);
    expect(filesBelow(join(at, 'work')).filter((path) => !path.endsWith('.lock'))).toEqual([]);
    const kept = filesBelow(join(at, data)).filter((path) => path.includes('.before-restore-'));
    expect(kept.filter((path) => !/-(wal|shm)$/.test(path))).toHaveLength(old === undefined ? 0 : 1);

    const view = (await viewHome(configFor(at)))!;
    const ids = [...view.library.scan<PhotoDocument>('photo:')].map(({ id }) => id.slice('photo:'.length));
    expect(ids.sort()).toEqual([...known, ...later].sort());
    expect(view.library.epoch).not.toBe(snapshot.manifest.epoch);
    expect(view.library.server).toBe(snapshot.manifest.server);
    const { findings } = await verifyHome({ library: view.library, archive, blobs: join(at, data, 'blobs'), files });
    view.close();
    const trouble = findings.filter((finding) => finding.kind !== 'unknown');
    expect(trouble.map(({ sha256 }) => sha256).every((hash) => missing.includes(hash!))).toBe(true);
    const shown = known.size - trouble.filter((finding) => finding.kind === 'rendition').length;
    if (kind === 'with renditions' || kind === 'with originals') expect(shown).toBe(known.size);
  });
});
