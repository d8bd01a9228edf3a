/**
 * Damaged files: they wait a day, then are archived as they are, or earlier if an owner decides so; never before they
 * stop changing.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { openFiles } from '../../src/base/files.js';
import { type ClaimRecord, newItem } from '../../src/spool/claim-record.js';
import { dueAt } from '../../src/spool/retry-schedule.js';
import { fastClock, makeSpool, photo, type Spool } from './fixture.js';

const hour = 3_600_000;

const claimOf = (spool: Spool): string => spool.files().find((path) => /^work\/[0-9A-Z]{26}\//.test(path))!;
const lastOf = ({ arrivals }: Spool): boolean | undefined => arrivals.at(-1)!.asIs;

describe.each(['truncated', 'undecodable'] as const)('a file that is %s', (code) => {
  it('is archived as it is after a day without a change, and not before', async () => {
    const spool = makeSpool(new Map([['bad', code]]));
    spool.drop('bad.jpg', photo('bad'));
    const clock = fastClock();
    const began = clock.now();
    const processor = await spool.open({}, openFiles(), clock);
    await processor.pass();
    const { asIs } = (await processor.status()).stuck[0]!;
    expect(Date.parse(asIs!) - began).toBe(24 * hour);
    while (clock.now() < began + 23 * hour) {
      await processor.pass();
      clock.pass(hour);
    }
    expect(spool.arrivals.map((arrival) => arrival.asIs)).not.toContain(true);
    clock.pass(hour);
    expect(await processor.pass()).toMatchObject({ stored: 1, stuck: 0 });
    expect(lastOf(spool)).toBe(true);
    expect(readFileSync(join(spool.done, 'bad.jpg'))).toEqual(photo('bad'));
  });

  it('is archived as it is at once on request', async () => {
    const spool = makeSpool(new Map([['bad', code]]));
    spool.drop('bad.jpg', photo('bad'));
    const processor = await spool.open();
    await processor.pass();
    expect(await processor.retry(['bad.jpg'], { wait: true })).toMatchObject({ stuck: [{ name: 'bad.jpg' }] });
    expect(lastOf(spool)).toBeUndefined();
    expect(await processor.retry(['bad.jpg'], { wait: true, asIs: true })).toEqual({
      retried: ['bad.jpg'],
      unknown: [],
      stuck: [],
    });
    expect(lastOf(spool)).toBe(true);
  });
});

it('requested to be archived as it is remains so after a crash', async () => {
  const failures = new Map([['bad', 'undecodable' as const]]);
  const spool = makeSpool(failures);
  spool.drop('bad.jpg', photo('bad'));
  const first = await spool.open();
  await first.pass();
  // Nothing is tried before the processor ends.
  await first.retry('all', { asIs: true });
  await first.close();
  const item = JSON.parse(readFileSync(join(spool.folder, claimOf(spool), '../item.json'), 'utf8')) as ClaimRecord;
  expect(item.asIs).toBe(item.tried);
  const second = await spool.open();
  await second.drain();
  expect(await second.pass()).toMatchObject({ stuck: 0 });
  expect(lastOf(spool)).toBe(true);
});

it('that changes after such a request is processed as a new file', async () => {
  const failures = new Map([['bad', 'truncated' as const]]);
  const spool = makeSpool(failures);
  spool.drop('bad.jpg', photo('bad'));
  const processor = await spool.open();
  await processor.pass();
  failures.set('bad and more', 'truncated');
  appendFileSync(join(spool.folder, claimOf(spool)), ' and more');
  const answer = await processor.retry('all', { wait: true, asIs: true });
  expect(answer.stuck).toHaveLength(1);
  expect(spool.arrivals.map((arrival) => arrival.asIs)).not.toContain(true);
});

it('that grows within the day waits for another day', async () => {
  const failures = new Map([['bad', 'truncated' as const]]);
  const spool = makeSpool(failures);
  spool.drop('bad.jpg', photo('bad'));
  const clock = fastClock();
  const processor = await spool.open({}, openFiles(), clock);
  await processor.pass();
  clock.pass(23 * hour);
  failures.set('bad and more', 'truncated');
  appendFileSync(join(spool.folder, claimOf(spool)), ' and more');
  await processor.pass();
  clock.pass(23 * hour);
  expect(await processor.pass()).toMatchObject({ stored: 0, stuck: 1 });
  clock.pass(2 * hour);
  expect(await processor.pass()).toMatchObject({ stored: 1 });
});

test.each(['timeout', 'too-large', 'busy', 'disk-full', 'io'] as const)(
  '%s is not damage, however long it lasts',
  async (code) => {
    const spool = makeSpool(new Map([['bad', code]]));
    spool.drop('bad.jpg', photo('bad'));
    const clock = fastClock();
    const processor = await spool.open({}, openFiles(), clock);
    await processor.pass();
    for (let n = 0; n < 3; n++) {
      clock.pass(24 * hour);
      await processor.pass();
    }
    const { stuck } = await processor.status();
    expect(stuck).toMatchObject([{ name: 'bad.jpg', code }]);
    expect(stuck[0]).not.toHaveProperty('asIs');
    expect(spool.arrivals.map((arrival) => arrival.asIs)).not.toContain(true);
  },
);

describe('a file with the name of a photo and an invalid beginning', () => {
  it('is claimed, so that it can be archived as it is; any other one is ignored', async () => {
    const spool = makeSpool();
    const broken = Buffer.alloc(5000, 0x11);
    for (const name of ['a.jpg', 'b.HEIC', 'c.mov', 'd.cr2', 'e', 'f.bin']) spool.drop(name, broken);
    spool.drop('text.jpg', 'only text');
    spool.drop('empty.jpg', '');
    const processor = await spool.open();
    await processor.pass();
    expect(spool.arrivals.map(({ name }) => name).sort()).toEqual(['a.jpg', 'b.HEIC', 'c.mov', 'd.cr2']);
    const { ignored } = await processor.status();
    expect(ignored.map(({ name }) => name).sort()).toEqual(['e', 'empty.jpg', 'f.bin', 'text.jpg']);
  });

  it('is imported normally when its beginning is written late', async () => {
    const failures = new Map([['', 'undecodable' as const]]);
    const spool = makeSpool(failures);
    spool.drop('a.jpg', Buffer.alloc(20));
    const processor = await spool.open();
    expect(await processor.pass()).toMatchObject({ stuck: 1 });
    writeFileSync(join(spool.folder, claimOf(spool)), photo('whole'));
    expect(await processor.pass()).toMatchObject({ stored: 1, stuck: 0 });
    expect(readFileSync(join(spool.done, 'a.jpg'))).toEqual(photo('whole'));
  });
});

describe('the due time of a damaged file', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const look = { size: 1n, mtimeNs: 1n, ino: 1n };
  const made = newItem({ path: '/in/a.jpg', name: 'a.jpg', folder: '', look, modified: 0 }, now);
  const due = (change: Partial<ClaimRecord>, at: number): number =>
    dueAt({ id: '1', folder: '/work/1', item: { ...made, ...change } }, at) - now;
  const error = { code: 'undecodable' as const, message: 'It is damaged.', at: new Date(now).toISOString() };

  it('is a day after it last changed, also where an older version gave up', () => {
    expect(due({ error }, now)).toBe(24 * hour);
    expect(due({ error, still: new Date(now + hour).toISOString() }, now + hour)).toBe(25 * hour);
    expect(due({ error: { ...error, code: 'too-large' } }, now)).toBe(Infinity);
  });

  it('is not delayed by a wrong clock', () => {
    const wrong = new Date(now + 1000 * hour).toISOString();
    expect(due({ error, still: wrong }, now)).toBe(-now);
  });
});
