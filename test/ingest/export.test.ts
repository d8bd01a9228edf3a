/** Sidecars that are written: what ExifTool, exiv2 and Photospool itself read from them, and what is never replaced. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { openFiles } from '../../src/base/files.js';
import { openSqlite } from '../../src/base/sqlite.js';
import { newPhoto } from '../../src/document/arrival.js';
import { applyChange, type PhotoChange } from '../../src/document/edits.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { withSidecar } from '../../src/document/sidecar-values.js';
import { exportXmp, type Exported, type ExportParts } from '../../src/ingest/sidecars/export-sidecars.js';
import { openLibrary } from '../../src/library/library.js';
import { openMetadata } from '../../src/photo/facts/read-metadata.js';
import { openXmpWriter } from '../../src/photo/facts/write-xmp.js';
import { temporaryFolder } from '../folder.js';
import { list, wrap } from '../xmp.js';

const metadata = openMetadata({ processes: 1 });
const writer = openXmpWriter();
afterAll(() => Promise.all([metadata.close(), writer.close()]));

const hasExiv2 = ((): boolean => {
  try {
    execFileSync('exiv2', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    // Where it is not on the machine, those tests are skipped, and say so.
    return false;
  }
})();

const everything: PhotoChange = {
  title: 'Forum & <Palatin>',
  description: 'first line\nsecond “line”  ',
  taken: { local: '2024-07-01T12:00:00.250', offset: '+02:00' },
  gps: { lat: -33.8568, lon: 151.2153, alt: -2.5 },
  place: { city: 'Sydney', region: 'New South Wales', country: 'AU' },
  rating: 4,
  tags: { add: ['sea', 'a, b', 'Ünïcode'] },
};

/** A library with one photo that is in the archive, and a folder to write to. */
function begin() {
  const root = temporaryFolder();
  const library = openLibrary(openSqlite(join(root, 'library.sqlite')));
  onTestFinished(() => library.close());
  const sha256 = 'a'.repeat(64);
  const id = photoId(sha256);
  const archive = join(root, 'archive');
  const sighting = {
    at: '2026-01-01T00:00:00.000Z',
    server: library.server,
    name: 'DSC_1.NEF',
    folder: '../Rome',
    modified: '2024-07-01T12:00:00.000Z',
  };
  const facts = { recipe: 1, type: 'image/x-nikon-nef', bytes: 1, width: 1, height: 1, tags: ['embedded'] };
  library.update<PhotoDocument>(id, () => newPhoto({ facts, renditions: { recipe: 1 }, sighting }));
  const row = { claim: 'x', bytes: 1, modified: 0, state: 'here' } as const;
  library.local.originals.put({ ...row, sha256, path: '2024/07/DSC_1.NEF' });
  const folder = join(root, 'out');
  const parts: ExportParts = {
    ...{ library, archive, files: openFiles(), writer, folder },
    ...{ names: 'full', asImported: false },
  };
  return {
    folder,
    edit: (change: PhotoChange) =>
      void library.update<PhotoDocument>(id, (body) =>
        applyChange(body!, change, { at: library.stamp(), by: 'owner' }),
      ),
    /** Gives it a sidecar that is in the archive. */
    sidecar(text: string): void {
      mkdirSync(join(archive, '2024/07'), { recursive: true });
      writeFileSync(join(archive, '2024/07/DSC_1.NEF.xmp'), text);
      const hash = 'b'.repeat(64);
      library.local.originals.put({ ...row, sha256: hash, path: '2024/07/DSC_1.NEF.xmp' });
      library.update<PhotoDocument>(id, (body) =>
        withSidecar(body!, hash, {
          name: 'DSC_1.NEF.xmp',
          values: { tags: ['Rome', 'old'] },
          modified: sighting.modified,
        }),
      );
    },
    async run(more: Partial<ExportParts> = {}): Promise<Exported[]> {
      const all: Exported[] = [];
      for await (const one of exportXmp([sha256], { ...parts, ...more })) all.push(one);
      return all;
    },
  };
}

describe('an exported sidecar', () => {
  it('contains the edits, and is read back as the same values', async () => {
    const bench = begin();
    expect(await bench.run()).toEqual([]);
    bench.edit(everything);
    expect(await bench.run()).toEqual([{ path: '2024/07/DSC_1.NEF.xmp', outcome: 'written' }]);
    expect(await metadata.sidecar(join(bench.folder, '2024/07/DSC_1.NEF.xmp'))).toMatchObject({
      title: 'Forum & <Palatin>',
      description: 'first line\nsecond “line”',
      taken: '2024-07-01T12:00:00.250',
      offset: '+02:00',
      gps: { lat: -33.8568, lon: 151.2153, alt: -2.5 },
      rating: 4,
      tags: ['Ünïcode', 'a, b', 'embedded', 'sea'].sort(),
    });
    expect(await bench.run()).toEqual([{ path: '2024/07/DSC_1.NEF.xmp', outcome: 'same' }]);
  });

  it('contains the crop on the picture as it is stored, and the orientation after the rotation', async () => {
    const bench = begin();
    const told = async (): Promise<Record<string, string>> => {
      await bench.run();
      const text = readFileSync(join(bench.folder, '2024/07/DSC_1.NEF.xmp'), 'utf8');
      return Object.fromEntries(
        [...text.matchAll(/<(?:tiff|crs):(\w+)>([^<]*)</g)].map(([, name, value]) => [name!, value!]),
      );
    };
    bench.edit({ develop: { rotate: 1 } });
    expect(await told()).toEqual({ Orientation: '6' });
    bench.edit({ develop: { rotate: 1, crop: { left: 0, top: 0.2, width: 0.5, height: 0.8 } } });
    expect(await told()).toEqual({
      ...{ Orientation: '6', CropLeft: '0', CropTop: '0.2', CropRight: '0.5', CropBottom: '1', CropAngle: '0' },
      HasCrop: 'True',
    });
  });

  it.skipIf(!hasExiv2)('can be read by exiv2, like darktable and digiKam (needs exiv2 on the machine)', async () => {
    const bench = begin();
    bench.edit(everything);
    await bench.run();
    const told = execFileSync('exiv2', ['-PXkv', join(bench.folder, '2024/07/DSC_1.NEF.xmp')]).toString();
    for (const line of [
      /^Xmp\.xmp\.Rating +4$/m,
      /^Xmp\.dc\.title +lang="x-default" Forum & <Palatin>$/m,
      /^Xmp\.dc\.subject +Ünïcode, a, b, embedded, sea$|^Xmp\.dc\.subject +a, b, embedded, sea, Ünïcode$/m,
      /^Xmp\.digiKam\.TagsList +.*embedded, sea/m,
      /^Xmp\.lr\.hierarchicalSubject +.*embedded, sea/m,
      /^Xmp\.exif\.GPSLatitude +33,51\.4080*S$/m,
      /^Xmp\.exif\.GPSAltitude +5\/2$/m,
      /^Xmp\.exif\.GPSAltitudeRef +1$/m,
      /^Xmp\.exif\.DateTimeOriginal +2024-07-01T12:00:00\.250?\+02:00$/m,
      /^Xmp\.photoshop\.Country +Australia$/m,
    ])
      expect(told).toMatch(line);
  });

  it.skipIf(!hasExiv2)('changed by another program stays, and is read with its changes (needs exiv2)', async () => {
    const bench = begin();
    bench.edit(everything);
    await bench.run();
    const path = join(bench.folder, '2024/07/DSC_1.NEF.xmp');
    // As digiKam writes: through exiv2, in its place.
    const changes = [
      'set Xmp.xmp.Rating 5',
      'set Xmp.dc.subject XmpBag theirs',
      'set Xmp.digiKam.TagsList XmpSeq theirs',
    ];
    execFileSync('exiv2', [...changes.flatMap((change) => ['-M', change]), path]);
    const theirs = readFileSync(path);
    bench.edit({ title: 'another one', rating: 1 });
    expect(await bench.run()).toMatchObject([{ outcome: 'kept' }]);
    expect(readFileSync(path).equals(theirs)).toBe(true);
    const read = await metadata.sidecar(path);
    expect(read).toMatchObject({ rating: 5, title: 'Forum & <Palatin>', gps: { lat: -33.8568, lon: 151.2153 } });
    expect(read.tags).toContain('theirs');
  });

  it('keeps the values of the imported sidecar, with its trees', async () => {
    const bench = begin();
    bench.sidecar(
      wrap(
        ' darktable:xmp_version="5" xmp:Label="Red" xmp:Rating="2"',
        list('dc:subject', 'Seq', ['darktable', 'Rome', 'old']) +
          list('lr:hierarchicalSubject', 'Seq', ['darktable|exported', 'Places|Rome', 'Places|old']),
      ),
    );
    bench.edit({ tags: { add: ['new'], remove: ['old'] } });
    await bench.run();
    const text = readFileSync(join(bench.folder, '2024/07/DSC_1.NEF.xmp'), 'utf8');
    for (const kept of ['xmp_version', 'Red', 'Places|Rome', 'darktable|exported', '>darktable<', '>new<'])
      expect(text).toContain(kept);
    expect(text).not.toMatch(/[>|]old</);
    expect(text).toMatch(/Rating>2</);
    expect(await metadata.sidecar(join(bench.folder, '2024/07/DSC_1.NEF.xmp'))).toEqual({
      tags: ['Rome', 'new'],
      rating: 2,
    });
  });

  it('replaces its own version, but nothing written or changed by others', async () => {
    const bench = begin();
    bench.edit({ title: 'one' });
    await bench.run();
    bench.edit({ title: 'two' });
    expect(await bench.run()).toMatchObject([{ outcome: 'written' }]);
    const path = join(bench.folder, '2024/07/DSC_1.NEF.xmp');
    writeFileSync(path, readFileSync(path, 'utf8').replace('two', 'their own'));
    bench.edit({ title: 'three' });
    expect(await bench.run()).toMatchObject([{ outcome: 'kept' }]);
    expect(readFileSync(path, 'utf8')).toContain('their own');
  });

  it('is named as configured, and never leaves its folder', async () => {
    const bench = begin();
    bench.edit({ title: 'one' });
    expect(await bench.run({ names: 'stem' })).toEqual([{ path: '2024/07/DSC_1.xmp', outcome: 'written' }]);
    expect(await bench.run({ asImported: true })).toEqual([{ path: '_../Rome/DSC_1.NEF.xmp', outcome: 'written' }]);
  });
});
