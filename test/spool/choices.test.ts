/** An owner's decisions about stuck files: durable, reversed by another decision, and never losing a byte. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFiles } from '../../src/base/files.js';
import { groupsOf } from '../../src/spool/stuck-groups.js';
import type { StuckItem } from '../../src/spool/spool-interface.js';
import { readStatus } from '../../src/spool/spool-status.js';
import { fastClock, makeSpool, photo, type Failures, type Spool } from './fixture.js';

const hour = 3_600_000;
const claimsIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
const trashOf = ({ work }: Spool): string => join(work, '.trash');

async function openStuck(failures: Failures, clock = fastClock()) {
  const spool = makeSpool(failures);
  for (const text of failures.keys()) spool.drop(`${text}.jpg`, photo(text));
  const processor = await spool.open({}, openFiles(), clock);
  await processor.pass();
  return { spool, processor, clock };
}

describe('an ignored file', () => {
  it('stays without retries, and is archived only by a person or after a change', async () => {
    const { spool, processor, clock } = await openStuck(new Map([['bad', 'truncated']]));
    expect(await processor.choices.ignore(['bad.jpg'])).toEqual({ chosen: ['bad.jpg'], refused: [], unknown: [] });
    for (let n = 0; n < 3; n++) {
      clock.pass(24 * hour);
      await processor.pass();
    }
    expect(spool.arrivals).toHaveLength(1);
    expect((await processor.status()).stuck).toMatchObject([{ name: 'bad.jpg', ignored: true }]);
    // `all` does not include it; naming it does.
    expect(await processor.retry('all', { wait: true })).toMatchObject({ retried: [] });
    // It has not changed for more than a day, so it is archived as it is.
    expect(await processor.retry(['bad.jpg'], { wait: true })).toMatchObject({ retried: ['bad.jpg'], stuck: [] });
    expect(spool.arrivals.map(({ asIs }) => asIs)).toEqual([undefined, true]);
  });

  it('is ignored by the next process, too, and retried after a change', async () => {
    const { spool, processor, clock } = await openStuck(new Map([['bad', 'undecodable']]));
    await processor.choices.ignore('all');
    await processor.close();
    expect((await readStatus(spool.incoming, spool.work, openFiles())).stuck).toMatchObject([{ ignored: true }]);
    const second = await spool.open({}, openFiles(), clock);
    await second.pass();
    expect(spool.arrivals).toHaveLength(1);
    writeFileSync(join(spool.work, claimsIn(spool.work)[0]!, 'bad.jpg'), photo('whole'));
    expect(await second.pass()).toMatchObject({ stored: 1, stuck: 0 });
  });

  it('is not ignored if the record could not be written', async () => {
    const spool = makeSpool(new Map([['bad', 'undecodable' as const]]));
    spool.drop('bad.jpg', photo('bad'));
    let full = false;
    const files = openFiles((operation) => {
      if (full && operation === 'write') throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    });
    const processor = await spool.open({}, files);
    await processor.pass();
    full = true;
    await expect(processor.choices.ignore('all')).rejects.toMatchObject({ code: 'ENOSPC' });
    full = false;
    expect((await processor.status()).stuck[0]).not.toHaveProperty('ignored');
  });
});

describe('the trash of the spool', () => {
  it('stores a file with its record, and restores it', async () => {
    const { spool, processor } = await openStuck(new Map([['bad', 'undecodable']]));
    const [claim] = claimsIn(spool.work);
    expect(await processor.choices.discard(['bad.jpg', 'nobody.jpg'])).toEqual({
      chosen: ['bad.jpg'],
      refused: [],
      unknown: ['nobody.jpg'],
    });
    expect(await processor.pass()).toMatchObject({ stuck: 0 });
    expect(claimsIn(spool.work)).toEqual([]);
    expect(readFileSync(join(trashOf(spool), claim!, 'bad.jpg'))).toEqual(photo('bad'));
    expect(existsSync(join(trashOf(spool), claim!, 'item.json'))).toBe(true);
    await processor.choices.restore();
    expect((await processor.status()).stuck).toMatchObject([{ name: 'bad.jpg', claim }]);
    expect(readdirSync(trashOf(spool))).toEqual([]);
    expect(await processor.retry('all', { wait: true, asIs: true })).toMatchObject({ stuck: [] });
    expect(readFileSync(join(spool.done, 'bad.jpg'))).toEqual(photo('bad'));
  });

  it('keeps two files of the same name and the same bytes', async () => {
    const { spool, processor } = await openStuck(new Map([['bad', 'undecodable']]));
    await processor.choices.discard('all');
    spool.drop('bad.jpg', photo('bad'));
    await processor.pass();
    await processor.choices.discard('all');
    expect(readdirSync(trashOf(spool))).toHaveLength(2);
    await processor.choices.restore();
    expect((await processor.status()).stuck).toHaveLength(2);
  });

  it('is not touched by the next start', async () => {
    const { spool, processor } = await openStuck(new Map([['bad', 'undecodable']]));
    await processor.choices.discard('all');
    await processor.close();
    const second = await spool.open();
    expect(await second.pass()).toMatchObject({ stored: 0, stuck: 0 });
    expect(readdirSync(trashOf(spool))).toHaveLength(1);
  });

  it('loses and doubles nothing, whichever operation fails', async () => {
    for (let n = 0, happened = true; happened; n++) {
      const spool = makeSpool(new Map([['bad', 'undecodable' as const]]));
      spool.drop('bad.jpg', photo('bad'));
      let left = Infinity;
      const files = openFiles(() => {
        if (left-- === 0) throw Object.assign(new Error('EIO'), { code: 'EIO' });
      });
      const processor = await spool.open({}, files);
      await processor.pass();
      left = n;
      await processor.choices.discard('all').catch(() => undefined);
      happened = left < 0;
      left = Infinity;
      const places = [spool.work, trashOf(spool)].flatMap((folder) =>
        claimsIn(folder).map((claim) => join(folder, claim, 'bad.jpg')),
      );
      expect(
        places.filter((path) => existsSync(path)),
        `operation ${n}`,
      ).toHaveLength(1);
      await processor.choices.restore();
      expect((await processor.status()).stuck, `operation ${n}`).toHaveLength(1);
      expect(await processor.retry('all', { wait: true, asIs: true }), `operation ${n}`).toMatchObject({ stuck: [] });
      expect(readFileSync(join(spool.done, 'bad.jpg')), `operation ${n}`).toEqual(photo('bad'));
      await processor.close();
      if (!happened) expect(n).toBeGreaterThan(2);
    }
  });
});

it('is not offered for files that wait for a disk', async () => {
  for (const code of ['disk-full', 'io', 'locked', 'internal'] as const) {
    const { spool, processor } = await openStuck(new Map([['bad', code]]));
    const refused = { chosen: [], refused: ['bad.jpg'], unknown: [] };
    expect(await processor.choices.discard('all')).toEqual(refused);
    expect(await processor.choices.ignore('all')).toEqual(refused);
    expect(claimsIn(spool.work)).toHaveLength(1);
  }
});

it('stuck files are accessible by their claims, and by nothing else', async () => {
  const { spool, processor } = await openStuck(new Map([['bad', 'undecodable']]));
  const [claim] = claimsIn(spool.work);
  expect(await processor.choices.filesOf([claim!])).toEqual([
    { path: join(spool.work, claim!, 'bad.jpg'), name: 'bad.jpg', bytes: photo('bad').length },
  ]);
  expect(await processor.choices.filesOf(['..', '.trash', '', '../incoming', '01JD0000000000000000000000'])).toEqual(
    [],
  );
});

it('groups stuck files by reason, the largest first, without ignored ones', () => {
  const stuck = (code: string, over: Partial<StuckItem> = {}): StuckItem => ({
    ...{ name: 'a.jpg', claim: '1', reason: 'Broken.', code, attempts: 1 },
    ...over,
  });
  const damaged = { own: true, asIs: '2026-01-01T00:00:00.000Z' } as const;
  const all = [
    stuck('io'),
    ...Array.from({ length: 3 }, () => stuck('undecodable', damaged)),
    stuck('undecodable', { ignored: true }),
  ];
  expect(groupsOf(all)).toEqual([
    { code: 'undecodable', title: 'Damaged: the file can’t be read', count: 3, own: true, damaged: true },
    { code: 'io', title: 'The disk reported an error', count: 1 },
  ]);
});
