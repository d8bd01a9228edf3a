/** What replications record: bounded for each token, and kept through a migration of the table. */
import { expect, onTestFinished, test } from 'vitest';
import { openSqlite } from '../../src/base/sqlite.js';
import { noteBounds, openNotes } from '../../src/sync/couch/local-documents.js';
import { putNote, type Served } from '../../src/sync/couch/serve-database.js';

function memory() {
  const db = openSqlite(':memory:');
  onTestFinished(() => db.close());
  return db;
}

test('notes are limited per token, and in total per server', () => {
  const notes = openNotes(memory(), 'photos');
  for (let n = 0; n < noteBounds.count; n++) expect(notes.put(`${n}`, { n }, 'laptop')).toBe(true);
  expect(notes.put('more', {}, 'laptop')).toBe(false);
  expect(notes.get('more')).toBeUndefined();
  expect(notes.put('0', { n: 'again' }, 'laptop')).toBe(true);
  expect(notes.put('more', {}, 'phone')).toBe(true);
  expect(notes.put('ours', {})).toBe(true);
  notes.remove('1');
  expect(notes.put('another', {}, 'laptop')).toBe(true);
});

test('and by size; exceeding it is an error with a sentence', () => {
  const notes = openNotes(memory(), 'photos');
  const text = 'x'.repeat(200 * 1024);
  let kept = 0;
  while (notes.put(`${kept}`, { text }, 'laptop')) kept++;
  expect(kept).toBe(Math.floor(noteBounds.size / (text.length + 11)));
  const answer = putNote({ notes } as Served, 'more', { text }, { epoch: 'e', owner: 'laptop' });
  expect(answer).toMatchObject({ status: 403, body: { error: 'forbidden' } });
  expect((answer.body as { reason: string }).reason).toMatch(/^This token has reached the limit of/);
});

test('notes of an older version are kept', () => {
  const db = memory();
  db.exec(`CREATE TABLE replication_note
    (database TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (database, id)) WITHOUT ROWID`);
  db.exec(`INSERT INTO replication_note VALUES ('photos', 'x', '{"n":1}')`);
  expect(openNotes(db, 'photos').get('x')).toEqual({ n: 1 });
});
