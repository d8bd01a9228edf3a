/** What the spool tells of files of people: each is told of their own, an owner how many others’ there are, and no name or reason. */
import { expect, it } from 'vitest';
import { house } from '../../src/document/item-id.js';
import { statusFor } from '../../src/spool/spool-view.js';
import { readStatus } from '../../src/spool/spool-status.js';
import { openFiles } from '../../src/base/files.js';
import { makeBroken, makePhoto } from '../picture.js';
import { anna, ben, preparePeopleSpools } from './people-spool.js';

const openSpool = preparePeopleSpools();

it('lists and counts the files of the house, or one’s own, without queries about others', async () => {
  const spool = openSpool();
  const [picture, broken] = [await makePhoto(7), await makeBroken()];
  const holders = [house, anna, ben];
  const nameOf = new Map(
    holders.map((holder) => [holder, holder === house ? 'house' : holder === anna ? 'anna' : 'ben']),
  );
  const put = (): void => {
    for (const holder of holders) {
      const name = nameOf.get(holder)!;
      spool.drop(holder, `${name}-1.jpg`, picture);
      spool.drop(holder, `${name}-2.jpg`, picture);
      spool.drop(holder, `${name}-broken.png`, broken);
      spool.drop(holder, `${name}.pdf`, '%PDF-1.7 no photo');
    }
  };
  put();
  const personOf = spool.library.local.personFolders.find;
  const before = await readStatus(spool.incoming, spool.work, openFiles(), { personOf });
  expect(statusFor(before).waiting).toHaveLength(3);
  expect(statusFor(before).others).toEqual({ waiting: 6, work: 0, stuck: 0 });
  expect(JSON.stringify(statusFor(before))).not.toMatch(/anna|ben/);

  await spool.during(async (processor) => {
    const summary = await processor.pass();
    expect(summary).toMatchObject({ stored: 1, duplicates: 1, stuck: 3, stuckItems: [{ name: 'house-broken.png' }] });
    const status = await processor.status();
    expect(status.stuck).toHaveLength(3);
    const told = statusFor(status);
    expect(JSON.stringify(told)).not.toMatch(/anna|ben|holder/);
    expect(told).toMatchObject({ stored: 1, duplicates: 1, today: { stored: 1, duplicates: 1 } });
    expect(told.others).toEqual({ waiting: 0, work: 0, stuck: 2 });
    expect([told.stuck.length, told.groups, told.ignored.length, told.recent.length]).toEqual([
      ...[1, [expect.objectContaining({ count: 1 })], 1, 2],
    ]);
    const own = statusFor(status, (holder) => holder === anna);
    expect(own.stuck.map(({ name }) => name)).toEqual(['anna-broken.png']);
    expect(JSON.stringify(own)).not.toMatch(/ben|house-/);

    // By a name of others nothing is found, in the same words as where there is none.
    const name = 'anna-broken.png';
    expect(await processor.retry([name])).toEqual({ retried: [], unknown: [name] });
    const nothing = { chosen: [], refused: [], unknown: [name] };
    expect(await processor.choices.ignore([name])).toEqual(nothing);
    expect(await processor.choices.discard([name], (holder) => holder === ben)).toEqual(nothing);
    const again = await processor.retry('all', { wait: true });
    expect([again.retried, again.stuck!.length]).toEqual([['house-broken.png'], 1]);
    expect((await processor.status()).stuck.map(({ attempts }) => attempts)).toEqual([2, 2, 2]);
    expect((await processor.choices.discard('all')).chosen).toEqual(['house-broken.png']);
    expect((await processor.choices.ignore('all', (holder) => holder === anna)).chosen).toEqual([name]);
    expect((await processor.status()).stuck).toHaveLength(2);
    await processor.choices.discard('all', (holder) => holder === ben);
  });
  // Nor does the log: it has claims and kinds of errors, and no hash by which one would find what else has the bytes.
  const log = spool.logged.join('');
  expect(log).toMatch(/stored house-1\.jpg|duplicate house-1\.jpg/);
  expect(log).toContain('A file of a person was moved to the trash.');
  expect(log).toContain('A file of a person could not be imported: Damaged: the file can’t be read.');
  expect(log).not.toMatch(/anna|ben/);
  const own = spool.logged.filter((line) => line.includes('A file of a person was imported.'));
  expect(own).toHaveLength(4);
  for (const line of own)
    expect(Object.keys(JSON.parse(line) as object).sort()).toEqual([
      ...['attempts', 'claim', 'level', 'msg', 'seconds', 'steps', 'time'],
    ]);
});

it('a person’s retry of all reaches only their own files, and nobody archives others’ damaged files', async () => {
  const spool = openSpool();
  const holders = [house, anna, ben];
  await spool.during(async (processor) => {
    for (const [n, holder] of holders.entries()) spool.drop(holder, `${n}.jpg`, (await makePhoto(n)).subarray(0, -90));
    await processor.pass();
    const left = async (): Promise<unknown[]> =>
      (await processor.status()).stuck.map(({ name, attempts }) => [name, attempts]).sort();
    expect(await left()).toEqual([0, 1, 2].map((n) => [`${n}.jpg`, 1]));

    const asAnna = { sees: (holder: string) => holder === anna, wait: true, asIs: true };
    expect(await processor.retry('all', asAnna)).toMatchObject({ retried: ['1.jpg'], stuck: [] });
    await processor.pass();
    const others = [
      ['0.jpg', 1],
      ['2.jpg', 1],
    ];
    expect(await left()).toEqual(others);
    // An owner's retry of all reaches them, but leaves the decision about them to their people.
    expect(await processor.retry('all', { wait: true, asIs: true })).toMatchObject({ retried: ['0.jpg'], stuck: [] });
    await processor.pass();
    expect(await left()).toEqual([['2.jpg', 2]]);
    expect(spool.items().map((item) => item.split(' ')[0])).toEqual([anna, house].sort());
  });
});

it('reports only the kind of error of a pause for a person’s file', async () => {
  const spool = openSpool();
  spool.drop(anna, 'anna.jpg', await makePhoto(7));
  await spool.during(async (processor) => {
    spool.faults.archiveIsFull = true;
    await processor.pass();
    expect((await processor.status()).held?.reason).toBe('The disk is full.');
    expect(spool.logged.join('')).not.toMatch(/anna/);
  });
});
