import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openArchive } from '../../src/archive/archive.js';
import { openBlobs } from '../../src/archive/blob-store.js';
import { openFiles, type Files } from '../../src/base/files.js';
import { temporaryFolder } from '../folder.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An archive and a file to put into it. */
async function begin(files: Files = openFiles()) {
  const folder = temporaryFolder();
  const from = join(folder, 'from');
  writeFileSync(from, 'new');
  return { from, archive: await openArchive(join(folder, 'archive'), files) };
}

/** File operations on which links and renames between folders fail as between filesystems. */
const across = (): Files =>
  openFiles((operation) => {
    if (operation === 'link') throw Object.assign(new Error('EXDEV'), { code: first-- > 0 ? 'EXDEV' : 'EPERM' });
  });
let first = 0;

describe('archive', () => {
  it('places a file read-only and creates its folders', async () => {
    const { archive, from } = await begin();
    expect(await archive.place(from, '2024/07/a.jpg', sha256('new'))).toBe('placed');
    expect(statSync(archive.resolve('2024/07/a.jpg')).mode & 0o777).toBe(0o400);
    expect(archive.occupied('2024/07/a.jpg')).toBe(true);
  });

  it('never replaces other bytes', async () => {
    const { archive, from } = await begin();
    mkdirSync(join(archive.folder, '2024'));
    writeFileSync(join(archive.folder, '2024', 'a.jpg'), 'old');
    expect(await archive.place(from, '2024/a.jpg', sha256('new'))).toBe('taken');
    expect(readFileSync(join(archive.folder, '2024', 'a.jpg'), 'utf8')).toBe('old');
    expect(readFileSync(from, 'utf8')).toBe('new');
  });

  it('completes a move that a crash interrupted', async () => {
    const { archive, from } = await begin();
    mkdirSync(join(archive.folder, '2024'));
    writeFileSync(join(archive.folder, '2024', 'a.jpg'), 'new');
    expect(await archive.place(from, '2024/a.jpg', sha256('new'))).toBe('placed');
    expect(readdirSync(join(archive.folder, '..'))).toEqual(['archive']);
  });

  it('copies between filesystems and verifies the copy', async () => {
    first = 1;
    const { archive, from } = await begin(across());
    expect(await archive.place(from, '2024/a.jpg', sha256('new'))).toBe('placed');
    expect(readdirSync(join(archive.folder, '2024'))).toEqual(['a.jpg']);
    expect(statSync(archive.resolve('2024/a.jpg')).mode & 0o777).toBe(0o400);
    first = 1;
    writeFileSync(from, 'changed meanwhile');
    await expect(archive.place(from, '2024/b.jpg', sha256('new'))).rejects.toMatchObject({ code: 'io' });
    expect(readFileSync(from, 'utf8')).toBe('changed meanwhile');
    expect(readdirSync(join(archive.folder, '2024'))).toEqual(['a.jpg']);
  });

  it('keeps every duplicate, each under a name of its own', async () => {
    const { archive, from } = await begin();
    const chosen: string[] = [];
    const choose = (path: string): Promise<void> => Promise.resolve(void chosen.push(path));
    expect(await archive.setAside(from, 'a.jpg', sha256('new'), choose)).toBe('duplicates/a.jpg');
    writeFileSync(from, 'new');
    expect(await archive.setAside(from, 'a.jpg', sha256('new'), choose)).toBe('duplicates/a-2.jpg');
    expect(chosen).toEqual(['duplicates/a.jpg', 'duplicates/a-2.jpg']);
    expect(readdirSync(join(archive.folder, 'duplicates')).sort()).toEqual(['a-2.jpg', 'a.jpg']);
  });

  it('completes moving a duplicate after a crash', async () => {
    const { archive, from } = await begin();
    mkdirSync(join(archive.folder, 'duplicates'));
    writeFileSync(join(archive.folder, 'duplicates', 'a.jpg'), 'new');
    expect(await archive.setAside(from, 'a.jpg', sha256('new'), () => Promise.resolve(), 'duplicates/a.jpg')).toBe(
      'duplicates/a.jpg',
    );
    expect(readdirSync(join(archive.folder, 'duplicates'))).toEqual(['a.jpg']);
  });
});

describe('blobs', () => {
  it('are named by their hash and stored once', async () => {
    const blobs = await openBlobs(join(temporaryFolder(), 'blobs'), openFiles());
    const name = await blobs.put(Buffer.from('abc'));
    expect(name).toBe(sha256('abc'));
    expect(await blobs.put(Buffer.from('abc'))).toBe(name);
    expect(readFileSync(blobs.path(name), 'utf8')).toBe('abc');
  });
});
