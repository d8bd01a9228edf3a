import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openArchive } from '../../src/archive/archive.js';
import { openFiles } from '../../src/base/files.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { settleReservations } from '../../src/ingest/reservations.js';
import { openLibrary } from '../../src/library/library.js';
import { temporaryFolder } from '../folder.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

it('settles the reservations of a killed process by the files on the disk', async () => {
  const folder = temporaryFolder();
  const files = openFiles();
  const archive = await openArchive(join(folder, 'archive'), files);
  const library = openLibrary(openSqlite(join(folder, 'library.sqlite')));
  const { originals } = library.local;
  const reserve = (text: string, claim: string): void => {
    originals.reserve({ sha256: sha256(text), claim, bytes: text.length, modified: 0 }, () => `2024/07/${text}`);
  };
  mkdirSync(join(archive.folder, '2024/07'), { recursive: true });
  reserve('moved', 'dead');
  writeFileSync(archive.resolve('2024/07/moved'), 'moved');
  reserve('never moved', 'dead');
  reserve('other bytes', 'dead');
  writeFileSync(archive.resolve('2024/07/other bytes'), 'put there by hand');
  reserve('in hand', 'alive');
  await settleReservations({ originals, archive, files, claimed: (claim) => Promise.resolve(claim === 'alive') });
  const states = ['moved', 'never moved', 'other bytes', 'in hand'].map((text) => originals.find(sha256(text))?.state);
  expect(states).toEqual(['here', undefined, undefined, 'reserved']);
  library.close();
});
