/**
 * Pictures that can't be stored or read block nothing else: while a disk is full on either side, the link stays up and
 * documents are transferred; a damaged or unreadable file does not block others. What was blocked is transferred later
 * without intervention.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openFiles, type Files, type Path } from '../../src/base/files.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import type { Log } from '../../src/base/log.js';
import type { Mesh } from '../../src/sync/connections/mesh.js';
import { openHome, silent, type Home } from './homes.js';
import { files as filesOf, home, link, served } from './linking.js';

const soon = { timeout: 60_000, interval: 50 };

/** A home whose disk has no room for pictures while `full` is set; `refuses` chooses how it fails. */
async function smallHome(refuses: 'a write' | 'the room'): Promise<{ home: Home; disk: { full: boolean } }> {
  const disk = { full: false };
  const files = openFiles();
  /** The error of a full disk. */
  const full = (path: Path): Promise<never> | undefined =>
    disk.full && refuses === 'a write'
      ? Promise.reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', path }))
      : undefined;
  const failing: Files = {
    ...files,
    extend: (source, path) => full(path) ?? files.extend(source, path),
    fill: (path, bytes) => full(path) ?? files.fill(path, bytes),
  };
  const size = 10_000_000;
  const room = () => Promise.resolve({ size, left: disk.full && refuses === 'the room' ? size / 20 : size });
  const opened = await openHome(failing, room);
  onTestFinished(() => opened.close());
  return { home: opened, disk };
}

function listen(): { log: Log; told: string[] } {
  const told: string[] = [];
  const note = (...[, text]: unknown[]): void => void told.push(String(text));
  return { log: { ...silent, warn: note, error: note }, told };
}

/** Records every state of a link. */
function watch(mesh: Mesh): { states: Set<string | undefined> } {
  const states = new Set<string | undefined>();
  onTestFinished(mesh.on(() => void states.add(mesh.status()[0]?.state)));
  return { states };
}

const partsOf = async ({ blobs }: Home): Promise<string[]> =>
  (await readdir(blobs.folder, { recursive: true })).filter((name) => name.endsWith('.part'));

const cases = (['the peer', 'this side'] as const).flatMap((side) =>
  (['a write', 'the room'] as const).map((refuses) => ({ side, refuses })),
);

test.each(cases)(
  'a disk without space for pictures at $side, reported by $refuses: documents continue, and the pictures arrive later',
  { timeout: 180_000 },
  async ({ side, refuses }) => {
    const [a, small] = [await home(), await smallHome(refuses)];
    const b = small.home;
    const { log, told } = listen();
    const mesh = side === 'the peer' ? link(a, await served(b), log) : link(b, await served(a), log);
    await a.add(1);
    await expect.poll(() => filesOf(b), soon).toEqual({ renditions: 2, originals: 1 });
    expect(mesh.status()[0]?.held).toBeUndefined();
    await expect.poll(() => mesh.status()[0]?.state, soon).toBe('live');
    const { states } = watch(mesh);
    small.disk.full = true;
    for (let n = 2; n < 6; n++) await a.add(n, 400_000);
    await expect.poll(() => mesh.status()[0]?.held ?? '', soon).toMatch(/507|disk is full|not enough space/);
    // Meanwhile, documents are transferred in both directions.
    const [late, back] = [await a.add(6), await b.add(7)];
    await expect.poll(() => b.library.get(photoId(late)), soon).toBeDefined();
    await expect.poll(() => a.library.get(photoId(back)), soon).toBeDefined();
    expect(await filesOf(b)).toEqual({ renditions: 4, originals: 2 });
    expect(await partsOf(b)).toEqual([]);
    expect([...states].sort()).not.toContain('waiting');
    expect(told.filter((text) => text.startsWith('Pictures are waiting: '))).toHaveLength(1);
    small.disk.full = false;
    await expect.poll(() => filesOf(b), soon).toEqual({ renditions: 14, originals: 7 });
    await expect.poll(() => mesh.status()[0]?.held, soon).toBeUndefined();
    expect(states).not.toContain('waiting');
    expect(told).toHaveLength(1);
  },
);

/** Adds three photos and damages the preview of the second before anyone requests it. */
async function withSpoilt(spoil: (path: string) => Promise<void>): Promise<Home> {
  const a = await home();
  for (let n = 1; n <= 3; n++) {
    const id = await a.add(n);
    const { renditions } = a.library.get(photoId(id))!.body as unknown as PhotoDocument;
    if (n === 2) await spoil(a.blobs.path(renditions.preview!.sha256));
  }
  return a;
}

const damages: [string, (path: string) => Promise<void>, RegExp][] = [
  [
    'has changed',
    (path) => writeFile(path, Buffer.alloc(3_000, 'x')),
    /because the received bytes have a different hash/,
  ],
  [
    'can not be read',
    async (path) => {
      await rm(path);
      await mkdir(path);
    },
    /can't be read and is not sent/,
  ],
];

test.each(damages)('a file that %s delays no other', async (_, spoil, says) => {
  const a = await withSpoilt(spoil);
  const b = await home();
  const { log, told } = listen();
  const mesh = link(a, await served(b), log);
  const { states } = watch(mesh);
  await expect.poll(() => filesOf(b), soon).toEqual({ renditions: 5, originals: 3 });
  await expect.poll(() => told.join('\n'), soon).toMatch(says);
  const late = await a.add(9);
  await expect.poll(() => b.exchange.store.find(late), soon).toBeDefined();
  expect(states).not.toContain('waiting');
});

test('a read-only folder of the archive delays only its own files', async () => {
  const files = openFiles();
  let forbidden = true;
  const b = await openHome({
    ...files,
    move: (from, to) =>
      forbidden && String(to).endsWith('IMG_2.jpg')
        ? Promise.reject(Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', path: to }))
        : files.move(from, to),
  });
  onTestFinished(() => b.close());
  const a = await home();
  const { log, told } = listen();
  const mesh = link(b, await served(a), log);
  const { states } = watch(mesh);
  for (let n = 1; n <= 3; n++) await a.add(n);
  await expect.poll(() => filesOf(b), soon).toEqual({ renditions: 6, originals: 2 });
  await expect.poll(() => told.join('\n'), soon).toContain('could not be moved into the archive: permission denied.');
  forbidden = false;
  await expect.poll(() => filesOf(b), soon).toEqual({ renditions: 6, originals: 3 });
  expect(states).not.toContain('waiting');
  expect(await readdir(join(b.folder, 'archive', '2024', '07'))).toHaveLength(3);
});
