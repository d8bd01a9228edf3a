/** Importing sidecars, with real parts: before, with and after their photos, and those that match no single photo. */
import { readFileSync, renameSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { viewPhoto } from '../../src/document/photo-view.js';
import { repair } from '../../src/ingest/repair-home.js';
import { makePhoto } from '../picture.js';
import { xmp } from '../xmp.js';
import { begin, filesBelow, title } from './sidecars.js';

describe('a sidecar', () => {
  it('that arrives with its photo is stored beside it, and applies', async () => {
    const bench = await begin();
    bench.drop('Rome/IMG_1.jpg', await makePhoto(1));
    bench.drop('Rome/IMG_1.jpg.xmp', xmp({ title: 'Forum', rating: 4, tags: ['rome'] }));
    expect(await bench.pass()).toMatchObject({ stored: 1, sidecars: 1, stuck: 0, ignored: 0 });
    expect(bench.archive()).toEqual(['2024/07/IMG_1.jpg', '2024/07/IMG_1.jpg.xmp']);
    expect(bench.incoming()).toEqual([]);
    expect(bench.shown('IMG_1.jpg')).toMatchObject({ title: 'Forum', rating: 4, tags: ['rome'] });
    expect(statSync(join(bench.home.config.done, '2024/07/IMG_1.jpg.xmp')).mode & 0o222).toBe(0);
    expect(bench.home.library.local.originals.counts()).toEqual({ here: 1, sidecars: 1, reserved: 0 });
    expect((await bench.spool.status()).today).toEqual({ stored: 1, duplicates: 0 });
    expect(await bench.verify()).toEqual({ checked: 2, findings: [] });
  });

  it('that arrives first waits in place, and is imported with its photo', async () => {
    const bench = await begin();
    bench.drop('IMG_1.xmp', title('early'));
    expect(await bench.pass()).toMatchObject({ stored: 0, stuck: 0, ignored: 1 });
    expect(await bench.ignored()).toEqual([{ name: 'IMG_1.xmp', reason: 'this XMP sidecar is waiting for its photo' }]);
    bench.drop('IMG_2.jpg', await makePhoto(2));
    expect(await bench.pass()).toMatchObject({ stored: 1, ignored: 1 });
    bench.drop('IMG_1.JPG', await makePhoto(1));
    expect(await bench.pass()).toMatchObject({ stored: 1, sidecars: 1, ignored: 0 });
    expect(bench.archive()).toContain('2024/07/IMG_1.xmp');
    expect(bench.shown('IMG_1.JPG').title).toBe('early');
  });

  it('that arrives later finds its photo by name and folder; a newer one is kept beside it and applies', async () => {
    const bench = await begin();
    bench.drop('a/IMG_1.jpg', await makePhoto(1));
    bench.drop('b/IMG_1.jpg', await makePhoto(2));
    await bench.pass();
    const first = bench.drop('b/IMG_1.jpg.xmp', xmp({ title: 'first', tags: ['gone', 'stays'] }));
    utimesSync(first, 1_700_000_000, 1_700_000_000);
    expect(await bench.pass()).toMatchObject({ sidecars: 1 });
    bench.drop('b/IMG_1.jpg.xmp', xmp({ title: 'second', tags: ['stays'] }));
    expect(await bench.pass()).toMatchObject({ sidecars: 1 });
    const old = bench.drop('b/IMG_1.jpg.xmp', title('third'));
    utimesSync(old, 1_600_000_000, 1_600_000_000);
    expect(await bench.pass()).toMatchObject({ sidecars: 1 });
    const shown = [...bench.home.library.scan<PhotoDocument>('photo:')].map(({ body }) =>
      viewPhoto('', body, { here: true }),
    );
    expect(shown.map((view) => view.title).sort()).toEqual(['', 'second']);
    expect(shown.find((view) => view.title !== '')!.tags).toEqual(['stays']);
    const kept = bench.archive().filter((path) => path.endsWith('.xmp'));
    expect(kept).toHaveLength(3);
    expect(
      kept
        .map((path) => readFileSync(join(bench.home.config.done, path), 'utf8').match(/first|second|third/)![0])
        .sort(),
    ).toEqual(['first', 'second', 'third']);
    // It has the name that its photo has in the archive.
    expect(
      kept.every(
        (path) =>
          /^2024\/07\/IMG_1-[0-9a-f]{8}\.jpg(-[0-9a-f]+)?\.xmp$/.test(path) ||
          /^2024\/07\/IMG_1\.jpg(-[0-9a-f]+)?\.xmp$/.test(path),
      ),
    ).toBe(true);
  });

  it('belongs to the photo beside it, not to an older one with that name', async () => {
    const bench = await begin();
    bench.drop('IMG_1.jpg', await makePhoto(1));
    await bench.pass();
    bench.drop('IMG_1.jpg', await makePhoto(2));
    bench.drop('IMG_1.jpg.xmp', title('new'));
    expect(await bench.pass()).toMatchObject({ stored: 1, sidecars: 1 });
    const titles = [...bench.home.library.scan<PhotoDocument>('photo:')].map(({ body }) => ({
      at: Object.values(body.sightings)[0]!.at,
      title: viewPhoto('', body, { here: true }).title,
    }));
    expect(titles.sort((a, b) => (a.at < b.at ? -1 : 1)).map((one) => one.title)).toEqual(['', 'new']);
  });

  it('with several possible photos is kept, with a message, until its date matches to the second', async () => {
    const bench = await begin();
    const second = await makePhoto(2, { exif: { DateTimeOriginal: '2024:07:02 13:14:15' } });
    bench.drop('IMG_1.jpg', await makePhoto(1));
    await bench.pass();
    bench.drop('IMG_1.jpg', second);
    await bench.pass();
    const path = bench.drop('IMG_1.xmp', title('whose'));
    expect(await bench.pass()).toMatchObject({ ignored: 1, stuck: 0 });
    expect((await bench.ignored())[0]!.reason).toMatch(/matches 2 photos/);
    expect(readFileSync(path, 'utf8')).toContain('whose');
    bench.drop('IMG_1.xmp', xmp({ title: 'whose', taken: '2024-07-02T13:14:15' }));
    expect(await bench.pass()).toMatchObject({ sidecars: 1, ignored: 0 });
    expect(
      [...bench.home.library.scan<PhotoDocument>('photo:')].map(({ body }) => viewPhoto('', body, { here: true })),
    ).toEqual(expect.arrayContaining([expect.objectContaining({ title: 'whose', taken: '2024-07-02T13:14:15.000' })]));
  });

  it('in another folder is imported only if its time matches to the second', async () => {
    const bench = await begin();
    bench.drop('phone/IMG_1.jpg', await makePhoto(1));
    await bench.pass();
    bench.drop('IMG_1.jpg.xmp', title('no'));
    bench.drop('x/IMG_1.jpg.xmp', xmp({ title: 'yes', taken: '2024-07-01T12:00:00' }));
    expect(await bench.pass()).toMatchObject({ sidecars: 1, ignored: 1 });
    expect(bench.shown('IMG_1.jpg').title).toBe('yes');
    expect(bench.incoming()).toEqual(['IMG_1.jpg.xmp']);
  });

  it('of another darktable version is kept and does not apply', async () => {
    const bench = await begin();
    bench.drop('IMG_1.jpg', await makePhoto(1));
    bench.drop('IMG_1.jpg.xmp', title('main'));
    bench.drop('IMG_1_01.jpg.xmp', title('version'));
    expect(await bench.pass()).toMatchObject({ sidecars: 2 });
    expect(bench.archive()).toEqual(['2024/07/IMG_1.jpg', '2024/07/IMG_1.jpg.xmp', '2024/07/IMG_1_01.jpg.xmp']);
    expect(bench.shown('IMG_1.jpg').title).toBe('main');
  });

  it('with the same bytes applies to another photo, too', async () => {
    const bench = await begin();
    for (const n of [1, 2]) {
      bench.drop(`IMG_${n}.jpg`, await makePhoto(n));
      bench.drop(`IMG_${n}.jpg.xmp`, title('both'));
    }
    expect(await bench.pass()).toMatchObject({ stored: 2, sidecars: 1, duplicates: 1 });
    expect([bench.shown('IMG_1.jpg').title, bench.shown('IMG_2.jpg').title]).toEqual(['both', 'both']);
  });

  it('that is missing is reported by verify, and restored from a backup', async () => {
    const bench = await begin();
    bench.drop('IMG_1.jpg', await makePhoto(1));
    bench.drop('IMG_1.jpg.xmp', title('kept'));
    await bench.pass();
    const path = join(bench.home.config.done, '2024/07/IMG_1.jpg.xmp');
    const backup = join(bench.folder, 'backup.xmp');
    renameSync(path, backup);
    const { findings } = await bench.verify();
    expect(findings).toMatchObject([{ kind: 'missing', path: '2024/07/IMG_1.jpg.xmp' }]);
    const { decoders, ...home } = bench.home;
    await repair(findings, {
      ...home,
      render: (file, format) => decoders.render(file, format),
      elsewhere: (kind) => Promise.resolve(kind === 'originals' ? backup : undefined),
    });
    expect(readFileSync(path, 'utf8')).toContain('kept');
    expect((await bench.verify()).findings).toEqual([]);
  });

  it('of an imported tree is copied; one beside a photo known under another name finds it', async () => {
    const bench = await begin();
    const tree = join(bench.folder, 'tree');
    const photo = await makePhoto(1);
    bench.drop('first.jpg', photo);
    await bench.pass();
    bench.drop('2024/IMG_1.jpg', photo, tree);
    bench.drop('2024/IMG_1.xmp', title('tree'), tree);
    bench.drop('2024/orphan.xmp', title('nobody'), tree);
    expect(await bench.importTree(tree)).toMatchObject({ duplicates: 1, sidecars: 1, ignored: 1 });
    expect(bench.shown('first.jpg').title).toBe('tree');
    expect(filesBelow(tree)).toHaveLength(3);
    expect(await bench.importTree(tree)).toMatchObject({ duplicates: 2, ignored: 1 });
  });

  it('that is not XMP, or has no photo of its own, changes nothing', async () => {
    const bench = await begin();
    bench.drop('IMG_1.jpg', await makePhoto(1));
    bench.drop('IMG_1.xmp', 'just a note');
    bench.drop('.xmp', title('hidden'));
    expect(await bench.pass()).toMatchObject({ stored: 1, ignored: 1, stuck: 0 });
    expect(await bench.ignored()).toEqual([{ name: 'IMG_1.xmp', reason: 'it is a text file' }]);
  });
});
