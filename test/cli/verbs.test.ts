import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeBroken, makePhoto } from '../picture.js';
import { fillHomes, makeHome } from './run.js';

const filledHome = fillHomes();

const lines = (out: string): Record<string, unknown>[] =>
  out
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const last = (out: string): Record<string, unknown> => lines(out).at(-1)!;

describe('process', () => {
  it('stores photos, reports duplicates, stuck and ignored files, and exits with the right code', async () => {
    const home = makeHome();
    await home.drop('a.jpg', 1);
    await home.drop('trip/b.jpg', 2);
    const bytes = readFileSync(join(home.incoming, 'a.jpg'));
    writeFileSync(join(home.incoming, 'same.jpg'), bytes);
    writeFileSync(join(home.incoming, 'notes.txt'), 'text');
    writeFileSync(join(home.incoming, 'cut.jpg'), bytes.subarray(0, bytes.length / 2));
    const ran = await home.call('process', '--json');
    expect(last(ran.out)).toMatchObject({ stored: 2, duplicates: 1, stuck: 1, ignored: 1 });
    expect(ran.code).toBe(1);
    expect(ran.err.trim().split('\n')).toEqual([expect.stringContaining('stuck: cut.jpg: ') as string]);
    expect(readdirSync(join(home.archive, '2024/07')).sort()).toEqual(expect.arrayContaining(['b.jpg']) as string[]);
    expect(readdirSync(join(home.archive, 'duplicates'))).toHaveLength(1);
    expect(statSync(join(home.archive, '2024/07/b.jpg')).mode & 0o222).toBe(0);
    expect(readdirSync(home.incoming)).toEqual(['notes.txt']);
  });

  it('stores nothing twice', async () => {
    const home = makeHome();
    for (let n = 0; n < 5; n++) await home.drop(`${n}.jpg`, n);
    const copy = join(home.folder, '../copy');
    cpSync(home.incoming, copy, { recursive: true });
    expect(last((await home.run('process', '--json')).out)).toMatchObject({ stored: 5, duplicates: 0 });
    cpSync(copy, home.incoming, { recursive: true });
    expect(last((await home.run('process', '--json')).out)).toMatchObject({ stored: 0, duplicates: 5 });
    expect(lines((await home.run('list', '--json')).out)).toHaveLength(5);
  });

  it('accepts the three folders of the classical recipe', async () => {
    const home = makeHome();
    const [incoming, work, done] = ['in', 'wk', 'out'].map((name) => join(home.folder, name)) as [
      string,
      string,
      string,
    ];
    mkdirSync(incoming);
    writeFileSync(join(incoming, 'a.jpg'), await makePhoto(1));
    expect((await home.run('process', incoming, work, done)).code).toBe(0);
    expect(existsSync(join(done, '2024/07/a.jpg'))).toBe(true);
    expect((await home.run('process', incoming)).code).toBe(2);
    const misspelt = await home.run('process', `${incoming}s`, work, done);
    expect([misspelt.code, misspelt.err]).toEqual([2, expect.stringContaining('is not a folder')]);
    expect(existsSync(`${incoming}s`)).toBe(false);
  });

  it('adds a part of the hash to colliding names', async () => {
    const home = makeHome();
    await home.drop('one/IMG_1.jpg', 1);
    await home.drop('two/IMG_1.JPG', 2);
    await home.drop('three/IMG_1.jpg', 3);
    await home.run('process');
    const names = readdirSync(join(home.archive, '2024/07'));
    expect(names).toHaveLength(3);
    expect(names.filter((name) => /^IMG_1-[0-9a-f]{8}\.jpg$/i.test(name))).toHaveLength(2);
  });
});

describe('serve', () => {
  it('prints two lines, imports new files, runs passes on request, and exits with 0 on SIGTERM', async () => {
    const home = makeHome();
    const server = await home.serve();
    expect(server.lines).toEqual([
      expect.stringContaining(home.incoming),
      expect.stringContaining('http://127.0.0.1:'),
    ]);
    await home.drop('a.jpg', 1);
    const ran = await home.run('process', '--json');
    expect(ran.code).toBe(0);
    const { photos } = (await (await fetch(`${server.url}/api/photos`)).json()) as { photos: { name: string }[] };
    expect(photos.map(({ name }) => name)).toEqual(['a.jpg']);
    const status = last((await home.run('status', '--json')).out);
    expect(status).toMatchObject({ incoming: 0, stuck: [], done: 1, today: { stored: 1, duplicates: 0 } });
    expect(status.recent).toMatchObject([{ name: 'a.jpg', outcome: 'stored' }]);
    writeFileSync(join(home.incoming, 'broken.png'), await makeBroken());
    expect((await home.run('process')).code).toBe(1);
    const retried = await home.run('retry', '--all');
    expect([retried.code, retried.out]).toEqual([1, '1 file retried, 1 stuck\n']);
    expect(retried.err.trim().split('\n')).toEqual([expect.stringContaining('stuck: broken.png: ') as string]);
    expect(await server.stop()).toBe(0);
    expect(existsSync(join(home.folder, '.photospool/server.json'))).toBe(false);
    const still = last((await home.run('status', '--json')).out);
    expect(still).toMatchObject({ today: { stored: 1 }, stuck: [{ name: 'broken.png', attempts: 2 }] });
  });

  it('rejects other addresses and a second server on the same home', async () => {
    const home = makeHome();
    const open = await home.run('serve', '--host', '0.0.0.0');
    expect(open.code).toBe(2);
    expect(open.err).toMatch(/^photospool: .*0\.0\.0\.0 until it has an owner\./);
    await home.serve();
    const second = await home.run('serve', '--port', '0');
    expect(second.code).toBe(3);
    expect(second.err.trim().split('\n')).toHaveLength(1);
  });

  it('shows files that another process imported', async () => {
    const home = makeHome();
    const server = await home.serve();
    const tree = join(home.folder, '../tree');
    mkdirSync(tree);
    writeFileSync(join(tree, 'a.jpg'), await makePhoto(1));
    expect((await home.run('import', tree)).code).toBe(0);
    const months = (await (await fetch(`${server.url}/api/timeline`)).json()) as { month: string; count: number }[];
    expect(months).toEqual([{ month: '2024-07', count: 1 }]);
  });
});

describe('import', () => {
  it('leaves the tree unchanged, and counts known files', async () => {
    const home = makeHome();
    const tree = join(home.folder, '../tree');
    mkdirSync(join(tree, 'sub'), { recursive: true });
    for (let n = 0; n < 4; n++) writeFileSync(join(tree, n % 2 ? 'sub' : '.', `${n}.jpg`), await makePhoto(n));
    writeFileSync(join(tree, 'again.jpg'), await makePhoto(0));
    expect(last((await home.run('import', tree, '--json')).out)).toMatchObject({ stored: 4, duplicates: 1 });
    expect(readdirSync(tree).sort()).toEqual(['0.jpg', '2.jpg', 'again.jpg', 'sub']);
    expect(last((await home.run('import', tree, '--json')).out)).toMatchObject({ stored: 0, duplicates: 5 });
    expect(last((await home.run('import', '--move', tree, '--json')).out)).toMatchObject({ stored: 0, duplicates: 5 });
    expect(readdirSync(tree)).toEqual([]);
  });

  it('lists files that could not be imported as stuck', async () => {
    const home = makeHome();
    const tree = join(home.folder, '../tree');
    mkdirSync(tree);
    const bytes = await makePhoto(1);
    writeFileSync(join(tree, 'cut.jpg'), bytes.subarray(0, bytes.length - 200));
    expect((await home.run('import', tree)).code).toBe(1);
    expect(last((await home.run('status', '--json')).out).stuck).toMatchObject([{ name: 'cut.jpg', attempts: 1 }]);
    const again = await home.run('import', tree, '--json');
    expect([again.code, last(again.out)]).toMatchObject([1, { stored: 0, duplicates: 0, stuck: 1 }]);
    expect(last((await home.run('status', '--json')).out).stuck).toHaveLength(1);
    const retried = await home.run('retry', 'cut.jpg', '--json');
    expect(last(retried.out)).toEqual({ retried: ['cut.jpg'], unknown: [] });
    expect(retried.code).toBe(1);
  });

  it('copies files again that the archive lost', async () => {
    const home = makeHome();
    const tree = join(home.folder, '../tree');
    mkdirSync(tree);
    writeFileSync(join(tree, 'a.jpg'), await makePhoto(1));
    await home.run('import', tree);
    rmSync(join(home.archive, '2024/07/a.jpg'), { force: true });
    expect(last((await home.run('import', tree, '--json')).out)).toMatchObject({ stored: 1, duplicates: 0 });
    expect((await home.run('verify')).code).toBe(0);
  });

  it('imports folders and files whose names are not UTF-8, each once', async () => {
    const home = makeHome();
    const tree = join(home.folder, '../tree');
    const bytes = (text: string): Buffer => Buffer.concat([Buffer.from(`${tree}/`), Buffer.from(text, 'latin1')]);
    mkdirSync(tree);
    mkdirSync(bytes('Gr\u00fc\u00dfe'));
    for (const [n, name] of ['Gr\u00fc\u00dfe/a\u00fc.jpg', 'Gr\u00fc\u00dfe/a\u00f6.jpg', '\u00e4.jpg'].entries()) {
      writeFileSync(bytes(name), await makePhoto(n));
    }
    expect(last((await home.run('import', tree, '--json')).out)).toMatchObject({ stored: 3, stuck: 0 });
    expect(readdirSync(join(home.archive, '2024/07')).sort()).toEqual(
      ['a\u00f6.jpg', 'a\u00fc.jpg', '\u00e4.jpg'].sort(),
    );
    expect(last((await home.run('import', tree, '--json')).out)).toMatchObject({ stored: 0, duplicates: 3 });
  });

  it('rejects a tree that contains the home', async () => {
    const home = makeHome();
    expect((await home.run('import', home.folder)).code).toBe(2);
    expect((await home.run('import', join(home.folder, 'nowhere'))).code).toBe(2);
  });
});

describe('the home', () => {
  it('is set by a flag, which wins over the variable', async () => {
    const home = makeHome();
    const other = join(home.folder, '../other');
    expect((await home.run('process', '--home', other, '--settle', '0', '--json')).code).toBe(0);
    expect(readdirSync(other).sort()).toEqual(['.photospool', 'archive', 'incoming', 'photospool.toml', 'work']);
    expect(statSync(join(other, '.photospool')).mode & 0o777).toBe(0o700);
    expect(existsSync(join(home.folder, '.photospool'))).toBe(false);
  });

  it('is configured by its file', async () => {
    const home = makeHome();
    mkdirSync(join(home.folder, 'inbox'));
    writeFileSync(join(home.folder, 'photospool.toml'), '[spool]\nincoming = "inbox"\n');
    writeFileSync(join(home.folder, 'inbox/a.jpg'), await makePhoto(1));
    expect(last((await home.run('process', '--json')).out)).toMatchObject({ stored: 1 });
    writeFileSync(join(home.folder, 'photospool.toml'), '[spool]\nincomming = "inbox"\n');
    const wrong = await home.run('process');
    expect([wrong.code, wrong.err.includes('spool.incomming')]).toEqual([2, true]);
  });
});

describe('list', () => {
  it('prints photos as docs/interface.md describes', async () => {
    const home = makeHome();
    await home.drop('IMG_0001.jpg', 1);
    const bytes = readFileSync(join(home.incoming, 'IMG_0001.jpg'));
    await home.run('process');
    expect(lines((await home.run('list', '--json', '-tag:none', 'img')).out)).toHaveLength(1);
    const [photo] = lines((await home.run('list', '--json')).out);
    expect(photo).toMatchObject({
      id: createHash('sha256').update(bytes).digest('hex'),
      name: 'IMG_0001.jpg',
      type: 'image/jpeg',
      bytes: bytes.length,
      width: 64,
      height: 48,
      taken: '2024-07-01T12:00:00.000',
      takenSource: 'exif',
      title: '',
      tags: [],
      rating: 0,
      audience: 'private',
      trashed: false,
      original: { here: true, path: '2024/07/IMG_0001.jpg' },
    });
    expect(photo).not.toHaveProperty('gps');
    expect((await home.run('list', 'taken:2023', '--json')).out).toBe('');
    const wrong = await home.run('list', 'colour:red');
    expect([wrong.code, wrong.out]).toEqual([2, '']);
    expect(wrong.err).toContain('colour');
  });
});

describe('the folders', () => {
  it('must be disjoint', async () => {
    const home = makeHome();
    const [incoming, work] = ['in', 'wk'].map((name) => join(home.folder, name)) as [string, string];
    mkdirSync(incoming);
    const ran = await home.run('process', incoming, work, join(incoming, 'done'));
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('must be separate folders')]);
  });

  it('of a missing archive are never created again', async () => {
    const home = makeHome();
    await home.drop('a.jpg', 1);
    await home.run('process');
    renameSync(home.archive, `${home.archive}.unmounted`);
    await home.drop('b.jpg', 2);
    const ran = await home.run('process');
    expect([ran.code, ran.err]).toEqual([3, expect.stringContaining('Mount its disk')]);
    expect(existsSync(home.archive)).toBe(false);
    renameSync(`${home.archive}.unmounted`, home.archive);
    expect(last((await home.run('process', '--json')).out)).toMatchObject({ stored: 1 });
    const moved = join(home.folder, '../archive');
    renameSync(home.archive, moved);
    await home.drop('c.jpg', 3);
    expect(last((await home.run('process', '--done', moved, '--json')).out)).toMatchObject({ stored: 1 });
  });
});

describe('verify', () => {
  it('reports missing, changed and unknown files, and changes nothing', async () => {
    const home = await filledHome(4);
    expect(last((await home.run('verify', '--json')).out)).toEqual({
      checked: 4,
      missing: 0,
      changed: 0,
      unknown: 0,
      unreadable: 0,
    });
    const month = join(home.archive, '2024/07');
    rmSync(join(month, '0.jpg'));
    chmodSync(join(month, '1.jpg'), 0o644);
    appendFileSync(join(month, '1.jpg'), 'rot');
    writeFileSync(join(month, 'mine.txt'), 'mine');
    const ran = await home.run('verify', '--json');
    expect(lines(ran.out)).toMatchObject([
      { kind: 'missing', path: '2024/07/0.jpg' },
      { kind: 'changed', path: '2024/07/1.jpg' },
      { kind: 'unknown', path: '2024/07/mine.txt' },
      { checked: 4, missing: 1, changed: 1, unknown: 1 },
    ]);
    expect(ran.code).toBe(1);
    expect(readFileSync(join(month, 'mine.txt'), 'utf8')).toBe('mine');
  });

  it('accepts a missing original when it arrives again', async () => {
    const home = makeHome();
    await home.drop('a.jpg', 1);
    await home.run('process');
    rmSync(join(home.archive, '2024/07/a.jpg'), { force: true });
    await home.drop('b.jpg', 1);
    expect(last((await home.run('process', '--json')).out)).toMatchObject({ stored: 1, duplicates: 0 });
    expect((await home.run('verify')).code).toBe(0);
  });
});

describe('stuck', () => {
  it('ignores, trashes, restores and copies files by name and by reason, without a server and with one', async () => {
    const home = makeHome();
    const [broken, whole] = [await makeBroken(), await makePhoto(1)];
    const cut = whole.subarray(0, whole.length - 200);
    writeFileSync(join(home.incoming, 'broken.png'), broken);
    writeFileSync(join(home.incoming, 'cut.jpg'), cut);
    await home.run('process');
    expect((await home.run('status')).out).toContain(
      '1 file: Incomplete: the end of the file is missing (--reason truncated)',
    );
    const ignored = await home.run('stuck', 'ignore', '--reason', 'truncated', '--json');
    expect([ignored.code, last(ignored.out)]).toEqual([0, { chosen: ['cut.jpg'], refused: [], unknown: [] }]);
    // An ignored file no longer has a reason to select by.
    expect(await home.run('stuck', 'trash', '--reason', 'truncated')).toMatchObject({ code: 2, out: '' });
    const to = join(home.folder, '../out');
    expect(await home.run('stuck', 'copy', '--all', '--to', to)).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(join(to, 'cut.jpg'))).toEqual(cut);
    expect(readFileSync(join(to, 'broken.png'))).toEqual(broken);
    const again = await home.run('stuck', 'copy', 'cut.jpg', '--to', to, '--json');
    expect([again.code, last(again.out)]).toEqual([1, { copied: 0, occupied: 1, unknown: [] }]);
    expect(await home.run('stuck', 'trash', 'no.jpg')).toMatchObject({
      code: 2,
      out: '0 files moved to the import trash\n',
    });
    const server = await home.serve();
    expect(await home.run('stuck', 'trash', 'broken.png')).toMatchObject({ code: 0, err: '' });
    expect(last((await home.run('status', '--json')).out).stuck).toMatchObject([{ name: 'cut.jpg', ignored: true }]);
    expect(await home.run('stuck', 'restore')).toMatchObject({ code: 0, out: '1 file restored\n' });
    const retried = await home.run('retry', '--reason', 'undecodable', '--json');
    expect(last(retried.out)).toEqual({ retried: ['broken.png'], unknown: [] });
    await server.stop();
    expect((await home.run('stuck', 'trash', '--all')).out).toBe('2 files moved to the import trash\n');
    expect((await home.run('stuck', 'restore', '--json')).out).toBe('{"restored":2}\n');
    expect(last((await home.run('status', '--json')).out).stuck).toHaveLength(2);
  });
});

describe('reindex', () => {
  it('rebuilds the same catalog', async () => {
    const home = await filledHome(3);
    const before = (await home.run('list', '--json')).out;
    expect(last((await home.run('reindex', '--json')).out)).toMatchObject({ photos: 3 });
    expect((await home.run('list', '--json')).out).toBe(before);
    await home.serve();
    expect((await home.run('reindex')).code).toBe(3);
  });
});

describe('wrong usage', () => {
  it('exits with 2 and one clear line', async () => {
    const home = makeHome();
    for (const args of [
      ['sing'],
      ['serve', '--loud'],
      ['serve', '--port', 'x'],
      ['retry'],
      ['stuck', 'ignore'],
      ['import'],
    ]) {
      const { code, err } = await (args[0] === 'sing' ? home.call(...args) : home.run(...args));
      expect([args, code]).toEqual([args, 2]);
      expect(err).not.toContain('    at ');
    }
    expect((await home.call('--help')).code).toBe(0);
    expect((await home.run('serve', '--help')).out).toContain('--home');
    for (const args of [
      ['list', '--limit', 'x'],
      ['list', '--jsno'],
      ['serve', '--role', 'nobody'],
    ]) {
      expect([args, (await home.run(...args)).code]).toEqual([args, 2]);
    }
    const none = await home.run('list', '--json');
    expect([none.code, none.out]).toEqual([0, '']);
    expect(none.err).toContain('no library');
    expect((await home.run('verify')).code).toBe(2);
  });

  it('exits with 3 if a newer version wrote the library', async () => {
    const home = makeHome();
    await home.run('process');
    const { openSqlite } = await import('../../src/base/sqlite.js');
    const db = openSqlite(join(home.folder, '.photospool/library.sqlite'));
    const table = db
      .prepare<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%format%'")
      .all();
    expect(table.length).toBeGreaterThan(0);
    db.exec('UPDATE library SET format = format + 1');
    db.close();
    for (const verb of ['process', 'list', 'serve']) {
      const { code, err } = await home.run(verb);
      expect([verb, code]).toEqual([verb, 3]);
      expect(err).toMatch(/newer/);
    }
  });
});
