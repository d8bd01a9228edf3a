import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeSpool, photo, type Spool } from './fixture.js';
import type { Processor } from '../../src/spool/processor.js';

/** Resolves when this number of photos was stored. */
const stored = (processor: Processor, count: number): Promise<void> =>
  new Promise((resolve) => {
    let left = count;
    const off = processor.on((event) => {
      if (event.type !== 'stored' || --left > 0) return;
      off();
      resolve();
    });
  });

/** A watching processor that does not rescan within the test: it learns about files only from events. */
async function watching(spool: Spool, options: Parameters<Spool['open']>[0] = {}): Promise<Processor> {
  const processor = await spool.open(options);
  await processor.watch();
  return processor;
}

describe('watching', () => {
  it('imports files present at the start, written files and renamed files', async () => {
    const spool = makeSpool();
    spool.drop('before.jpg');
    const processor = await spool.open();
    const first = stored(processor, 1);
    await processor.watch();
    await first;
    const second = stored(processor, 1);
    spool.drop('written.jpg');
    await second;
    const third = stored(processor, 1);
    writeFileSync(join(spool.folder, 'elsewhere.jpg'), photo('renamed'));
    renameSync(join(spool.folder, 'elsewhere.jpg'), join(spool.incoming, 'renamed.jpg'));
    await third;
    expect(spool.files()).toEqual(['done/before.jpg', 'done/renamed.jpg', 'done/written.jpg']);
  });

  it('imports a folder that is moved in, and files added to it later', async () => {
    const spool = makeSpool();
    const processor = await watching(spool, { settle: 0.05 });
    const first = stored(processor, 2);
    mkdirSync(join(spool.folder, 'trip/day'), { recursive: true });
    writeFileSync(join(spool.folder, 'trip/a.jpg'), photo('a'));
    writeFileSync(join(spool.folder, 'trip/day/b.jpg'), photo('b'));
    writeFileSync(join(spool.folder, 'trip/keep.txt'), 'text');
    renameSync(join(spool.folder, 'trip'), join(spool.incoming, 'trip'));
    await first;
    const later = stored(processor, 1);
    spool.drop('trip/c.jpg');
    await later;
    expect(spool.files()).toEqual(['done/a.jpg', 'done/b.jpg', 'done/c.jpg', 'incoming/trip/keep.txt']);
  });

  it('imports a file whose temporary name becomes final', async () => {
    const spool = makeSpool();
    const processor = await watching(spool);
    const done = stored(processor, 1);
    const part = spool.drop('a.jpg.part', photo('a'));
    renameSync(part, join(spool.incoming, 'a.jpg'));
    await done;
    expect(spool.files()).toEqual(['done/a.jpg']);
  });

  it('finds files without an event by rescanning', async () => {
    const spool = makeSpool();
    const processor = await watching(spool, { rescan: 0.1 });
    const done = stored(processor, 1);
    // The folder is newer than the last scan, and its event may come before the file is in it.
    mkdirSync(join(spool.incoming, 'deep/deeper'), { recursive: true });
    spool.drop('deep/deeper/a.jpg');
    await done;
  });

  it('retries by itself when the delay of a failure is over', async () => {
    const failures = new Map([['later', 'changing' as const]]);
    const spool = makeSpool(failures);
    const processor = await watching(spool);
    const failed = new Promise<void>((resolve) =>
      processor.on((event) => event.type === 'item' && event.step === 'wait' && resolve()),
    );
    spool.drop('later.jpg', photo('later'));
    await failed;
    failures.clear();
    await stored(processor, 1);
  });

  it('completes current files when it is closed, and claims no more', async () => {
    const spool = makeSpool();
    for (let i = 0; i < 40; i++) spool.drop(`${i}.jpg`);
    const processor = await watching(spool, { workers: 1 });
    await stored(processor, 1);
    await processor.close();
    const files = spool.files();
    expect(files.filter((name) => name.startsWith('work/'))).toEqual([]);
    expect(files).toHaveLength(40);
  });
});

describe('uploads', () => {
  it('appear in incoming complete, under a free name', async () => {
    const { Readable } = await import('node:stream');
    const spool = makeSpool();
    const processor = await spool.open();
    spool.drop('a.jpg', photo('there'));
    await processor.place(Readable.from([photo('one')]), 'a.jpg', 'owner');
    await processor.place(Readable.from([photo('two')]), '../../evil\n.jpg', 'owner');
    expect(spool.files()).toEqual(['incoming/upload-_.._evil_.jpg', 'incoming/a-2.jpg', 'incoming/a.jpg'].sort());
  });
});
