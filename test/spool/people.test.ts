/**
 * Files that come in for people: whose a file is stands in its claim and survives every crash, the same bytes are stored once and
 * are an item of each holder, and nobody learns from what becomes of a file what others have.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { openFiles } from '../../src/base/files.js';
import { applyChange } from '../../src/document/edits.js';
import { withEnd } from '../../src/document/grants.js';
import { house, itemId, peopleId, publicIdOf, sharingId } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { assignFolder, giveFolder, takeBackFolder } from '../../src/spool/give-folder.js';
import { makeBroken, makePhoto } from '../picture.js';
import { hashOf } from './home.js';
import { anna, ben, outcomesOf, preparePeopleSpools } from './people-spool.js';

const openSpool = preparePeopleSpools();
const picture = await makePhoto(5);
/** A sound photo; `text` makes its bytes distinct. */
const photo = (text: string): Buffer => Buffer.concat([picture, Buffer.from(text)]);

// Two imports for each operation of one: more than a minute where the disk is busy.
const long = { timeout: 180_000 };
it(
  'a claim of a person, killed at any operation, is completed for that person, whoever has its bytes',
  long,
  async () => {
    const spool = openSpool();
    const first = await spool.opening();
    let operations = first;
    for (let left = true; left; operations++) {
      const bytes = photo(`killed ${operations}`);
      const name = `${operations}.jpg`;
      left = false;
      for (const holder of [anna, operations % 2 === 0 ? ben : house]) {
        spool.drop(holder, name, bytes);
        const { killed, events } = await spool.pass(operations);
        const after = await spool.pass();
        left ||= killed;
        const outcomes = [...outcomesOf(events), ...outcomesOf(after.events)];
        expect(
          outcomes.filter((one) => one !== `stored ${name}`),
          `operation ${operations} for ${holder}`,
        ).toEqual([]);
        expect(spool.item(holder, bytes), `operation ${operations} for ${holder}`).toBeDefined();
      }
      expect(spool.claims()).toEqual([]);
      expect(spool.countOf(bytes)).toBe(2);
    }
    expect(spool.items()).toHaveLength(2 * (operations - first));
    expect(operations - first).toBeGreaterThan(30);
  },
);

it('any order of arrivals and crashes gives each holder their own items, as in a naive model', async () => {
  const spool = openSpool();
  const seed = 20261130;
  let state = seed;
  const below = (n: number): number => (state = (state * 1_664_525 + 1_013_904_223) >>> 0) % n;
  const held = new Map([house, anna, ben].map((holder) => [holder, new Set<number>()]));
  const brought = [0, 0, 0];
  for (let n = 0; n < 40; n++) {
    const [holder, which] = [[house, anna, ben][below(97) % 3]!, below(89) % 3];
    const [bytes, name] = [photo(`model ${which}`), `${n}.jpg`];
    const isNew = !held.get(holder)!.has(which);
    spool.drop(holder, name, bytes);
    brought[which]!++;
    const { events } = await spool.pass(below(101) % 2 === 0 ? Infinity : (await spool.opening()) + (below(103) % 80));
    const after = await spool.pass();
    const outcomes = [...outcomesOf(events), ...outcomesOf(after.events)];
    const wrong = outcomes.filter((one) => one !== `${isNew ? 'stored' : 'duplicate'} ${name}`);
    expect(wrong, `seed ${seed}, arrival ${n}`).toEqual([]);
    held.get(holder)!.add(which);
    const expected = [...held].flatMap(([one, all]) => [...all].map((k) => `${one} ${hashOf(photo(`model ${k}`))}`));
    expect(spool.items(), `seed ${seed}, arrival ${n}`).toEqual(expected.sort());
  }
  expect(brought.map((_, which) => spool.countOf(photo(`model ${which}`)))).toEqual(brought);
});

it('the same bytes are one item per holder, with separate sightings and shared facts', async () => {
  const spool = openSpool();
  const bytes = photo('shared');
  spool.endMember(ben);
  spool.write(`sharing:${anna}`, (body, at) => withEnd(body, `person:${ben}`, { at, by: `person:${anna}` }));
  spool.drop(house, 'Rome/ours.jpg', bytes);
  await spool.pass();
  const clip = { sha256: 'c'.repeat(64), type: 'video/mp4', width: 1, height: 1, bytes: 1, at: '0001' };
  spool.library.update<PhotoDocument>(
    itemId({ holder: house, sha256: hashOf(bytes) }),
    (body) =>
      body &&
      applyChange(
        { ...body, clips: { hover: clip } },
        { title: 'ours', audience: 'public' },
        { at: spool.library.stampAfter(body), by: 'owner' },
      ),
  );
  const before = spool.library.lastChange();
  spool.drop(anna, 'Pisa/mine.jpg', bytes);
  expect(outcomesOf((await spool.pass()).events)).toEqual(['stored mine.jpg']);
  const [ours, mine] = [spool.item(house, bytes)!, spool.item(anna, bytes)!];
  expect(Object.values(mine.sightings)).toMatchObject([{ name: 'mine.jpg', folder: 'Pisa', by: `person:${anna}` }]);
  expect(Object.values(ours.sightings)).toMatchObject([{ name: 'ours.jpg', folder: 'Rome' }]);
  expect([mine.facts, mine.renditions, mine.clips]).toEqual([ours.facts, ours.renditions, ours.clips]);
  // What was ended when it came is noted, and nothing else is said of it.
  const ends = [peopleId, sharingId(anna)].map(
    (id) => `${id} ${[...spool.library.controls.find(id)!.ends.keys()][0]!}`,
  );
  expect(Object.keys(mine.edits)).toEqual(['under']);
  expect(Object.keys(mine.edits.under!).sort()).toEqual(ends.sort());
  // The item of the house is not written to.
  expect(spool.library.newest(undefined, spool.library.lastChange() - before).map(({ id }) => id)).toEqual([
    itemId({ holder: anna, sha256: hashOf(bytes) }),
  ]);
  spool.drop(anna, 'again.jpg', bytes);
  expect(outcomesOf((await spool.pass()).events)).toEqual(['duplicate again.jpg']);
  expect(Object.keys(spool.item(anna, bytes)!.sightings)).toHaveLength(2);
  // What is counted is the house’s: by more one could tell that the archive had the bytes.
  expect(spool.library.local.today.count()).toEqual({ stored: 1, duplicates: 0 });
});

it('a file for a removed person is stuck with that reason, and continues when they return', async () => {
  const spool = openSpool();
  const removed =
    'is for a person who was removed or is unknown on this server. The file is kept. When the person is added again, retry it.';
  spool.setRemoved(anna, true);
  spool.endMember(ben);
  spool.drop(anna, 'a.jpg', photo('a'));
  spool.drop(ben, 'b.jpg', photo('b'));
  spool.drop(house, 'c.jpg', photo('c'));
  const stuck: unknown[] = [];
  spool.drop(house, 'broken.png', await makeBroken());
  await spool.during(async (processor) => {
    await processor.pass();
    // An owner gets no file of a person.
    const claims = (await processor.status()).stuck.map(({ claim }) => claim);
    expect(claims).toHaveLength(3);
    expect((await processor.choices.filesOf(claims)).map(({ name }) => name)).toEqual(['broken.png']);
    await processor.choices.discard(['broken.png']);
    stuck.push(...(await processor.status()).stuck.sort((a, b) => (a.name < b.name ? -1 : 1)));
  });
  expect(stuck).toMatchObject([
    { name: 'a.jpg', code: 'forbidden', reason: `a.jpg ${removed}` },
    { name: 'b.jpg', code: 'forbidden', reason: `b.jpg ${removed}` },
  ]);
  expect(spool.items()).toEqual([`${house} ${hashOf(photo('c'))}`]);
  expect(spool.library.get(`exif:${hashOf(photo('a'))}`)).toBeUndefined();
  spool.setRemoved(anna, false);
  const { events } = await spool.during((processor) => processor.retry('all', { wait: true }));
  expect(outcomesOf(events)).toEqual(['stored a.jpg']);
  expect(spool.item(anna, photo('a'))).toBeDefined();
});

it('a claim of a person is not one for older versions, and belongs to nobody without its record', async () => {
  const spool = openSpool();
  spool.setRemoved(anna, true);
  spool.drop(anna, 'a.jpg', photo('a'));
  await spool.pass();
  const [claim] = spool.claims() as [string];
  // Older versions take a folder in `work` for a claim if a ULID is all of its name.
  expect(claim).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}-own$/);
  const record = join(spool.work, claim, 'item.json');
  expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({ format: 2, holder: anna });
  spool.setRemoved(anna, false);
  for (const text of ['{', JSON.stringify({ ...JSON.parse(readFileSync(record, 'utf8')), holder: house })]) {
    writeFileSync(record, text);
    let reasons: string[] = [];
    await spool.during(async (processor) => {
      await processor.retry('all', { wait: true });
      reasons = (await processor.status()).stuck.map(({ reason }) => reason);
    });
    expect(reasons).toEqual([
      'The library that a.jpg belongs to is unknown. Move the file from its folder in work to that person’s folder in incoming.',
    ]);
    expect(spool.items()).toEqual([]);
  }
  // One of a version after this one stays as it is.
  const newer = JSON.stringify({ ...JSON.parse(readFileSync(record, 'utf8')), format: 3 });
  writeFileSync(record, newer);
  const { events } = await spool.during((processor) => processor.retry('all', { wait: true }));
  expect(events).toMatchObject([
    { type: 'item' },
    { type: 'stuck', reason: expect.stringContaining('Upgrade') as string },
  ]);
  expect(readFileSync(record, 'utf8')).toBe(newer);
});

it('folders assigned to people determine the holder, the innermost counts, and they stay when empty', async () => {
  const spool = openSpool();
  const { personFolders } = spool.library.local;
  personFolders.set('@anna/for ben', ben);
  spool.drop(anna, '1.jpg', photo('1'));
  spool.drop(anna, 'Rome/2.jpg', photo('2'));
  spool.drop(anna, 'for ben/3.jpg', photo('3'));
  spool.drop(house, 'scans/4.jpg', photo('4'));
  // Of nobody so far: then it is a folder like any other.
  spool.drop(house, '@clara/5.jpg', photo('5'));
  await spool.pass();
  spool.clock.pass(60_000);
  await spool.pass();
  const folders = (holder: string, text: string): unknown[] =>
    Object.values(spool.item(holder, photo(text))?.sightings ?? {}).map(({ folder }) => folder);
  expect(folders(anna, '1')).toEqual([undefined]);
  expect(folders(anna, '2')).toEqual(['Rome']);
  expect(folders(ben, '3')).toEqual([undefined]);
  expect(folders(house, '4')).toEqual(['scans']);
  expect(folders(house, '5')).toEqual(['@clara']);
  expect(spool.items()).toHaveLength(5);
  expect(
    ['@anna', '@anna/for ben', '@anna/Rome', '@clara'].map((name) => existsSync(join(spool.incoming, name))),
  ).toEqual([true, true, false, false]);
  expect(personFolders.list()).toEqual([
    { folder: '@anna', person: anna },
    { folder: '@anna/for ben', person: ben },
    { folder: 'scans/ben', person: ben },
  ]);
  expect([personFolders.remove('@anna'), personFolders.remove('@anna')]).toEqual([true, false]);
  spool.drop(anna, '6.jpg', photo('6'));
  await spool.pass();
  expect(folders(house, '6')).toEqual(['@anna']);
  for (const folder of ['', '/x', 'x/', 'a//b', '../x', '.hidden', 'a/..'])
    expect(() => personFolders.set(folder, anna)).toThrow('is not a folder in incoming');
  expect(() => personFolders.set('x', house)).toThrow('is not a person');
});

it('a folder is assigned before it exists, and unassigned when nothing waits in it', async () => {
  const spool = openSpool();
  const parts = { incoming: spool.incoming, files: openFiles(), folders: spool.library.local.personFolders };
  const path = await giveFolder(parts, '@clara', anna);
  expect([path, existsSync(path)]).toEqual([join(spool.incoming, '@clara'), true]);
  await expect(giveFolder(parts, '../elsewhere', anna)).rejects.toThrow('is not a folder in incoming');
  const file = spool.drop(house, '@clara/Rome/a.jpg', photo('a'));
  await expect(takeBackFolder(parts, '@clara')).rejects.toThrow('@clara still contains files.');
  await spool.pass();
  expect([existsSync(file), spool.items()]).toEqual([false, [`${anna} ${hashOf(photo('a'))}`]]);
  // Neither what a program will give its real name later, nor what can't be read, nor another form of a name.
  const refuses = async (name: string, message: string, from: typeof parts = parts): Promise<void> => {
    const unfinished = spool.drop(house, name, photo('b'));
    await expect(takeBackFolder(from, '@clara')).rejects.toThrow(message);
    expect(spool.library.local.personFolders.find('@clara')).toBe(anna);
    rmSync(unfinished);
  };
  for (const name of ['b.jpg.1a2b3c4d.partial', '.b.jpg.Ab12Cd', 'deep/er/b.jpg.part', 'b.pdf', '._MG_1.jpg.Ab12Cd'])
    await refuses(`@clara/${name}`, '@clara still contains files.');
  const { list } = parts.files;
  const unreadable: typeof list = (path) =>
    String(path).endsWith('deep') ? Promise.reject(new Error('EACCES: @clara/deep')) : list(path);
  await refuses('@clara/.DS_Store', '@clara can’t be read completely.', {
    ...parts,
    files: { ...parts.files, list: unreadable },
  });
  // One that appears meanwhile.
  let looked = 0;
  const late: typeof list = async (path) => {
    if (String(path) === spool.incoming && looked++ === 1) spool.drop(house, '@clara/c.jpg', photo('c'));
    return list(path);
  };
  const racing = { ...parts, files: { ...parts.files, list: late } };
  await expect(takeBackFolder(racing, '@clara')).rejects.toThrow('@clara still contains files.');
  await spool.pass();
  expect(spool.items()).toContain(`${anna} ${hashOf(photo('c'))}`);
  await expect(takeBackFolder({ ...parts, incoming: join(spool.incoming, 'gone') }, '@clara')).rejects.toThrow(
    'The folder for new photos is missing.',
  );
  spool.drop(house, '@clara/.DS_Store', 'x');
  expect([await takeBackFolder(parts, '@clara'), await takeBackFolder(parts, '@clara')]).toEqual([true, false]);
  spool.drop(house, '@clara/a.jpg', photo('a'));
  await spool.pass();
  expect(spool.item(house, photo('a'))).toBeDefined();
});

it('a folder is assigned under the name that the disk has, and taken back in any Unicode form', async () => {
  const spool = openSpool();
  const { personFolders } = spool.library.local;
  const real = openFiles();
  // As a disk that ignores case.
  const stat: typeof real.stat = (path) => real.stat(String(path).replace('@Clara', '@clara'));
  const makeFolder: typeof real.makeFolder = (path) => real.makeFolder(String(path).replace('@Clara', '@clara'));
  const parts = {
    ...{ incoming: spool.incoming, folders: personFolders },
    gate: { state: () => ({ on: true as const }) },
  };
  const clara = { id: anna, name: 'Clara' };
  spool.drop(house, '@clara/for me/b.pdf', 'x');
  const given = await assignFolder({ ...parts, files: { ...real, stat, makeFolder } }, clara, '@Clara/for me');
  expect([given.folder, personFolders.find('@clara/for me')]).toEqual(['@clara/for me', anna]);
  // One that distinguishes case has another folder.
  expect(await assignFolder({ ...parts, files: real }, clara, '@CLARA')).toMatchObject({ folder: '@CLARA' });

  personFolders.set('@Zoé', anna);
  spool.drop(house, '@Zoe\u0301/a.jpg.part', photo('a'));
  await expect(takeBackFolder({ ...parts, files: real }, '@Zoe\u0301')).rejects.toThrow('still contains files.');
});

it('a file for a person on another disk is hidden and copied for that person, also after a kill', async () => {
  const spool = openSpool();
  const bytes = photo('far');
  const first = await spool.opening();
  for (let n = 0; n < 40; n += 3) {
    spool.drop(anna, `${n}.jpg`, Buffer.concat([bytes, Buffer.from(String(n))]));
    await spool.pass(first + n, { isFar: true });
    await spool.pass(Infinity, { isFar: true });
  }
  expect(spool.items()).toHaveLength(14);
  expect(spool.items().filter((one) => !one.startsWith(anna))).toEqual([]);
  expect(readdirSync(spool.folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

it('an upload for a person belongs to them, wherever it came from, and to nobody if its record is lost', async () => {
  const spool = openSpool();
  const by = `person:${ben}`;
  const send = (name: string, holder?: string): Promise<unknown> =>
    spool.during((processor) => processor.place(Readable.from([photo(name)]), name, by, undefined, holder));
  await send('1.jpg', anna);
  await send('2.jpg');
  await spool.during(async ({ uploads }) => {
    for (const [n, holder] of [anna, undefined].entries()) {
      const [id, bytes] = [String(n).repeat(32), photo(`upload ${n}`)];
      const whose = holder === undefined ? {} : { holder };
      // The name of a folder that somebody sends along assigns nothing.
      const metadata = { filename: `upload-${n}.jpg`, folder: '@anna' };
      await uploads.begin(id, { by, ...whose, length: bytes.length, metadata });
      await uploads.append(id, Readable.from([bytes]));
      expect(await uploads.finish(id)).toMatchObject({ state: 'received', by, ...whose });
    }
  });
  await spool.pass();
  expect(spool.items()).toEqual(
    [
      `${anna} ${hashOf(photo('1.jpg'))}`,
      `${house} ${hashOf(photo('2.jpg'))}`,
      `${anna} ${hashOf(photo('upload 0'))}`,
      `${house} ${hashOf(photo('upload 1'))}`,
    ].sort(),
  );
  expect(Object.values(spool.item(anna, photo('1.jpg'))!.sightings)).toMatchObject([{ by, name: '1.jpg' }]);
  await send('3.jpg', anna);
  const own = join(spool.incoming, '.photospool-for');
  for (const folder of readdirSync(own)) rmSync(join(own, folder, '.from.json'));
  await spool.pass();
  expect(spool.items()).toHaveLength(4);
  expect(spool.claims()).toHaveLength(1);
});

it('copy mode imports a file once per holder', async () => {
  const spool = openSpool();
  const bytes = photo('copied');
  for (const holder of [house, anna]) spool.drop(holder, 'a.jpg', bytes);
  const { events } = await spool.pass(Infinity, { mode: 'copy' });
  expect(outcomesOf(events)).toEqual(['stored a.jpg', 'stored a.jpg']);
  expect(outcomesOf((await spool.pass(Infinity, { mode: 'copy' })).events)).toEqual([]);
  // Given to somebody else, the file that lies there is read for them.
  spool.library.local.personFolders.set('@anna', ben);
  expect(outcomesOf((await spool.pass(Infinity, { mode: 'copy' })).events)).toEqual(['stored a.jpg']);
  expect(spool.items()).toHaveLength(3);
  expect(spool.countOf(bytes)).toBe(3);
});

it('the audience of an upload does not apply to a file from the folder of its sender', async () => {
  const spool = openSpool();
  const { awaited } = spool.library.local;
  const by = `person:${anna}`;
  const change = { audience: 'family', since: spool.clock.now() } as const;
  const wait = (text: string): string => {
    const id = publicIdOf({ holder: anna, sha256: hashOf(photo(text)) });
    awaited.add({ sender: by, id, change });
    return id;
  };
  const [dropped, sent] = [wait('dropped'), wait('sent')];
  spool.drop(anna, 'dropped.jpg', photo('dropped'));
  await spool.during(async (processor) => {
    await processor.place(Readable.from([photo('sent')]), 'sent.jpg', by, undefined, anna);
    await processor.pass();
  });
  const sightings = ['dropped', 'sent'].map((text) => Object.values(spool.item(anna, photo(text))!.sightings));
  expect(sightings).toMatchObject([[{ by }], [{ by }]]);
  expect([awaited.find(by, dropped)?.change, awaited.find(by, sent)?.change]).toEqual([{}, change]);
});
