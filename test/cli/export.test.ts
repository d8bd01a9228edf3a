/** `export-xmp` from the command line, and the import of its output into another home. */
import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSqlite } from '../../src/base/sqlite.js';
import { openCatalog } from '../../src/catalog/catalog.js';
import { applyChange } from '../../src/document/edits.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { openLibrary } from '../../src/library/library.js';
import { temporaryFolder } from '../folder.js';
import { makeHome } from './run.js';

const wrong = ['export-xmp', '--to', 'x'];

it('writes edits, which another home reads, and reports what it did not write', { timeout: 300_000 }, async () => {
  const home = makeHome();
  await home.drop('Rome/a.jpg', 1);
  await home.drop('b.jpg', 2);
  expect((await home.run('process')).code).toBe(0);
  const db = openSqlite(join(home.folder, '.photospool/library.sqlite'));
  const catalog = openCatalog(db);
  const library = openLibrary(db, { index: (id, body, n) => catalog.index(id, body, n) });
  const photo = [...library.scan<PhotoDocument>('photo:')].find(({ body }) =>
    Object.values(body.sightings).some(({ name }) => name === 'a.jpg'),
  )!;
  const edit = (title: string): unknown =>
    library.update<PhotoDocument>(photo.id, (body) =>
      applyChange(body!, { title, rating: 3, tags: { add: ['sea'] } }, { at: library.stamp(), by: 'owner' }),
    );
  edit('The Forum');
  const to = join(temporaryFolder(), 'out');
  const ran = await home.run('export-xmp', '--to', to, '--as-imported', '--json');
  expect(JSON.parse(ran.out)).toMatchObject({ written: 1, same: 0, kept: 0, failed: 0 });
  expect(ran.code).toBe(0);
  expect(readdirSync(to).sort()).toEqual(['.photospool-xmp.json', 'Rome']);
  expect((await home.run('export-xmp', 'rating:5', '--to', to)).out).toBe('0 sidecars written\n');

  const other = makeHome();
  await other.drop('Rome/a.jpg', 1);
  cpSync(join(to, 'Rome'), join(other.incoming, 'Rome'), { recursive: true });
  expect(JSON.parse((await other.run('process', '--json')).out)).toMatchObject({
    stored: 1,
    sidecars: 1,
    ignored: 0,
  });
  expect(JSON.parse((await other.run('list', '--json')).out)).toMatchObject({
    title: 'The Forum',
    rating: 3,
    tags: ['sea'],
  });
  expect((await other.run('verify')).out).toMatch(/^2 originals checked, 0 missing/);

  writeFileSync(join(to, 'Rome/a.jpg.xmp'), 'of somebody else');
  edit('changed');
  library.close();
  db.close();
  const kept = await home.run('export-xmp', '--to', to, '--as-imported');
  expect(kept).toMatchObject({ code: 1, out: '0 sidecars written, 1 not replaced\n' });
  expect(kept.err).toMatch(
    /^not replaced: Rome\/a\.jpg\.xmp: A file with this name was written or changed by another program/m,
  );

  for (const args of [
    ['export-xmp'],
    [...wrong, '--names', 'short'],
    [...wrong, '--nmaes'],
    ['export-xmp', '--to', join(home.archive, 'x')],
  ])
    expect((await home.run(...args)).code, args.join(' ')).toBe(2);
});
