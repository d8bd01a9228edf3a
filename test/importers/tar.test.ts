/**
 * TAR parts, compressed or not: read from the start, once to list them and once to extract what is needed; damaged and
 * hostile ones.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { expect, it, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { openFiles, type Files } from '../../src/base/files.js';
import { isTemporary } from '../../src/base/temporary-names.js';
import type { PhotoView } from '../../src/document/photo-view.js';
import { planInbox } from '../../src/importers/import-source.js';
import { openExport } from '../../src/importers/open-export.js';
import type { PackedEntry } from '../../src/importers/archive-entries.js';
import { withEntries } from '../../src/importers/packed-file-operations.js';
import { openTar } from '../../src/importers/tar-archive.js';
import { makeHome } from '../cli/run.js';
import { temporaryFolder } from '../folder.js';
import { makePhoto } from '../picture.js';
import { makeSpool, photo } from '../spool/fixture.js';
import { xmp } from '../xmp.js';
import { albumJson, bare, googleJson, writeTar, type Tree } from './make.js';

const year = 'Takeout/Google Photos/Photos from 2024';
const quiet = (): void => undefined;
const files = openFiles();

async function textOf(entry: PackedEntry): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry.open()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test.each(['a.tar', 'a.tgz', 'a.tar.gz'])('%s lists its entries, and returns them in any order', async (name) => {
  const long = `${'folder/'.repeat(30)}ä.jpg`;
  const tree = { 'one.jpg': 'first', 'two.json': '{}', [long]: 'x'.repeat(300_000), empty: '' };
  const part = await openTar(await writeTar(name, tree), 10, files, quiet);
  expect(part.entries.map(({ path, bytes }) => [path, bytes])).toEqual([
    ['one.jpg', 5],
    ['two.json', 2],
    [long, 300_000],
    ['empty', 0],
  ]);
  expect(await Promise.all(part.entries.toReversed().map(textOf))).toEqual(['', 'x'.repeat(300_000), '{}', 'first']);
});

it('unpacks wanted entries in order, some at a time, and leaves nothing', async () => {
  const folder = temporaryFolder();
  const tree = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`${n}.jpg`, `photo ${n}`]));
  const { entries, stage } = await openTar(await writeTar('a.tgz', tree), 1_000, files, quiet);
  const wanted = entries.filter((_, n) => n % 2 === 0);
  const done = new Set<PackedEntry>();
  const rounds: number[] = [];
  for (let more = true; more;) {
    more = await stage!.more(files, folder, (entry) => wanted.includes(entry) && !done.has(entry));
    const here = wanted.filter(({ staged }) => staged !== undefined);
    rounds.push(here.length);
    for (const entry of here) {
      expect(stage!.reached(entry)).toBe(true);
      expect(readFileSync(entry.staged!, 'utf8')).toBe(await textOf(entry));
      done.add(entry);
    }
  }
  expect(done.size).toBe(75);
  expect(rounds).toEqual([64, 11]);
  await stage!.clear(files);
  expect(readdirSync(folder)).toEqual([]);
});

/** Opens a spool whose inbox is this part. */
async function spoolOf(path: string, using: Files = openFiles()) {
  const spool = makeSpool();
  const { plan, sources } = await openExport([path], using, quiet);
  const withParts = withEntries(using, sources.packed);
  const isHere = (): boolean => false;
  const processor = await spool.open(
    {
      mode: 'copy',
      inbox: (works, openSidecars) => planInbox(plan, sources, withParts, systemClock, works, openSidecars, isHere),
    },
    withParts,
  );
  return { spool, processor, sources };
}

it('imports more entries than are unpacked at a time, each once, with its metadata', { timeout: 120_000 }, async () => {
  const names = Array.from({ length: 100 }, (_, n) => `${n}.jpg`);
  const tree: Tree = Object.fromEntries(
    names.flatMap((name) => [
      [`${year}/${name}`, photo(name)],
      [`${year}/${name}.json`, googleJson(name, { description: `said of ${name}` })],
      [`Takeout/Google Photos/Trip/${name}`, photo(name)],
    ]),
  );
  const { spool, processor } = await spoolOf(await writeTar('a.tgz', tree));
  expect(await processor.pass()).toMatchObject({ stored: 100, duplicates: 100, stuck: 0 });
  expect(readdirSync(spool.done).sort()).toEqual(names.sort());
  for (const { name, folder, brought } of spool.arrivals)
    if (folder === year) expect(brought).toMatchObject({ description: `said of ${name}` });
  expect(readdirSync(spool.work).filter(isTemporary)).toEqual([]);
});

it('a temporarily full disk loses nothing', { timeout: 120_000 }, async () => {
  let isFull = true;
  const using = openFiles((operation, path) => {
    if (isFull && operation === 'write' && isTemporary(basename(path.toString())))
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  });
  const tree = Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`${year}/${n}.jpg`, photo(String(n))]));
  const { spool, processor, sources } = await spoolOf(await writeTar('a.tgz', tree), using);
  expect(await processor.pass()).toMatchObject({ stored: 0 });
  expect((await processor.status()).held).toMatchObject({ reason: expect.stringMatching(/full/) as string });
  isFull = false;
  expect(await processor.pass()).toMatchObject({ stored: 5, stuck: 0 });
  for (const stage of sources.stages) await stage.clear(using);
  expect(readdirSync(spool.work).filter(isTemporary)).toEqual([]);
});

it(
  'is imported from parts by the command line, with sidecars, albums and a dry run',
  { timeout: 300_000 },
  async () => {
    const home = makeHome();
    const shared = await makePhoto(1);
    const parts = [
      await writeTar('takeout-20260101T000000Z-001.tgz', {
        [`${year}/IMG_1.jpg`]: shared,
        [`${year}/IMG_2.jpg`]: await bare(2),
        [`${year}/IMG_2.jpg.xmp`]: xmp({ rating: 4 }),
        'Takeout/archive_browser.html': '<html></html>',
      }),
      await writeTar('takeout-20260101T000000Z-003.tgz', {
        [`${year}/IMG_1.jpg.json`]: googleJson('IMG_1.jpg', { description: 'at the lake' }),
        'Takeout/Google Photos/Trip/metadata.json': albumJson('Trip'),
        'Takeout/Google Photos/Trip/IMG_1.jpg': shared,
      }),
    ];
    const before = parts.map((path) => readFileSync(path).toString('base64'));
    const last = (out: string): unknown => JSON.parse(out.trim().split('\n').at(-1)!);
    const dry = await home.run('import', '--dry-run', '--json', ...parts);
    expect(last(dry.out)).toMatchObject({ dryRun: true, stored: 2, duplicates: 1 });
    expect(readdirSync(home.folder)).toEqual(['incoming']);
    const ran = await home.run('import', '--json', ...parts);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(last(ran.out)).toMatchObject({
      ...{ stored: 2, duplicates: 1, sidecars: 1, stuck: 0 },
      export: { kind: 'takeout', matched: 1, missingParts: ['takeout-20260101T000000Z-002.tgz'] },
    });
    const photos = (await home.run('list', '--json')).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as PhotoView);
    expect(photos.find(({ name }) => name === 'IMG_1.jpg')).toMatchObject({
      description: 'at the lake',
      albums: ['Trip'],
    });
    expect(photos.find(({ name }) => name === 'IMG_2.jpg')).toMatchObject({ rating: 4 });
    const again = await home.run('import', '--json', ...parts);
    // The sidecar is among them.
    expect(last(again.out)).toMatchObject({ stored: 0, duplicates: 4, stuck: 0 });
    expect(parts.map((path) => readFileSync(path).toString('base64'))).toEqual(before);
    const work = readdirSync(join(home.folder, 'work'), { recursive: true, encoding: 'utf8' });
    expect(work.filter((path) => isTemporary(basename(path)))).toEqual([]);
    expect(existsSync(join(home.archive, 'duplicates'))).toBe(false);
  },
);

it('a truncated one gives the entries before the cut, and reports it', async () => {
  for (const name of ['a.tar', 'a.tgz']) {
    const noise = Buffer.from(Array.from({ length: 200_000 }, (_, n) => (n * n * 31 + (n >> 3)) % 251));
    const path = await writeTar(name, { 'a.jpg': noise, 'b.jpg': noise });
    writeFileSync(path, readFileSync(path).subarray(0, Math.floor(statSync(path).size * 0.75)));
    const part = await openTar(path, 10, files, quiet);
    expect(part.entries.map(({ path: one }) => one)).toEqual(['a.jpg']);
    expect(part.trouble).toMatch(/^is damaged or cut off after 1 entries \(.+\): download it again$/);
  }
});

it('an invalid, missing, or too large one is rejected', async () => {
  const folder = temporaryFolder();
  const write = (name: string, bytes: Buffer): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const opening = (path: string, room = 10): Promise<unknown> => openTar(path, room, files, quiet);
  await expect(opening(write('a.tgz', gzipSync('this is no TAR'.repeat(99))))).rejects.toMatchObject({
    code: 'corrupt',
  });
  await expect(opening(write('b.tgz', deflateRawSync('neither')))).rejects.toMatchObject({ code: 'corrupt' });
  await expect(opening(join(folder, 'nothing.tgz'))).rejects.toMatchObject({ code: 'not-found' });
  await expect(opening(await writeTar('c.tar', { a: '', b: '', c: '' }), 2)).rejects.toMatchObject({
    code: 'too-large',
  });
  const zeros = Buffer.alloc(80 << 20);
  const bomb = await openTar(await writeTar('d.tgz', { small: 'x', zeros }), 10, files, quiet);
  expect(bomb).toMatchObject({
    entries: [{ path: 'small' }],
    trouble: expect.stringMatching(/unpacks to more than/) as string,
  });
});

it('bytes that changed at the second reading are rejected', async () => {
  const path = await writeTar('a.tar', { 'a.jpg': 'first', 'b.jpg': 'second' });
  const { entries, stage } = await openTar(path, 10, files, quiet);
  const bytes = readFileSync(path);
  bytes.write('other', bytes.indexOf('first'));
  writeFileSync(path, bytes);
  await expect(textOf(entries[0]!)).rejects.toMatchObject({ code: 'corrupt' });
  const folder = temporaryFolder();
  await stage!.more(files, folder, () => true);
  expect(entries[0]!.staged).toBeUndefined();
  expect(await textOf(entries[1]!)).toBe('second');
  await stage!.clear(files);
  expect(readdirSync(folder)).toEqual([]);
});
