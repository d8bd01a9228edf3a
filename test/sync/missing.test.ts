/** Blobs that are missing, page by page: each once, in the order in which they are wanted, wherever a page ends. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { openSqlite } from '../../src/base/sqlite.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { openLibrary } from '../../src/library/library.js';
import { blobKinds, openNamed, type MissingOptions, type MissingPlace } from '../../src/sync/blobs/blob-index.js';
import { hex } from '../../src/sync/blobs/blob-row.js';
import { photo } from '../document/documents.js';
import { dice } from '../library/libraries.js';

interface Blob {
  sha256: string;
  photo: string;
  kind: number;
  taken: string;
  asked: number;
  here: number;
}

/** A table of blobs: few times, so that many are alike. */
function tableOf(count: number): { blobs: Blob[]; named: ReturnType<typeof openNamed> } {
  const db = openSqlite(':memory:');
  const named = openNamed(db, openLibrary(db), () => false);
  const random = dice(7);
  const draw = (below: number): number => random(1)[0]! % below;
  const put = db.prepare(
    'INSERT INTO blob (sha256, photo, kind, bytes, taken, here, asked, noted) VALUES (?, ?, ?, 9, ?, ?, ?, 1)',
  );
  const blobs = Array.from({ length: count }, (): Blob => {
    const [sha256, photo] = [randomBytes(32), randomBytes(32)];
    const [kind, taken] = [draw(blobKinds.length), `2024-07-0${1 + draw(3)}T12:00:00`];
    const [here, asked] = [Number(draw(4) === 0), Number(kind === blobKinds.indexOf('original') && draw(2) === 0)];
    put.run(sha256, photo, kind, taken, here, asked);
    return { sha256: hex(sha256), photo: hex(photo), kind, taken, asked, here };
  });
  return { blobs, named };
}

test.each<MissingOptions['originals']>(['all', 'asked', 'none'])('originals: %s', (originals) => {
  const { blobs, named } = tableOf(300);
  const isOriginal = ({ kind }: Blob): boolean => kind === blobKinds.indexOf('original');
  const isWanted = (one: Blob): boolean =>
    one.here === 0 && (!isOriginal(one) || originals === 'all' || (originals === 'asked' && one.asked === 1));
  const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const expected = blobs
    .filter(isWanted)
    .sort((a, b) => b.asked - a.asked || a.kind - b.kind || text(b.taken, a.taken) || text(a.sha256, b.sha256))
    .map(({ sha256 }) => sha256);
  expect(expected.length).toBeGreaterThan(100);
  for (const limit of [1, 7, 100, 1_000]) {
    const found: string[] = [];
    let from: MissingPlace | undefined;
    do {
      const { list, next } = named.missing({ limit, originals, ...(from && { from }) });
      found.push(...list.map(({ sha256 }) => sha256));
      from = next;
    } while (from);
    expect(found).toEqual(expected);
  }
});

test('a deep page continues where the last one ended, though its last blob has arrived meanwhile', () => {
  const { named } = tableOf(300);
  const first = named.missing({ limit: 50, originals: 'all' });
  const rest = named.missing({ limit: 1_000, originals: 'all', from: first.next! }).list;
  for (const { sha256 } of first.list) named.set(sha256, true);
  expect(named.missing({ limit: 1_000, originals: 'all', from: first.next! }).list).toEqual(rest);
});

test('after an upgrade, blobs of people’s items are requested, which the older version skipped', async () => {
  const db = openSqlite(':memory:');
  const library = openLibrary(db);
  const person = '1'.repeat(26);
  const [ofHouse, ofPerson] = ['a', 'b'].map((digit) => digit.repeat(64)) as [string, string];
  for (const id of [`photo:${ofHouse}`, `own:${person}:${ofPerson}`]) library.update<PhotoDocument>(id, () => photo());
  const originals = (named: ReturnType<typeof openNamed>): string[] =>
    named
      .missing({ limit: 100, originals: 'all' })
      .list.flatMap(({ kind, sha256 }) => (kind === 'original' ? [sha256] : []));
  await openNamed(db, library, () => false).follow();
  // As it left the table: without the items of people, at the end of the feed.
  db.prepare('DELETE FROM blob WHERE photo <> ?').run(Buffer.from(ofHouse, 'hex'));
  db.exec("DELETE FROM setting WHERE name = 'replication.blobs-of-people'");
  const upgraded = openNamed(db, library, () => false);
  expect(originals(upgraded)).toEqual([ofHouse]);
  await upgraded.follow();
  expect(originals(upgraded).sort()).toEqual([ofHouse, ofPerson]);
});
