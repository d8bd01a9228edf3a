/** Difficult file names, through all real parts: each file is imported once, with its name byte for byte. */
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { fastClock, makeSpool, photo as standIn } from './fixture.js';
import { makePhoto } from '../picture.js';
import { hashOf, prepareHomes } from './home.js';

const openHome = prepareHomes();

const picture = await makePhoto(7);
const photo = (text: string): Buffer => Buffer.concat([picture, Buffer.from(text)]);

const hostile = [
  'two\nlines.jpg',
  '\u001b[2J\u0007\r.jpg',
  `'"\`$(reboot);&|<>*?[].jpg`,
  '-execute.jpg',
  '@file.jpg',
  '--.jpg',
  'back\\slash.jpg',
  'item.json',
  'original',
  'CON',
  'NUL.jpg',
  'com1.JPG',
  'dots...',
  'spaces   ',
  ' before.jpg',
  '\u202egpj.exe.jpg',
  '\u{1f3d4}\u{fe0f}\u200d.jpg',
  'IMG.JPG',
  'img.jpg',
  'Img.jpg',
  '\u00e9t\u00e9.jpg',
  'e\u0301te\u0301.jpg',
  '\u212b.jpg',
  '\u00c5.jpg',
  `${'x'.repeat(251)}.jpg`,
  `${'\u00e9'.repeat(125)}.jpg`,
  '%2e%2e%2fetc.jpg',
  '..jpg..',
  'no extension',
  '{}.jpg',
];

it('files with hostile names are imported once each, with their names', async () => {
  const home = await openHome();
  const bytes = new Map(hostile.map((name) => [name, photo(name)]));
  for (const [name, content] of bytes) if (!name.startsWith('..')) writeFileSync(join(home.incoming, name), content);
  // Hidden files are left alone.
  writeFileSync(join(home.incoming, '..jpg..'), bytes.get('..jpg..')!);
  bytes.delete('..jpg..');
  expect(await home.processor.pass()).toMatchObject({ stored: bytes.size, stuck: 0, ignored: 0 });
  const there = home.check();
  const paths = [...home.library.local.originals.all()].map(({ path }) => path);
  for (const [name, content] of bytes) {
    expect(there.has(hashOf(content)), name).toBe(true);
    const { sightings } = home.library.get<PhotoDocument>(`photo:${hashOf(content)}`)!.body;
    expect(Object.values(sightings).map((sighting) => sighting.name)).toEqual([name]);
  }
  // They stay distinct even on a disk that ignores case or normalizes Unicode.
  expect(new Set(paths.map((path) => path.normalize('NFC').toLowerCase())).size).toBe(bytes.size);
  for (const path of paths) {
    expect(Buffer.byteLength(basename(path))).toBeLessThanOrEqual(255);
    expect(path).not.toMatch(/[\u0000-\u001f\\]/);
  }
  expect(readdirSync(home.incoming)).toEqual(['..jpg..']);
});

it('the bytes of names that are not UTF-8 are kept, and names that look the same are two files', async () => {
  const home = await openHome();
  const raw = (...bytes: number[]): Buffer =>
    Buffer.concat([Buffer.from('caf'), Buffer.from(bytes), Buffer.from('.jpg')]);
  const names = [raw(0xe9), raw(0xe8), raw(0xff, 0xfe), raw(0xc3)];
  const folder = Buffer.concat([Buffer.from(`${home.incoming}/`), Buffer.from([0xfc, 0x62])]);
  mkdirSync(folder);
  for (const [n, name] of names.entries())
    writeFileSync(Buffer.concat([n < 2 ? folder : Buffer.from(home.incoming), Buffer.from('/'), name]), photo(`${n}`));
  expect(await home.processor.pass()).toMatchObject({ stored: 4, stuck: 0 });
  home.check();
  for (const [n, name] of names.entries()) {
    const { sightings } = home.library.get<PhotoDocument>(`photo:${hashOf(photo(`${n}`))}`)!.body;
    const [sighting] = Object.values(sightings);
    expect(Buffer.from(sighting!.raw!, 'base64')).toEqual(name);
    expect(sighting!.folder).toBe(n < 2 ? '\u00fcb' : undefined);
  }
  expect(readdirSync(home.incoming)).toEqual([]);
});

it('in copy mode, two names that differ only in invalid UTF-8 bytes are both imported', async () => {
  const spool = makeSpool(new Map([['stuck', 'undecodable' as const]]));
  const path = (byte: number): Buffer =>
    Buffer.concat([Buffer.from(`${spool.incoming}/caf`), Buffer.from([byte]), Buffer.from('.jpg')]);
  writeFileSync(path(0xe9), standIn('stuck'));
  const processor = await spool.open({ mode: 'copy' });
  expect(await processor.pass()).toMatchObject({ stored: 0 });
  writeFileSync(path(0xe8), standIn('good'));
  expect(await processor.pass()).toMatchObject({ stored: 1 });
});

it('a file with a name that is not UTF-8 is found in place if the process died before hiding it', async () => {
  const spool = makeSpool();
  const path = Buffer.concat([Buffer.from(`${spool.incoming}/caf`), Buffer.from([0xe9]), Buffer.from('.jpg')]);
  writeFileSync(path, standIn('a'));
  const claim = join(spool.work, '01J00000000000000000000000');
  mkdirSync(claim);
  const times = { claimed: '2026-01-01T00:00:00.000Z', modified: '2026-01-01T00:00:00.000Z' };
  const item = { format: 1, name: 'caf\u00e9.jpg', file: 'original', from: path.toString(), ...times, attempts: 0 };
  const via = join(spool.folder, '.photospool-incoming', '01J00000000000000000000000');
  writeFileSync(join(claim, 'item.json'), JSON.stringify({ ...item, rawFrom: path.toString('base64'), via }));
  expect(await (await spool.open({}, undefined, fastClock())).pass()).toMatchObject({ stored: 1, stuck: 0 });
  expect(spool.files()).toEqual(['done/caf\u00e9.jpg']);
});

it('folders deeper than the maximum path length are reported, and block nothing', async () => {
  const spool = makeSpool();
  spool.drop('good.jpg');
  // A tree moved in from elsewhere may be deeper than the longest possible path.
  const half = (folder: string): string => join(folder, ...Array.from({ length: 15 }, () => 'd'.repeat(200)));
  const [upper, lower] = [half(spool.incoming), join(spool.folder, 'lower')];
  mkdirSync(upper, { recursive: true });
  mkdirSync(half(lower), { recursive: true });
  writeFileSync(join(half(lower), 'deep.jpg'), standIn('deep'));
  renameSync(lower, join(upper, 'lower'));
  const summary = await (await spool.open()).pass();
  expect(summary).toMatchObject({ stored: 1, stuck: 1 });
  expect(summary.stuckItems[0]!.reason).toContain('its path is too long for the system');
  renameSync(join(upper, 'lower'), lower);
});

it('hundreds of files with one name in as many folders are as many photos', async () => {
  const home = await openHome();
  for (let n = 0; n < 200; n++) {
    mkdirSync(join(home.incoming, `roll ${n}`));
    writeFileSync(join(home.incoming, `roll ${n}`, 'IMG_0001.jpg'), photo(`${n}`));
  }
  expect(await home.processor.pass()).toMatchObject({ stored: 200, duplicates: 0, stuck: 0 });
  expect(home.check().size).toBe(200);
  expect(readdirSync(home.incoming)).toEqual([]);
});
