import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  rmdirSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFiles } from '../../src/base/files.js';
import { handOver } from '../../src/spool/work-folder.js';
import { fastClock, makeSpool, photo, type Failures } from './fixture.js';

describe('one pass', () => {
  it('imports photos from everywhere below incoming and removes the folders that it emptied', async () => {
    const spool = makeSpool();
    spool.drop('a.jpg');
    spool.drop('Rome 2024/day 1/b.jpg');
    mkdirSync(join(spool.incoming, 'empty'));
    const summary = await (await spool.open()).pass();
    expect(summary).toMatchObject({ stored: 2, duplicates: 0, stuck: 0, ignored: 0 });
    expect(spool.files()).toEqual(['done/a.jpg', 'done/b.jpg']);
    expect(readdirSync(spool.incoming)).toEqual(['empty']);
    expect(spool.arrivals.find(({ name }) => name === 'b.jpg')?.folder).toBe('Rome 2024/day 1');
    expect(readdirSync(spool.work).filter((name) => !name.startsWith('.lock'))).toEqual([]);
  });

  it('leaves other files, with a reason', async () => {
    const spool = makeSpool();
    spool.drop('notes.jpg', 'a text with a photo name');
    spool.drop('album/empty.jpg', '');
    spool.drop('good.txt', photo('a photo with a text name'));
    const processor = await spool.open();
    expect(await processor.pass()).toMatchObject({ stored: 1, ignored: 2 });
    expect(spool.files()).toEqual(['done/good.txt', 'incoming/album/empty.jpg', 'incoming/notes.jpg']);
    const { ignored } = await processor.status();
    expect(ignored.map(({ name }) => name).sort()).toEqual(['album/empty.jpg', 'notes.jpg']);
    for (const { reason } of ignored) expect(reason).not.toBe('');
  });

  it('checks such a file again after a change', async () => {
    const spool = makeSpool();
    const path = spool.drop('a.jpg', 'not yet');
    const processor = await spool.open();
    expect(await processor.pass()).toMatchObject({ stored: 0, ignored: 1 });
    writeFileSync(path, photo('now'));
    expect(await processor.pass()).toMatchObject({ stored: 1, ignored: 0 });
  });

  it('ignores unfinished files and those of other programs', async () => {
    const spool = makeSpool();
    const names = [
      '.DS_Store',
      '._a.jpg',
      '.syncthing.a.jpg.tmp',
      '~syncthing~a.jpg.tmp',
      'a.jpg.partial',
      'a.jpg.crdownload',
      'a.jpg.part',
      'a.jpg.ocTransferId123.part',
      'Thumbs.db',
      'a.jpg.filepart',
      '.a.jpg.Ab12Cd',
      '@eaDir/a.jpg',
      '.stversions/a.jpg',
    ];
    for (const name of names) spool.drop(name, photo(name));
    expect(await (await spool.open()).pass()).toMatchObject({ stored: 0, ignored: 0 });
    expect(spool.files()).toHaveLength(names.length);
  });

  it('never follows or opens links, FIFOs and devices', async () => {
    const spool = makeSpool();
    const secret = join(spool.folder, 'secret.jpg');
    writeFileSync(secret, photo('secret'));
    symlinkSync(secret, join(spool.incoming, 'link.jpg'));
    symlinkSync(spool.folder, join(spool.incoming, 'loop'));
    execFileSync('mkfifo', [join(spool.incoming, 'fifo.jpg')]);
    const processor = await spool.open();
    expect(await processor.pass()).toMatchObject({ stored: 0, ignored: 3 });
    expect(readFileSync(secret)).toEqual(photo('secret'));
  });

  it('recognises duplicates and keeps both files', async () => {
    const spool = makeSpool();
    spool.drop('a.jpg', photo('same'));
    await (await spool.open()).pass();
    spool.drop('b.jpg', photo('same'));
    const again = await makeAgain(spool);
    expect(await again.pass()).toMatchObject({ stored: 0, duplicates: 1 });
    expect(spool.files()).toEqual(['done/a.jpg', 'done/duplicates/b.jpg']);
  });

  it('keeps names that are difficult for tools', async () => {
    const spool = makeSpool();
    const names = [
      '-rf.jpg',
      'it\'s "quoted".jpg',
      'two\nlines.jpg',
      ' .jpg',
      'x'.repeat(251) + '.jpg',
      'item.json',
      'Ünï\u202egpj.jpg',
      '\u00e9.jpg',
      'e\u0301.jpg',
    ];
    for (const name of names) spool.drop(name);
    writeFileSync(
      Buffer.concat([Buffer.from(`${spool.incoming}/caf`), Buffer.from([0xe9]), Buffer.from('.jpg')]),
      photo('latin1'),
    );
    expect(await (await spool.open()).pass()).toMatchObject({ stored: names.length + 1, stuck: 0 });
    expect(readdirSync(spool.done).sort()).toEqual([...names, 'café.jpg'].sort());
    for (const { file } of spool.arrivals) expect(file).not.toContain('\n');
  });

  it('skips an unreadable file, and reports it', async () => {
    if (process.getuid?.() === 0) return; // root may read everything; .ci/run runs these tests as root separately.
    const spool = makeSpool();
    chmodSync(spool.drop('closed.jpg'), 0);
    spool.drop('open.jpg');
    const summary = await (await spool.open()).pass();
    expect(summary).toMatchObject({ stored: 1, stuck: 1 });
    expect(summary.stuckItems[0]!.reason).toContain('permission');
  });

  it('reports a missing incoming, and continues when it is back', async () => {
    const spool = makeSpool();
    const processor = await spool.open();
    rmSync(spool.incoming, { recursive: true });
    expect(await processor.pass()).toMatchObject({ stored: 0 });
    spool.drop('a.jpg');
    expect(await processor.pass()).toMatchObject({ stored: 1 });
  });
});

const makeAgain = async (spool: ReturnType<typeof makeSpool>) => {
  // A second processor on the same folders needs its own work folder.
  return spool.open({ work: join(spool.folder, 'work2') });
};

describe('unstable files', () => {
  it('are imported once size and mtime are unchanged for the settle time, old mtimes or not', async () => {
    const spool = makeSpool();
    const clock = fastClock();
    const path = spool.drop('a.jpg', photo('half'));
    utimesSync(path, 1000, 1000);
    let grown = 0;
    const files = openFiles((operation, at) => {
      // It has grown at each stat, five times in a row.
      if (operation === 'stat' && String(at) === path && grown++ < 5) appendFileSync(path, ' more');
    });
    const summary = await (await spool.open({ settle: 2 }, files, clock)).pass();
    expect(summary.stored).toBe(1);
    expect(readFileSync(join(spool.done, 'a.jpg'))).toEqual(photo('half more more more more more'));
    expect(summary.seconds).toBeGreaterThanOrEqual(2);
    expect(spool.arrivals).toHaveLength(1);
  });

  it('start their wait again when the file is replaced', async () => {
    const spool = makeSpool();
    const clock = fastClock();
    const path = spool.drop('a.jpg', photo('one'));
    let looks = 0;
    const files = openFiles((operation, at) => {
      if (operation !== 'stat' || String(at) !== path || ++looks !== 2) return;
      rmSync(path);
      writeFileSync(path, photo('two'));
    });
    const summary = await (await spool.open({ settle: 2 }, files, clock)).pass();
    expect(summary.seconds).toBeGreaterThanOrEqual(4);
    expect(readFileSync(join(spool.done, 'a.jpg'))).toEqual(photo('two'));
  });
});

describe('failures', () => {
  it('keep the file in its claim with the reason, and never delay another', async () => {
    const failures: Failures = new Map([['bad', 'undecodable']]);
    const spool = makeSpool(failures);
    spool.drop('bad.jpg', photo('bad'));
    spool.drop('good.jpg');
    const processor = await spool.open();
    expect(await processor.pass()).toMatchObject({
      stored: 1,
      stuck: 1,
      stuckItems: [{ name: 'bad.jpg', reason: 'bad.jpg fails.' }],
    });
    const [claim] = readdirSync(spool.work).filter((name) => !name.startsWith('.'));
    expect(readdirSync(join(spool.work, claim!)).sort()).toEqual(['bad.jpg', 'item.json']);
    const item = JSON.parse(readFileSync(join(spool.work, claim!, 'item.json'), 'utf8')) as Record<string, unknown>;
    expect(item).toMatchObject({ name: 'bad.jpg', attempts: 1, error: { code: 'undecodable' } });
    expect(item).not.toHaveProperty('next');
    // Permanently: another pass does not retry it, a person's retry does.
    await processor.pass();
    expect(spool.arrivals.filter(({ name }) => name === 'bad.jpg')).toHaveLength(1);
    failures.clear();
    expect(await processor.retry(['bad.jpg', 'nobody.jpg'])).toEqual({ retried: ['bad.jpg'], unknown: ['nobody.jpg'] });
    expect(await processor.pass()).toMatchObject({ stored: 1, stuck: 0 });
  });

  it('that are transient are retried with doubling delay', async () => {
    const failures: Failures = new Map([['later', 'io']]);
    const spool = makeSpool(failures);
    const clock = fastClock();
    spool.drop('later.jpg', photo('later'));
    const processor = await spool.open({}, openFiles(), clock);
    const delays: number[] = [];
    for (let i = 0; i < 12; i++) {
      await processor.pass();
      const { next } = (await processor.status()).stuck[0]!;
      delays.push(Date.parse(next!) - clock.now());
      clock.pass(delays.at(-1)!);
    }
    expect(delays.slice(0, 3)).toEqual([5_000, 10_000, 20_000]);
    expect(delays.at(-1)).toBe(3_600_000);
    failures.clear();
    expect(await processor.pass()).toMatchObject({ stored: 1, stuck: 0 });
  });

  it('are retried once in a pass, however long it takes', async () => {
    const failures: Failures = new Map([['slow', 'timeout']]);
    const spool = makeSpool(failures);
    const clock = fastClock();
    spool.drop('slow.jpg', photo('slow'));
    spool.drop('good.jpg');
    const files = openFiles();
    // Each attempt takes longer than any delay: when it ends, the file is due again.
    const hash = files.statExact.bind(files);
    files.statExact = (path) => {
      clock.pass(2 * 3_600_000);
      return hash(path);
    };
    const tries = (): number => spool.arrivals.filter(({ name }) => name === 'slow.jpg').length;
    const processor = await spool.open({ workers: 1 }, files, clock);
    expect(await processor.pass()).toMatchObject({ stored: 1, stuck: 1 });
    expect(tries()).toBe(1);
    expect(await processor.pass()).toMatchObject({ stored: 0, stuck: 1 });
    expect(tries()).toBe(2);
    failures.clear();
    expect(await processor.pass()).toMatchObject({ stored: 1, stuck: 0 });
  });

  it('to claim for lack of disk space leave the files in incoming and try only one of them', async () => {
    const spool = makeSpool();
    for (let i = 0; i < 50; i++) spool.drop(`${i}.jpg`);
    let tries = 0;
    const full = openFiles((operation, path) => {
      if (operation !== 'mkdir' || !String(path).startsWith(spool.work)) return;
      tries++;
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    });
    const processor = await spool.open({ workers: 1 }, full);
    const summary = await processor.pass();
    expect(summary.stored).toBe(0);
    expect(summary.stuckItems[0]!.reason).toContain('disk is full');
    expect(tries).toBeLessThan(10);
    expect(readdirSync(spool.incoming)).toHaveLength(50);
    expect(readdirSync(spool.work).filter((name) => !name.startsWith('.'))).toEqual([]);
  });
});

describe('copy mode', () => {
  it('leaves incoming unchanged and remembers known files', async () => {
    const spool = makeSpool();
    const path = spool.drop('a.jpg');
    spool.drop('sub/b.jpg', photo('a.jpg'));
    const processor = await spool.open({ mode: 'copy', workers: 1 });
    const first = await processor.pass();
    expect(first.stored + first.duplicates).toBe(2);
    expect(await processor.pass()).toMatchObject({ stored: 0, duplicates: 0 });
    expect(readdirSync(spool.incoming).sort()).toEqual(['a.jpg', 'sub']);
    writeFileSync(path, photo('changed'));
    expect(await processor.pass()).toMatchObject({ stored: 1 });
  });
});

describe('one processor per work', () => {
  it('rejects a second one until the first is closed', async () => {
    const spool = makeSpool();
    const first = await spool.open();
    await expect(spool.open()).rejects.toMatchObject({ code: 'locked' });
    await first.close();
    await (await spool.open()).close();
  });

  it('lets two with separate work folders share incoming: each file once', async () => {
    const spool = makeSpool();
    for (let i = 0; i < 60; i++) spool.drop(`${i}.jpg`);
    const two = await Promise.all([spool.open(), makeAgain(spool)]);
    const summaries = await Promise.all(two.map((processor) => processor.pass()));
    expect(summaries[0]!.stored + summaries[1]!.stored).toBe(60);
    expect(summaries.map(({ stuck, duplicates }) => stuck + duplicates)).toEqual([0, 0]);
    expect(readdirSync(spool.done)).toHaveLength(60);
    expect(spool.arrivals).toHaveLength(60);
  });
});

describe('leftovers of an earlier run', () => {
  const id = '01J00000000000000000000000';

  it('a claim is completed', async () => {
    const spool = makeSpool();
    mkdirSync(join(spool.work, id));
    writeFileSync(join(spool.work, id, 'a.jpg'), photo('a'));
    expect(await (await spool.open()).pass()).toMatchObject({ stored: 1 });
    expect(spool.files()).toEqual(['done/a.jpg']);
  });

  it('a record without its file is removed, the file in incoming is imported', async () => {
    const spool = makeSpool();
    const from = spool.drop('a.jpg');
    mkdirSync(join(spool.work, id));
    writeFileSync(
      join(spool.work, id, 'item.json'),
      JSON.stringify({ format: 1, name: 'a.jpg', file: 'a.jpg', from, claimed: 'x', modified: 'x', attempts: 0 }),
    );
    writeFileSync(join(spool.work, id, '.photospool-999999999-01J00000000000000000000000.tmp'), 'half a record');
    expect(await (await spool.open()).pass()).toMatchObject({ stored: 1 });
    expect(readdirSync(spool.work).filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  it('an empty claim is removed, foreign folders stay', async () => {
    const spool = makeSpool();
    mkdirSync(join(spool.work, id));
    mkdirSync(join(spool.work, 'mine'));
    await (await spool.open()).pass();
    expect(readdirSync(spool.work).filter((name) => !name.startsWith('.'))).toEqual(['mine']);
  });

  it('a damaged record is created again', async () => {
    const spool = makeSpool();
    mkdirSync(join(spool.work, id));
    writeFileSync(join(spool.work, id, 'a.jpg'), photo('a'));
    writeFileSync(join(spool.work, id, 'item.json'), '{"format":1,"name":');
    expect(await (await spool.open()).pass()).toMatchObject({ stored: 1 });
    expect(existsSync(join(spool.done, 'a.jpg'))).toBe(true);
  });
});

describe('between filesystems', () => {
  const crossing = (work: string, also: (operation: string, path: string) => void = () => undefined) =>
    openFiles((operation, path) => {
      const to = String(path);
      also(operation, to);
      // What the kernel returns if `work` is on another disk: files can't be renamed into it.
      if (operation === 'rename' && to.startsWith(work) && !to.endsWith('item.json'))
        throw Object.assign(new Error('EXDEV'), { code: 'EXDEV' });
    });

  it('hides the file on its own disk, copies it from there, and removes only the hidden name', async () => {
    const spool = makeSpool();
    const path = spool.drop('a.jpg', photo('first'));
    let again = false;
    const files = crossing(spool.work);
    const copy = files.copy.bind(files);
    files.copy = async (from, to) => {
      // Meanwhile the sync tool writes a new file with the old name.
      if (!again) writeFileSync(path, photo('second'));
      again = true;
      return copy(from, to);
    };
    const summary = await (await spool.open({ workers: 1 }, files)).pass();
    expect(summary.stored).toBe(2);
    expect(spool.arrivals).toHaveLength(2);
    expect(readdirSync(spool.folder).sort()).toEqual(['done', 'incoming', 'work']);
    expect(readdirSync(spool.incoming)).toEqual([]);
  });

  it.each(['before a file is hidden in it', 'after one left it'])(
    'loses nothing if the folder of hidden files is removed %s, because another file was the last in it',
    async (when) => {
      const spool = makeSpool();
      spool.drop('a.jpg');
      const hiding = join(spool.folder, '.photospool-incoming');
      let last = '';
      let gone = false;
      const files = crossing(spool.work, (operation, path) => {
        const moment = when.startsWith('before')
          ? operation === 'rename' && path.startsWith(hiding)
          : operation === 'fsync' && path === hiding && last === 'unlink';
        if (moment && !gone) rmdirSync(hiding);
        gone ||= moment;
        last = operation;
      });
      const processor = await spool.open({}, files);
      expect(await processor.pass()).toMatchObject({ stored: 1, stuck: 0 });
      expect(gone).toBe(true);
      expect(spool.files()).toEqual(['done/a.jpg']);
    },
  );

  it('continues with files hidden before a crash', async () => {
    const spool = makeSpool();
    spool.drop('a.jpg', photo('first'));
    const files = crossing(spool.work);
    files.copy = () => Promise.reject(Object.assign(new Error('cut'), { code: 'EIO' }));
    const first = await spool.open({}, files);
    await first.pass();
    await first.close();
    expect(spool.files().some((name) => name.startsWith('.photospool-incoming/'))).toBe(true);
    const second = await spool.open();
    expect((await second.status()).stuck).toMatchObject([{ name: 'a.jpg', code: 'io' }]);
    await second.retry('all');
    expect(await second.pass()).toMatchObject({ stored: 1 });
    expect(spool.files()).toEqual(['done/a.jpg']);
  });
});

describe('a file that can’t be claimed', () => {
  it('is reported until it is gone, and does not delay the rest', async () => {
    const spool = makeSpool();
    const path = spool.drop('bad.jpg');
    spool.drop('good.jpg');
    const files = openFiles((operation, at) => {
      if (operation === 'open' && String(at) === path) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    });
    const processor = await spool.open({}, files);
    expect(await processor.pass()).toMatchObject({ stored: 1, stuck: 1, stuckItems: [{ name: 'bad.jpg' }] });
    expect((await processor.status()).stuck).toMatchObject([{ name: 'bad.jpg', code: 'io', claim: '' }]);
    rmSync(path);
    expect(await processor.pass()).toMatchObject({ stored: 0, stuck: 0 });
    expect((await processor.status()).stuck).toEqual([]);
  });

  it('is kept if it was moved but the flush after it failed', async () => {
    const spool = makeSpool();
    spool.drop('a.jpg');
    let failed = false;
    const files = openFiles((operation, at) => {
      if (operation !== 'fsync' || String(at) !== spool.incoming || failed) return;
      failed = true;
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    });
    expect(await (await spool.open({}, files)).pass()).toMatchObject({ stored: 1, stuck: 0 });
    expect(failed).toBe(true);
    expect(spool.files()).toEqual(['done/a.jpg']);
  });

  it('does not prevent handing over others if the name of a claim is taken', async () => {
    const spool = makeSpool();
    const to = join(spool.folder, 'taken-over');
    const ids = ['01J00000000000000000000000', '01J00000000000000000000001'];
    for (const id of ids) {
      mkdirSync(join(spool.work, id), { recursive: true });
      writeFileSync(join(spool.work, id, 'a.jpg'), photo(id));
    }
    mkdirSync(join(to, ids[0]!), { recursive: true });
    writeFileSync(join(to, ids[0]!, 'a.jpg'), photo(ids[0]!));
    await handOver(spool.work, to, openFiles());
    expect(spool.files()).toEqual([`taken-over/${ids[0]}/a.jpg`, `taken-over/${ids[1]}/a.jpg`, `work/${ids[0]}/a.jpg`]);
    rmSync(join(to, ids[0]!), { recursive: true });
    await handOver(spool.work, to, openFiles());
    expect(spool.files()).toEqual(ids.map((id) => `taken-over/${id}/a.jpg`));
  });

  it('does not prevent accepting claims from another process', async () => {
    const spool = makeSpool();
    const processor = await spool.open();
    await processor.pass();
    const claim = join(spool.work, '01J00000000000000000000000');
    mkdirSync(claim);
    writeFileSync(join(claim, 'a.jpg'), photo('handed over'));
    expect(await processor.pass()).toMatchObject({ stored: 1 });
  });
});

describe('files with another hard link', () => {
  it('an original shares no inode with a file outside, through which it could be changed', async () => {
    const spool = makeSpool();
    const path = spool.drop('a.jpg', photo('as it came'));
    const outside = join(spool.folder, 'outside.jpg');
    linkSync(path, outside);
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    expect(await (await spool.open()).pass()).toMatchObject({ stored: 1, stuck: 0 });
    writeFileSync(outside, photo('changed later'));
    expect(readFileSync(join(spool.done, 'a.jpg'))).toEqual(photo('as it came'));
    expect(statSync(join(spool.done, 'a.jpg')).mtimeMs).toBe(1_700_000_000_000);
    expect(spool.files().filter((name) => name.startsWith('work/'))).toEqual([]);
  });

  it('a file with a single link is not copied', async () => {
    const spool = makeSpool();
    const { ino } = statSync(spool.drop('a.jpg'));
    const copied: string[] = [];
    const files = openFiles((operation, path) => {
      if (operation === 'copy') copied.push(path.toString());
    });
    expect(await (await spool.open({}, files)).pass()).toMatchObject({ stored: 1 });
    expect(copied).toEqual([]);
    expect(statSync(join(spool.done, 'a.jpg')).ino).toBe(ino);
  });

  it('one that changes through its other link while it is copied is copied again', async () => {
    const spool = makeSpool();
    const outside = join(spool.folder, 'outside.jpg');
    linkSync(spool.drop('a.jpg'), outside);
    let copies = 0;
    let changed = false;
    const files = openFiles((operation, path) => {
      if (operation === 'copy') copies++;
      if (operation !== 'open' || copies === 0 || changed || !path.toString().endsWith('/a.jpg')) return;
      changed = true;
      appendFileSync(outside, 'more');
    });
    expect(await (await spool.open({}, files, fastClock())).pass()).toMatchObject({ stored: 1, stuck: 0 });
    expect([changed, copies]).toEqual([true, 2]);
    expect(readFileSync(join(spool.done, 'a.jpg'))).toEqual(readFileSync(outside));
    expect(statSync(join(spool.done, 'a.jpg')).nlink).toBe(1);
  });
});
