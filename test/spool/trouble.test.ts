/** Disk errors, and changes by other programs during processing: logged once, waited for, and resumed. */
import { pino } from 'pino';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFiles } from '../../src/base/files.js';
import type { Log } from '../../src/base/log.js';
import { fastClock, makeSpool, photo, type Failures, type Spool } from './fixture.js';

/** A log whose warnings and errors a test can read. */
function listenLog(): { log: Log; said: string[] } {
  const said: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void said.push((JSON.parse(line) as { msg: string }).msg) });
  return { log, said };
}

const claimsOf = ({ work }: Spool): string[] => readdirSync(work).filter((name) => !name.startsWith('.'));
const claimOf = (spool: Spool): string => join(spool.work, claimsOf(spool)[0]!);

/** Makes every photo fail until it is switched off. */
function allFail(count: number, code: 'disk-full' | 'undecodable' | 'truncated'): Failures {
  return new Map(Array.from({ length: count }, (_, n) => [`${n}`, code]));
}

describe('a full disk', () => {
  it('is reported once, tried with a few files at a time and doubling pauses, and then everything is imported', async () => {
    const failures = allFail(60, 'disk-full');
    const spool = makeSpool(failures);
    for (let n = 0; n < 60; n++) spool.drop(`${n}.jpg`, photo(`${n}`));
    const { log, said } = listenLog();
    const clock = fastClock();
    const processor = await spool.open({ workers: 1 }, openFiles(), clock, log);
    expect((await processor.pass()).stored).toBe(0);
    expect(said).toHaveLength(1);
    const tries = spool.arrivals.length;
    expect(tries).toBeLessThanOrEqual(8);
    expect(claimsOf(spool).length + readdirSync(spool.incoming).length).toBe(60);
    // Nothing is tried during a pause, whatever the wake-up.
    await processor.drain();
    expect(spool.arrivals).toHaveLength(tries);
    const pauses: number[] = [];
    for (let n = 0; n < 8; n++) {
      const [began, before] = [clock.now(), spool.arrivals.length];
      while (spool.arrivals.length === before) {
        clock.pass(5_000);
        await processor.drain();
      }
      pauses.push(clock.now() - began);
    }
    expect(pauses.slice(0, 3)).toEqual([5_000, 10_000, 20_000]);
    expect(pauses.at(-1)).toBe(300_000);
    expect(spool.arrivals.length).toBeLessThanOrEqual(9 * 8);
    expect(said).toHaveLength(1);
    failures.clear();
    expect(await processor.pass()).toMatchObject({ stored: 60, stuck: 0 });
    expect(readdirSync(spool.done)).toHaveLength(60);
    failures.set('again', 'disk-full');
    spool.drop('again.jpg', photo('again'));
    await processor.pass();
    expect(said).toHaveLength(2);
  });

  it('causes one pause, even if several files meet it at once', async () => {
    const spool = makeSpool();
    for (let n = 0; n < 20; n++) spool.drop(`${n}.jpg`);
    const { log, said } = listenLog();
    let full = true;
    const files = openFiles((operation, path) => {
      if (full && operation === 'mkdir' && String(path).startsWith(spool.work))
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    });
    const clock = fastClock();
    const processor = await spool.open({ workers: 8 }, files, clock, log);
    const before = clock.now();
    await processor.pass();
    expect(said).toHaveLength(1);
    full = false;
    expect(await processor.pass()).toMatchObject({ stored: 20 });
    expect(clock.now() - before).toBeLessThanOrEqual(5_000);
  });
});

describe('a failure of one file', () => {
  it('is logged once while it stays the same', async () => {
    const spool = makeSpool(new Map([['bad', 'truncated' as const]]));
    spool.drop('bad.jpg', photo('bad'));
    const { log, said } = listenLog();
    const clock = fastClock();
    const processor = await spool.open({}, openFiles(), clock, log);
    for (let n = 0; n < 5; n++) {
      await processor.pass();
      clock.pass(3_600_000);
    }
    expect(spool.arrivals).toHaveLength(5);
    expect(said).toEqual(['bad.jpg fails.']);
  });
});

describe('a file in its claim', () => {
  it('that was stuck permanently is retried when it grew, or was replaced', async () => {
    const failures: Failures = new Map([['half', 'undecodable']]);
    const spool = makeSpool(failures);
    spool.drop('a.jpg', photo('half'));
    const processor = await spool.open();
    expect(await processor.pass()).toMatchObject({ stored: 0, stuck: 1 });
    await processor.pass();
    expect(spool.arrivals).toHaveLength(1);
    appendFileSync(join(claimOf(spool), 'a.jpg'), ' and the rest');
    expect(await processor.pass()).toMatchObject({ stored: 1, stuck: 0 });
    expect(readFileSync(join(spool.done, 'a.jpg'))).toEqual(photo('half and the rest'));
  });

  it('that grows in bursts is retried soon after each, however long it takes', async () => {
    const failures: Failures = new Map();
    const spool = makeSpool(failures);
    const clock = fastClock();
    let text = 'burst';
    failures.set(text, 'truncated');
    spool.drop('a.jpg', photo(text));
    const processor = await spool.open({}, openFiles(), clock);
    await processor.pass();
    for (let n = 0; n < 6; n++) {
      failures.set((text += `${n}`), 'truncated');
      writeFileSync(join(claimOf(spool), 'a.jpg'), photo(text));
      clock.pass(3_600_000);
      await processor.pass();
      const [stuck] = (await processor.status()).stuck;
      expect([stuck!.attempts, Date.parse(stuck!.next!) - clock.now()]).toEqual([1, 5_000]);
    }
    failures.clear();
    clock.pass(5_000);
    expect(await processor.pass()).toMatchObject({ stored: 1 });
    expect(readFileSync(join(spool.done, 'a.jpg'))).toEqual(photo(text));
  });

  it('that another program removed is dropped with a log entry, and is not a failure', async () => {
    const spool = makeSpool(new Map([['bad', 'truncated' as const]]));
    spool.drop('bad.jpg', photo('bad'));
    const { log, said } = listenLog();
    const clock = fastClock();
    const processor = await spool.open({}, openFiles(), clock, log);
    await processor.pass();
    rmSync(join(claimOf(spool), 'bad.jpg'));
    clock.pass(5_000);
    expect(await processor.pass()).toMatchObject({ stored: 0, stuck: 0 });
    expect(said.at(-1)).toMatch(/^bad\.jpg was removed from .* by another program\.$/);
    expect(claimsOf(spool)).toEqual([]);
  });

  it('is not dropped if all of `work` is missing', async () => {
    const spool = makeSpool(new Map([['bad', 'truncated' as const]]));
    spool.drop('bad.jpg', photo('bad'));
    const clock = fastClock();
    const { log, said } = listenLog();
    const processor = await spool.open({}, openFiles(), clock, log);
    await processor.pass();
    const claim = claimOf(spool);
    // As when its disk is unmounted: the mount point is an empty folder.
    rmSync(spool.work, { recursive: true });
    mkdirSync(spool.work);
    clock.pass(5_000);
    expect(await processor.pass()).toMatchObject({ stuck: 1 });
    expect(said.some((text) => text.includes('removed'))).toBe(false);
    mkdirSync(claim);
    writeFileSync(join(claim, 'bad.jpg'), photo('whole'));
    clock.pass(10_000);
    expect(await processor.pass()).toMatchObject({ stored: 1, stuck: 0 });
  });
});
