import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkfifoSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from './fixture.js';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFiles, type Operation } from '../../src/base/files.js';
import type { FileModes } from '../../src/base/file-modes.js';
import { openRegular } from '../../src/base/read-files.js';
import { readOut } from '../../src/sync/blobs/outgoing-file.js';
import { temporaryFolder } from '../folder.js';

const files = openFiles();
const text = (path: string): string => readFileSync(path, 'utf8');

describe('write', () => {
  it('writes a new file and leaves no temporary file', async () => {
    const folder = temporaryFolder();
    expect(await files.write(join(folder, 'a'), 'one')).toBe('moved');
    expect(text(join(folder, 'a'))).toBe('one');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('never replaces a file', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a'), 'old');
    expect(await files.write(join(folder, 'a'), 'new')).toBe('taken');
    expect(text(join(folder, 'a'))).toBe('old');
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('overwrites with replace', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a'), 'old');
    await files.replace(join(folder, 'a'), 'new');
    expect(text(join(folder, 'a'))).toBe('new');
  });
});

describe('scratch', () => {
  it('writes a new private file, and never overwrites', async () => {
    const path = join(temporaryFolder(), 'a');
    await files.scratch(path, Buffer.from('one'));
    expect(text(path)).toBe('one');
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(files.scratch(path, Buffer.from('two'))).rejects.toMatchObject({ code: 'EEXIST' });
    expect(text(path)).toBe('one');
  });
});

describe('discard', () => {
  it('removes a file without a flush, and accepts a missing one', async () => {
    const path = join(temporaryFolder(), 'a');
    const steps: Operation[] = [];
    const watched = openFiles((operation) => void steps.push(operation));
    writeFileSync(path, 'one');
    await watched.discard(path);
    await watched.discard(path);
    expect(existsSync(path)).toBe(false);
    expect(steps).not.toContain('fsync');
  });
});

describe('fill', () => {
  it('writes a new file and flushes it, and never changes an existing one', async () => {
    const path = join(temporaryFolder(), 'a');
    const steps: Operation[] = [];
    const watched = openFiles((operation) => void steps.push(operation));
    await watched.fill(path, Buffer.from('one'));
    expect(steps).toEqual(['open', 'write', 'fsync']);
    await expect(watched.fill(path, Buffer.from('two'))).rejects.toMatchObject({ code: 'EEXIST' });
    expect(text(path)).toBe('one');
  });

  it('leaves no file when it fails', async () => {
    const folder = temporaryFolder();
    const failing = openFiles((operation) => {
      if (operation === 'fsync') throw new Error('full');
    });
    await expect(failing.fill(join(folder, 'a'), Buffer.from('one'))).rejects.toThrow('full');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('a file that is opened', () => {
  it('must be a regular one: links are not followed, and a FIFO does not block', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), 'one');
    symlinkSync(join(folder, 'file'), join(folder, 'link'));
    mkfifoSync(join(folder, 'fifo'));
    const file = await openRegular(join(folder, 'file'));
    expect(await file.readFile('utf8')).toBe('one');
    await file.close();
    await expect(openRegular(join(folder, 'link'))).rejects.toMatchObject({ code: 'ELOOP' });
    for (const name of ['fifo', '.'])
      await expect(openRegular(join(folder, name))).rejects.toMatchObject({ code: 'unsupported' });
    for (const name of ['link', 'fifo']) {
      const out = readOut(join(folder, name));
      await expect(buffer(out.source)).rejects.toThrow();
      expect(out.failed()).toMatchObject({ code: 'corrupt' });
    }
  });
});

describe('move', () => {
  it('moves, and never overwrites', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a'), 'a');
    writeFileSync(join(folder, 'b'), 'b');
    expect(await files.move(join(folder, 'a'), join(folder, 'b'))).toBe('taken');
    expect([text(join(folder, 'a')), text(join(folder, 'b'))]).toEqual(['a', 'b']);
    expect(await files.move(join(folder, 'a'), join(folder, 'c'))).toBe('moved');
    expect(readdirSync(folder)).toEqual(['b', 'c']);
  });

  it('reports a missing file', async () => {
    const folder = temporaryFolder();
    await expect(files.move(join(folder, 'a'), join(folder, 'b'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('checks the target first if the disk has no hard links', async () => {
    const folder = temporaryFolder();
    const linkless = openFiles((operation) => {
      if (operation === 'link') throw Object.assign(new Error('no links here'), { code: 'EPERM' });
    });
    writeFileSync(join(folder, 'a'), 'a');
    writeFileSync(join(folder, 'b'), 'b');
    expect(await linkless.move(join(folder, 'a'), join(folder, 'b'))).toBe('taken');
    expect(await linkless.move(join(folder, 'a'), join(folder, 'c'))).toBe('moved');
    expect(readdirSync(folder)).toEqual(['b', 'c']);
  });
});

describe('reading', () => {
  it('never follows links, and opens only regular files', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'secret'), 'secret');
    symlinkSync(join(folder, 'secret'), join(folder, 'link'));
    mkfifoSync(join(folder, 'fifo'));
    await expect(files.head(join(folder, 'link'), 10)).rejects.toMatchObject({ code: 'ELOOP' });
    await expect(files.hash(join(folder, 'fifo'))).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('hashes', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a'), 'abc');
    expect(await files.hash(join(folder, 'a'))).toEqual({
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      bytes: 3,
    });
  });

  it('lists names that are not UTF-8 as bytes', async () => {
    const folder = temporaryFolder();
    const raw = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9])]);
    writeFileSync(raw, 'x');
    mkdirSync(join(folder, 'sub'));
    const entries = await files.list(folder);
    expect(entries?.find(({ kind }) => kind === 'file')?.path).toEqual(raw);
    expect(entries?.find(({ kind }) => kind === 'folder')?.path).toBe(join(folder, 'sub'));
    expect(await files.list(join(folder, 'nowhere'))).toBeUndefined();
  });
});

describe('copy and pour', () => {
  it('copies, returns the hash of the written bytes, and never overwrites', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a'), 'abc', { mode: 0o400 });
    const { sha256 } = await files.hash(join(folder, 'a'));
    expect(await files.copy(join(folder, 'a'), join(folder, 'b'))).toEqual({ kind: 'moved', sha256 });
    expect(statSync(join(folder, 'b')).mode & 0o777).toBe(0o600);
    expect((await files.copy(join(folder, 'a'), join(folder, 'b'))).kind).toBe('taken');
    expect(readdirSync(folder)).toEqual(['a', 'b']);
  });

  it('leaves nothing after a stream fails', async () => {
    const folder = temporaryFolder();
    const failing = Readable.from(
      (function* () {
        yield Buffer.from('half');
        throw new Error('cut off');
      })(),
    );
    await expect(files.pour(failing, join(folder, 'a'))).rejects.toThrow('cut off');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('every failing operation', () => {
  const jobs: Record<string, (open: typeof files, folder: string) => Promise<unknown>> = {
    write: (open, folder) => open.write(join(folder, 'new'), 'new'),
    replace: (open, folder) => open.replace(join(folder, 'old'), 'new'),
    copy: (open, folder) => open.copy(join(folder, 'old'), join(folder, 'new')),
    move: (open, folder) => open.move(join(folder, 'old'), join(folder, 'new')),
    folders: (open, folder) => open.makeFolder(join(folder, 'x', 'y')),
  };
  for (const [name, job] of Object.entries(jobs)) {
    it(`of ${name} leaves the old or the new state, and no temporary file`, async () => {
      for (let n = 1; ; n++) {
        const folder = temporaryFolder();
        writeFileSync(join(folder, 'old'), 'old');
        let left = n;
        const failing = openFiles((operation: Operation) => {
          if (--left === 0) throw Object.assign(new Error(`${operation} failed`), { code: 'EIO' });
        });
        const failed = await job(failing, folder).then(
          () => false,
          () => true,
        );
        const names = readdirSync(folder);
        expect(names.filter((entry) => entry.startsWith('.'))).toEqual([]);
        expect(names.some((entry) => ['old', 'new'].includes(entry))).toBe(true);
        for (const entry of names) if (entry !== 'x') expect(['old', 'new']).toContain(text(join(folder, entry)));
        if (left > 0) break;
        expect(failed).toBe(true);
      }
    });
  }
});

describe('remove', () => {
  it('succeeds if the folder is removed before it is flushed', async () => {
    const folder = join(temporaryFolder(), 'hiding');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a'), 'one');
    const other = openFiles();
    const stepped = openFiles(async (operation) => {
      if (operation === 'fsync') await other.removeFolder(folder);
    });
    expect(await stepped.remove(join(folder, 'a'))).toBe(true);
  });
});

describe('modes', () => {
  /** The modes of everything in a folder that was filled with one of each operation, under a umask. */
  async function made(umask: number, readers: FileModes): Promise<Record<string, string>> {
    const folder = temporaryFolder();
    const before = process.umask(umask);
    try {
      const here = openFiles(undefined, undefined, readers);
      const at = (name: string): string => join(folder, 'made', name);
      await here.makeFolder(at('folder'));
      await here.write(at('written'), 'a');
      await here.pour(Readable.from([Buffer.from('a')]), at('poured'));
      await here.replace(at('replaced'), 'a');
      await here.copy(at('written'), at('copied'));
      await here.write(at('original'), 'a');
      await here.protect(at('original'));
      await here.extend(Readable.from([Buffer.from('a')]), at('extended'));
      await here.append(at('log'), 'a');
    } finally {
      process.umask(before);
    }
    const paths = ['made', ...readdirSync(join(folder, 'made')).map((name) => join('made', name))];
    return Object.fromEntries(
      paths.map((path) => [basename(path), (statSync(join(folder, path)).mode & 0o7777).toString(8)]),
    );
  }

  it.each([0, 0o022, 0o077])('new files are private under umask %o', async (umask) => {
    const { made: outer, folder, original, ...written } = await made(umask, 'private');
    expect([outer, folder, original]).toEqual(['700', '700', '400']);
    expect(new Set(Object.values(written))).toEqual(new Set(['600']));
  });

  it.each([0, 0o022, 0o077])('or readable by the group or everyone, as configured, under umask %o', async (umask) => {
    const { made: outer, original, copied, written } = await made(umask, 'group');
    expect([outer, original, copied, written]).toEqual(['750', '440', '640', '640']);
    const open = await made(umask, 'everyone');
    expect([open['made'], open['original'], open['copied'], open['written']]).toEqual(['755', '444', '644', '644']);
  });

  it('a new folder keeps an inherited setgid bit', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o2770);
    await openFiles(undefined, undefined, 'group').makeFolder(join(folder, 'sub'));
    expect((statSync(join(folder, 'sub')).mode & 0o7777).toString(8)).toBe('2750');
  });

  it('existing files keep their modes', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o777);
    writeFileSync(join(folder, 'log'), 'a');
    chmodSync(join(folder, 'log'), 0o666);
    await files.makeFolder(folder);
    await files.append(join(folder, 'log'), 'b');
    expect([statSync(folder).mode & 0o777, statSync(join(folder, 'log')).mode & 0o777]).toEqual([0o777, 0o666]);
  });
});
