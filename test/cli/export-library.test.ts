/** Exporting a library into a folder, and purging that of a removed person. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/base/config.js';
import { openFiles } from '../../src/base/files.js';
import { applyChange } from '../../src/document/edits.js';
import { itemOf, publicIdOf } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { openRecords } from '../../src/home/open-records.js';
import { makeHome } from './run.js';

test('a library is copied into a folder, another run continues, and a removed person’s is purged', async () => {
  const home = makeHome();
  for (const [name, role] of [
    ['ada', 'owner'],
    ['ben', 'family'],
  ] as const)
    await home.run('users', 'add', name, '--role', role, '--invite');
  await home.run('folders', 'give', '--to', 'ben');
  await home.drop('house.jpg', 1);
  expect((await home.run('process')).code).toBe(0);
  // Ben’s file has the same bytes, and another name.
  await home.drop('@ben/mine.jpg', 1);
  await home.drop('@ben/other.jpg', 2);
  expect((await home.run('process')).code).toBe(0);
  const { db, library } = await openRecords(readConfig(home.folder, {}), openFiles());
  const [id] = [...library.scan('own:')]
    .filter(({ body }) => JSON.stringify(body).includes('mine.jpg'))
    .map(({ id: document }) => publicIdOf(itemOf(document)!));
  for (const { id } of [...library.scan('own:')])
    library.update<PhotoDocument>(id, (body) => {
      const by = { at: library.stampAfter(body), by: 'owner' };
      return body && JSON.stringify(body).includes('mine.jpg') ? applyChange(body, { title: 'Title' }, by) : body;
    });
  library.close();
  db.close();

  const to = join(home.folder, '..', `${home.folder.split('/').at(-1)!}-export`);
  const files = (): string[] =>
    readdirSync(to, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .sort();
  try {
    const exporting = ['export', '--for', 'ben', '--to', to, '--json'] as const;
    const last = (out: string): unknown => JSON.parse(out.trimEnd().split('\n').at(-1)!);
    expect(last((await home.run(...exporting)).out)).toEqual({ written: 4, same: 0, kept: 0, failed: 0 });
    expect(files()).toEqual(['.photospool-export.jsonl', 'library.json', 'mine.jpg', 'mine.jpg.xmp', 'other.jpg']);
    const [mine] = readdirSync(to, { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('mine.jpg'));
    expect(readFileSync(join(to, `${mine!}.xmp`), 'utf8')).toContain('Title');
    // Another run copies what is missing, and replaces nothing.
    rmSync(join(to, mine!));
    writeFileSync(join(to, `${mine!}.xmp`), 'changed');
    const again = await home.run(...exporting);
    expect([again.code, last(again.out)]).toEqual([1, { written: 2, same: 1, kept: 1, failed: 0 }]);
    expect(readFileSync(join(to, `${mine!}.xmp`), 'utf8')).toBe('changed');
    // An edited picture is copied as it is shown, if that is wanted.
    expect((await home.run('edit', id!, '--rotate', '90', '--for', 'ben')).out).toBe('1 photo edited.\n');
    expect(last((await home.run(...exporting, '--edited')).out)).toMatchObject({ written: 2, failed: 0 });
    expect(files()).toContain('mine (edited).jpg');
    const [before, after] = await Promise.all(
      [mine!, mine!.replace('.jpg', ' (edited).jpg')].map((path) => sharp(join(to, path)).metadata()),
    );
    expect([after!.width, after!.height]).toEqual([before!.height, before!.width]);
    // Edited again, the copy follows, unless somebody changed it.
    const copy = join(to, mine!.replace('.jpg', ' (edited).jpg'));
    expect((await home.run('edit', id!, '--rotate', '90', '--for', 'ben')).code).toBe(0);
    expect(last((await home.run(...exporting, '--edited')).out)).toMatchObject({ written: 2, failed: 0 });
    const anew = await sharp(copy).metadata();
    expect([anew.width, anew.height]).toEqual([before!.width, before!.height]);
    expect(last((await home.run(...exporting, '--edited')).out)).toMatchObject({ written: 1, kept: 1 });
    writeFileSync(copy, 'retouched');
    expect((await home.run('edit', id!, '--original', '--for', 'ben')).code).toBe(0);
    expect((await home.run('edit', id!, '--rotate', '90', '--for', 'ben')).code).toBe(0);
    expect(last((await home.run(...exporting, '--edited')).out)).toMatchObject({ written: 1, kept: 2 });
    expect(readFileSync(copy, 'utf8')).toBe('retouched');
    rmSync(copy);
    expect((await home.run('export', '--to', home.incoming)).code).toBe(2);
    expect((await home.run('export', '--for', 'nobody', '--to', to)).code).toBe(2);

    expect((await home.run('people', 'purge', 'ben', '--yes')).err).toMatch(/ben has not been removed/);
    await home.run('users', 'remove', 'ben');
    expect((await home.run(...exporting)).code).toBe(1);
    expect((await home.run('people', 'purge', 'ben')).err).toMatch(/would permanently delete 2 photos of ben/);
    expect((await home.run('people', 'purge', 'Ben', '--yes')).out).toBe('2 photos of ben purged\n');
    expect((await home.run('list')).out.trimEnd().split('\n')).toHaveLength(1);
    const audit = readFileSync(join(home.folder, '.photospool', 'audit.log'), 'utf8');
    for (const told of ['removed-exported', 'removed-purged']) expect(audit).toContain(`"${told}"`);
    // The house keeps its photo, and exports it under its own name.
    rmSync(to, { recursive: true });
    expect((await home.run('export', '--to', to)).code).toBe(0);
    expect(files()).toEqual(['house.jpg', 'library.json']);
  } finally {
    if (existsSync(to)) rmSync(to, { recursive: true });
  }
});
