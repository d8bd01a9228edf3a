/** Sidecars of people, in a whole home: each describes items of its own holder only, and says nothing of what others have. */
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { openAccess } from '../../src/access/access.js';
import { commandLine } from '../../src/access/actor.js';
import { silent } from '../../src/base/log.js';
import { house, itemId, publicIdOf, type Holder } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { lookAt } from '../../src/home/hash-rendition.js';
import { openSpool } from '../../src/home/open-spool.js';
import { importWork } from '../../src/spool/work-folder.js';
import type { PassSummary } from '../../src/spool/spool-interface.js';
import { makePhoto } from '../picture.js';
import { hashOf } from './home.js';
import { begin, title } from './sidecars.js';

/** A home with a person who has a folder. */
async function open() {
  const bench = await begin();
  const { home } = bench;
  const access = openAccess(home.db, home.library);
  const add = (name: string): string => access.accounts.add({ name, role: 'family' }, commandLine).id;
  const [anna, ben] = [add('Anna'), add('Ben')];
  for (const [person, folder] of [
    [anna, '@anna'],
    [ben, '@ben'],
  ] as const)
    home.library.local.personFolders.set(folder, person);
  const titles = (holder: Holder, bytes: Buffer): string[] =>
    Object.values(home.library.get<PhotoDocument>(itemId({ holder, sha256: hashOf(bytes) }))?.body.sidecars ?? {}).map(
      ({ values }) => String(values.title),
    );
  /** A pass, with what became of all files: its own counts are the house’s. */
  async function pass(): Promise<PassSummary> {
    const counts = { stored: 0, duplicates: 0, sidecars: 0 };
    const end = bench.spool.on((event) => {
      if (event.type === 'stored') counts[event.sidecar ? 'sidecars' : 'stored']++;
      else if (event.type === 'duplicate') counts.duplicates++;
    });
    try {
      return { ...(await bench.pass()), ...counts };
    } finally {
      end();
    }
  }
  return { ...bench, pass, access, anna, ben, titles };
}

it('a sidecar applies to its own holder’s item, whoever has a photo with that name or the same bytes', async () => {
  const bench = await open();
  const { anna, ben, titles } = bench;
  const bytes = await makePhoto(1);
  for (const folder of ['', '@anna/', '@ben/']) bench.drop(`${folder}IMG_1.jpg`, bytes);
  expect(await bench.pass()).toMatchObject({ stored: 3, duplicates: 0, stuck: 0 });
  bench.drop('@anna/IMG_1.jpg.xmp', title('anna'));
  bench.drop('IMG_1.jpg.xmp', title('house'));
  expect(await bench.pass()).toMatchObject({ sidecars: 2, stuck: 0, ignored: 0 });
  expect([titles(house, bytes), titles(anna, bytes), titles(ben, bytes)]).toEqual([['house'], ['anna'], []]);
  // Theirs lies beside the original, as all do.
  expect(bench.archive().filter((path) => path.startsWith('2024'))).toHaveLength(3);
});

it('a sidecar waits for its holder’s photo with the same message, whether others have one with that name or not', async () => {
  const bench = await open();
  const bytes = await makePhoto(1);
  bench.drop('IMG_1.jpg', bytes);
  await bench.pass();
  bench.drop('@anna/IMG_1.jpg.xmp', title('anna'));
  bench.drop('@anna/IMG_2.jpg.xmp', title('anna'));
  expect(await bench.pass()).toMatchObject({ stored: 0, stuck: 0, ignored: 2 });
  expect((await bench.ignored()).map(({ reason }) => reason)).toEqual(
    ['IMG_1', 'IMG_2'].map(() => 'this XMP sidecar is waiting for its photo'),
  );
  bench.drop('@anna/IMG_1.jpg', bytes);
  expect(await bench.pass()).toMatchObject({ stored: 1, sidecars: 1, ignored: 1 });
  expect([bench.titles(house, bytes), bench.titles(bench.anna, bytes)]).toEqual([[], ['anna']]);
});

it('a sidecar with bytes that others added is not a duplicate, one with its holder’s is', async () => {
  const bench = await open();
  const { anna, ben, titles } = bench;
  const bytes = await makePhoto(1);
  for (const folder of ['', '@anna/', '@ben/']) bench.drop(`${folder}IMG_1.jpg`, bytes);
  await bench.pass();
  for (const folder of ['@anna/', '', '@ben/']) {
    bench.drop(`${folder}IMG_1.jpg.xmp`, title('same'));
    expect(await bench.pass(), folder).toMatchObject({ sidecars: 1, duplicates: 0 });
    bench.drop(`${folder}IMG_1.jpg.xmp`, title('same'));
    expect(await bench.pass(), folder).toMatchObject({ duplicates: 1 });
  }
  expect([house, anna, ben].map((holder) => titles(holder, bytes))).toEqual([['same'], ['same'], ['same']]);
  expect(await bench.verify()).toMatchObject({ findings: [] });
});

it('a sidecar sent for a person applies to their items only if its sender may edit them, or alone added them', async () => {
  const bench = await open();
  const { access, anna, ben, titles, spool } = bench;
  const bytes = await makePhoto(1);
  bench.drop('@anna/IMG_1.jpg', bytes);
  await bench.pass();
  for (const may of ['edit', 'upload'] as const) access.tokens.make(may, [may], commandLine, anna);
  const send = (by: string, name: string, text: string | Buffer): Promise<string> =>
    spool.place(Readable.from([Buffer.from(text)]), name, by, undefined, anna);
  for (const by of [`token:${anna}/upload`, `person:${ben}`, 'token:upload', 'unknown'])
    await send(by, 'IMG_1.jpg.xmp', title(by));
  expect(await bench.pass()).toMatchObject({ stuck: 0, ignored: 4 });
  for (const by of [`token:${anna}/edit`, `person:${anna}`]) {
    await send(by, 'IMG_1.jpg.xmp', title(by));
    expect(await bench.pass(), by).toMatchObject({ sidecars: 1, ignored: 4 });
    expect(titles(anna, bytes)).toContain(by);
  }
  await send(`person:${ben}`, 'IMG_2.jpg', await makePhoto(2));
  await send(`person:${ben}`, 'IMG_2.jpg.xmp', title('brought'));
  expect(await bench.pass()).toMatchObject({ stored: 1, sidecars: 1, ignored: 4 });
});

it('an import for a person belongs to them, recognises only their photos, and can be repeated', async () => {
  const bench = await open();
  const { home, anna, titles } = bench;
  const tree = join(bench.folder, 'tree');
  const both = await makePhoto(1);
  for (const [name, bytes] of [
    ['IMG_1.jpg', both],
    ['IMG_2.jpg', await makePhoto(2)],
    ['IMG_1.jpg.xmp', Buffer.from(title('tree'))],
  ] as const)
    bench.drop(name, bytes, tree);
  bench.drop('IMG_1.jpg', both);
  await bench.pass();
  const importFor = async (holder: Holder | undefined): Promise<unknown> => {
    const options = { mode: 'copy', countSeen: true, handOver: home.config.work } as const;
    const spool = await openSpool(home, silent, {
      ...{ incoming: tree, work: importWork(home.config.work), ...options },
      ...(holder !== undefined && { holder }),
    });
    return spool.pass().finally(() => spool.close());
  };
  expect(await importFor(anna)).toMatchObject({ stored: 2, duplicates: 0, sidecars: 1, stuck: 0 });
  expect(await importFor(anna)).toMatchObject({ stored: 0, duplicates: 3, stuck: 0 });
  expect([titles(anna, both), titles(house, both)]).toEqual([['tree'], []]);
  expect(await importFor(undefined)).toMatchObject({ stored: 1, duplicates: 1, sidecars: 1 });
  expect(titles(house, both)).toEqual(['tree']);
  // What an item looks like is found by its public id.
  const [mine, other] = [anna, bench.ben].map((holder) => publicIdOf({ holder, sha256: hashOf(both) })) as [
    string,
    string,
  ];
  expect(await lookAt(home, mine)).toBeInstanceOf(Uint8Array);
  expect(await lookAt(home, other)).toBeUndefined();
});
