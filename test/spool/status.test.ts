/** The status of a spool, while it runs and from its folders alone. */
import { mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { openFiles } from '../../src/base/files.js';
import { silent, type Log } from '../../src/base/log.js';
import type { SpoolEvent } from '../../src/spool/spool-interface.js';
import { readStatus } from '../../src/spool/spool-status.js';
import { fastClock, makeSpool, photo, type Failures } from './fixture.js';

describe('the status of a spool', () => {
  it('lists waiting files with size and waiting time, whatever their mtime', async () => {
    const spool = makeSpool();
    const path = spool.drop('trip/a.jpg');
    utimesSync(path, new Date(0), new Date(0));
    const before = Date.now() - 60_000;
    const processor = await spool.open({ settle: 3600 });
    const { incoming, waiting } = await processor.status();
    expect(incoming).toBe(1);
    expect(waiting).toEqual([{ name: 'trip/a.jpg', since: expect.any(String) as string, bytes: 30 }]);
    expect(Date.parse(waiting[0]!.since)).toBeGreaterThan(before);
    expect((await readStatus(spool.incoming, spool.work, openFiles())).waiting).toEqual(waiting);
  });

  it('lists hidden files without a claim after a day, logs them once, and does not touch them', async () => {
    const spool = makeSpool(new Map([['kept', 'undecodable']]));
    const clock = fastClock();
    const id = (days: number): string => ulid(clock.now() - days * 86_400_000);
    const [lost, young, claimed] = [id(2), id(0.5), id(3)];
    const hiding = join(spool.folder, '.photospool-incoming');
    mkdirSync(hiding);
    for (const name of [lost, young, claimed, 'notes.txt']) writeFileSync(join(hiding, name), photo(name));
    mkdirSync(join(spool.work, claimed));
    writeFileSync(join(spool.work, claimed, 'kept.jpg'), photo('kept'));
    const warned: string[] = [];
    const log: Log = { ...silent, warn: (_: unknown, text?: string) => void warned.push(text ?? '') };
    const processor = await spool.open({}, openFiles(), clock, log);
    await processor.pass();
    await processor.pass();
    const reason =
      `was left over from an import 2 days ago. If no other Photospool imports from this folder, ` +
      `move it back into ${spool.incoming}.`;
    expect((await processor.status()).ignored).toEqual([{ name: join(hiding, lost), reason }]);
    expect(warned.filter((text) => !text.startsWith('kept'))).toEqual([`${join(hiding, lost)} ${reason}`]);
    expect(readdirSync(hiding).sort()).toEqual([young, lost, claimed, 'notes.txt'].sort());
    await processor.close();
    rmSync(join(hiding, claimed));
    const { ignored } = await readStatus(spool.incoming, spool.work, openFiles());
    expect(ignored.map(({ name }) => name)).toContain(join(hiding, lost));
    renameSync(join(hiding, lost), join(spool.incoming, 'back.jpg'));
    const again = await spool.open({}, openFiles(), clock);
    expect((await again.pass()).stored).toBe(1);
    expect((await again.status()).ignored).toEqual([]);
  });

  it('lists hidden files without a claim beside their old place, too', async () => {
    const spool = makeSpool();
    const clock = fastClock();
    const [lost, young] = [2, 0.5].map((days) => `trip/.photospool-${ulid(clock.now() - days * 86_400_000)}.claim`);
    for (const name of [lost!, young!]) spool.drop(name);
    const processor = await spool.open({}, openFiles(), clock);
    await processor.pass();
    const ignored = [
      {
        name: join(spool.incoming, lost!),
        reason:
          'was left over from an import 2 days ago. If no other Photospool imports from this folder, rename it so that its name does not start with a dot.',
      },
    ];
    expect((await processor.status()).ignored).toEqual(ignored);
    expect(spool.files()).toHaveLength(2);
  });

  it('lists imported and stuck files, and the same from the folders alone', async () => {
    const failures: Failures = new Map([['bad', 'undecodable']]);
    const spool = makeSpool(failures);
    const clock = fastClock();
    spool.drop('good.jpg');
    const processor = await spool.open({}, openFiles(), clock);
    await processor.pass();
    spool.drop('bad.jpg', photo('bad'));
    await processor.pass();
    const status = await processor.status();
    const recent = { name: 'good.jpg', outcome: 'stored', at: '2026-01-01T00:00:00.000Z', seconds: 0 };
    expect(status).toMatchObject({ stored: 1, today: { stored: 1, duplicates: 0 }, rate: 12, recent: [recent] });
    const since = '2026-01-01T00:00:00.000Z';
    expect(status.stuck).toEqual([
      expect.objectContaining({ name: 'bad.jpg', code: 'undecodable', attempts: 1, claimed: since, failed: since }),
    ]);
    expect((await readStatus(spool.incoming, spool.work, openFiles())).stuck).toEqual(status.stuck);
    expect(processor.steps().map(({ step, count }) => [step, count])).toEqual([
      ['claim', 1],
      ['hash', 1],
    ]);
  });

  it.each([false, true])('counts each file once at every moment of an import, watching: %s', async (watching) => {
    const spool = makeSpool();
    const all = 60;
    const processor = await spool.open({ workers: 4 });
    for (let n = 0; n < all; n++) spool.drop(`${n}.jpg`);
    if (watching) await processor.watch();
    const pass = processor.pass();
    const sums = new Set<number>();
    let done = 0;
    while (done < all) {
      const { incoming, work, stored } = await processor.status();
      // Before the first scan, the watching processor does not know what there is.
      if (!watching || stored + work.length > 0) sums.add(incoming + work.length + stored);
      done = stored;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await pass;
    expect([...sums]).toEqual([all]);
  });

  it('answers a retry after it ran, if requested', async () => {
    const failures: Failures = new Map([
      ['bad', 'undecodable'],
      ['worse', 'undecodable'],
    ]);
    const spool = makeSpool(failures);
    spool.drop('a.jpg', photo('bad'));
    spool.drop('b.jpg', photo('worse'));
    const processor = await spool.open();
    await processor.pass();
    failures.delete('bad');
    const answer = await processor.retry(['a.jpg', 'b.jpg', 'c.jpg'], { wait: true });
    answer.retried.sort();
    expect(answer).toEqual({
      retried: ['a.jpg', 'b.jpg'],
      unknown: ['c.jpg'],
      stuck: [{ name: 'b.jpg', reason: 'b.jpg fails.' }],
    });
    expect(spool.files()).toContain('done/a.jpg');
    expect((await processor.status()).stuck.map(({ attempts }) => attempts)).toEqual([2]);
  });

  it('lists arriving files before they are stable', async () => {
    const spool = makeSpool();
    const processor = await spool.open({ settle: 3600, poll: 3600 });
    const told = new Promise<SpoolEvent>((resolve) => {
      processor.on((event) => {
        if (event.type === 'incoming') resolve(event);
      });
    });
    await processor.watch();
    writeFileSync(`${spool.incoming}/a.jpg`, photo('a'));
    expect(await told).toEqual({ type: 'incoming', count: 1 });
  });
});
