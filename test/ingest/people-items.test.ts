/**
 * Bytes that several items have: what is done to bytes reaches every item, and bytes stay while one item has them. The items of
 * people are written by hand here: nothing makes them yet (docs/people.md).
 */
import { existsSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { emptyTrash } from '../../src/album/empty-trash.js';
import { local } from '../../src/access/viewer.js';
import { renditionsOf } from '../../src/backup/backup-contents.js';
import { applyChange } from '../../src/document/edits.js';
import { house, itemId } from '../../src/document/item-id.js';
import { exifId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { rerender } from '../../src/ingest/rerender.js';
import { verifyHome } from '../../src/ingest/verify-home.js';
import { openNamed } from '../../src/sync/blobs/blob-index.js';
import { begin, type SmallHome } from './small-home.js';

const person = '1'.padStart(26, '0');
const ids = (sha256: string): [house: string, own: string] => [
  itemId({ holder: house, sha256 }),
  itemId({ holder: person, sha256 }),
];
const bodyOf = ({ library }: SmallHome, id: string): PhotoDocument => library.get<PhotoDocument>(id)!.body;

/** A home in which the first photo is the house’s and the person’s, the second the person’s alone. */
async function shared(): Promise<SmallHome> {
  const home = await begin(2);
  const [both, alone] = home.hashes as [string, string];
  for (const sha256 of [both, alone]) {
    const [ofHouse, own] = ids(sha256);
    home.library.update<PhotoDocument>(own, () => bodyOf(home, ofHouse));
  }
  // As if it had never been the house’s: nothing but a purge deletes a document.
  home.library.update<object>(
    ids(alone)[0],
    (body) => body && purge(body as Body, { at: home.library.stampAfter(body), by: 'owner' }),
  );
  return home;
}

/** Empties the trash of the house of one photo; where its original was laid, if it went. */
async function purgeOfHouse(home: SmallHome, sha256: string): Promise<string | undefined> {
  let laid: string | undefined;
  const discard = (path: string): Promise<string> => Promise.resolve((laid = `trash/${path}`));
  home.library.update<PhotoDocument>(
    ids(sha256)[0],
    (body) => body && applyChange(body, { trashed: true }, { at: home.library.stampAfter(body), by: 'owner' }),
  );
  const retrieve = (): Promise<never> => Promise.reject(new Error('nothing goes back'));
  expect(await emptyTrash(home.library, { discard, retrieve }, local, [sha256])).toEqual({ purged: 1, left: 0 });
  return laid;
}

test('pictures are made once and named by every item', async () => {
  const home = await shared();
  const [both, alone] = home.hashes as [string, string];
  for (const id of [...ids(both), ids(alone)[1]])
    home.library.update<PhotoDocument>(
      id,
      (body) => body && { ...body, renditions: { ...body.renditions, recipe: 0 } },
    );
  expect(await rerender(home)).toEqual({ looked: 3, made: 2, away: 0, failed: [] });
  expect(home.rendered).toHaveLength(2);
  const [ofHouse, own] = ids(both).map((id) => bodyOf(home, id).renditions);
  expect(own).toEqual(ofHouse);
  expect(own!.recipe).toBeGreaterThan(0);
});

test('items held only by people are checked, backed up and sent to peers', async () => {
  const home = await shared();
  const [, alone] = home.hashes as [string, string];
  const { thumb } = bodyOf(home, ids(alone)[1]).renditions;
  expect([...renditionsOf(home.library)].map(({ sha256 }) => sha256)).toContain(thumb!.sha256);
  const named = openNamed(home.db, home.library, () => true);
  await named.follow();
  expect([thumb!.sha256, alone].map((hash) => named.find(hash)?.kind)).toEqual(['thumb', 'original']);
  rmSync(home.blobs.path(thumb!.sha256));
  const folders = { archive: home.archive.folder, blobs: home.blobs.folder };
  expect((await verifyHome({ library: home.library, files: home.files, ...folders })).findings).toMatchObject([
    { kind: 'rendition', sha256: alone, renditions: expect.arrayContaining(['thumb']) as unknown },
  ]);
});

test('bytes stay while an item has them, and are removed with the last one', async () => {
  const home = await shared();
  const { library } = home;
  const [both] = home.hashes as [string, string];
  expect(await purgeOfHouse(home, both)).toBeUndefined();
  expect(library.items.withBytes(both)).toEqual([ids(both)[1]]);
  const row = library.local.originals.find(both);
  expect(existsSync(home.archive.resolve(row!.path))).toBe(true);
  expect(library.get(exifId(both))).toBeDefined();
  // Once the person’s is gone, too, the house’s takes them along.
  const again = await shared();
  again.library.update<object>(
    ids(again.hashes[0]!)[1],
    (body) => body && purge(body as Body, { at: again.library.stampAfter(body), by: 'owner' }),
  );
  expect(await purgeOfHouse(again, again.hashes[0]!)).toMatch(/^trash\//);
  expect(again.library.local.originals.find(again.hashes[0]!)).toBeUndefined();
  expect(again.library.get(exifId(again.hashes[0]!))).toBeUndefined();
});
