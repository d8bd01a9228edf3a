/** Facts from ExifTool itself, from files written by ExifTool; and its lifecycle: no process is left. */
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exiftoolPath } from 'exiftool-vendored';
import { afterAll, describe, expect, it, onTestFinished, test } from 'vitest';
import { readerLimits } from '../../src/photo/facts/exiftool.js';
import { identify } from '../../src/photo/formats/identify.js';
import { factsRecipe, openMetadata, type Read } from '../../src/photo/facts/read-metadata.js';
import { temporaryFolder } from '../folder.js';
import { about, childrenOf, isThere, one, until } from '../processes.js';
import { realPhotos, tagged } from './pictures.js';

const jpeg = { type: 'image/jpeg', family: 'jpeg', name: 'JPEG' };
const size = { width: 64, height: 48 };
const metadata = openMetadata({ processes: 1 });
afterAll(() => metadata.close());
const read = (path: string): Promise<Read> => metadata.read(path, jpeg, 1000, size);

test.skipIf(process.platform === 'win32')(
  'without Perl each photo fails with a reason, and with it the next is read',
  async () => {
    const folder = temporaryFolder();
    const path = await tagged(folder, 'a.jpg');
    const own = openMetadata({ processes: 1 });
    const before = process.env['PATH'];
    try {
      process.env['PATH'] = folder;
      await expect(own.read(path, jpeg, 1000, size)).rejects.toMatchObject({
        code: 'io',
        hint: expect.stringContaining('Perl') as string,
      });
      process.env['PATH'] = before;
      expect((await own.read(path, jpeg, 1000, size)).facts.type).toBe('image/jpeg');
    } finally {
      process.env['PATH'] = before;
      await own.close();
    }
  },
);

const everything = [
  '-DateTimeOriginal=2024:07:01 12:00:00',
  '-SubSecTimeOriginal=25',
  '-OffsetTimeOriginal=+02:00',
  '-OffsetTime=+09:00',
  '-Make=Canon',
  '-Model=Canon EOS 40D',
  '-LensModel=EF50mm f/1.8 II',
  '-ISO=100',
  '-FNumber=2.8',
  '-ExposureTime=1/200',
  '-FocalLength=50',
  '-FocalLengthIn35mmFormat=80',
  '-EXIF:Flash#=16',
  '-GPSLatitude=39.115',
  '-GPSLatitudeRef=N',
  '-GPSLongitude=108.4',
  '-GPSLongitudeRef=W',
  '-GPSAltitude=1483.9',
  '-GPSAltitudeRef=above',
  '-XMP-dc:Title=1.10',
  '-XMP-dc:Description=Grüße & <b>more</b>',
  '-XMP-dc:Subject=sea',
  '-XMP-dc:Subject=sky',
  '-XMP-xmp:Rating=4',
];

it('reads all metadata', async () => {
  const { facts, tags, cut } = await read(await tagged(temporaryFolder(), 'a.jpg', ...everything));
  expect(facts).toEqual({
    recipe: factsRecipe,
    type: 'image/jpeg',
    bytes: 1000,
    ...size,
    taken: '2024-07-01T12:00:00.250',
    offset: '+02:00',
    takenSource: 'exif',
    camera: { make: 'Canon', model: 'Canon EOS 40D' },
    lens: 'EF50mm f/1.8 II',
    exposure: { iso: 100, aperture: 2.8, seconds: 0.005, focalLength: 50, focalLength35: 80, flash: false },
    gps: { lat: 39.115, lon: -108.4, alt: 1483.9 },
    place: { city: 'Palisade', region: 'Colorado', country: 'US' },
    title: '1.10',
    description: 'Grüße & <b>more</b>',
    tags: ['sea', 'sky'],
    rating: 4,
  });
  expect(tags).toMatchObject({
    'IFD0:Model': 'Canon EOS 40D',
    'ExifIFD:OffsetTime': '+09:00',
    'XMP-dc:Subject': 'sea, sky',
  });
  expect(Object.keys(tags).filter((name) => /^(System|ExifTool|SourceFile)/.test(name))).toEqual([]);
  expect(cut).toBe(false);
});

it('returns the same for the same bytes under any name, timestamp and time zone', async () => {
  const folder = temporaryFolder();
  const first = await tagged(folder, 'a.jpg', ...everything, '-GPSDateStamp=2024:07:01', '-GPSTimeStamp=10:00:00');
  const expected = await read(first);
  mkdirSync(join(folder, 'deep er'));
  for (const name of [
    '-n.jpg',
    ' x.jpg',
    '#x.jpg',
    'a\'b"c|.jpg',
    'é漢😀\u202e.jpg',
    '%d $HOME `x`.jpg',
    'deep er/no extension',
    'x.png',
    '@list.txt',
  ]) {
    const path = join(folder, name);
    copyFileSync(first, path);
    utimesSync(path, 1, 1);
    expect(await read(path)).toEqual(expected);
  }
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Asia/Kathmandu';
  const elsewhere = openMetadata();
  try {
    expect(await elsewhere.read(first, jpeg, 1000, size)).toEqual(expected);
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
    await elsewhere.close();
  }
});

it('uses GPS time with the zone of the place, south and west of zero', async () => {
  const path = await tagged(
    temporaryFolder(),
    'a.jpg',
    '-GPSDateStamp=2024:07:01',
    '-GPSTimeStamp=02:00:00',
    '-GPSLatitude=34.6',
    '-GPSLatitudeRef=S',
    '-GPSLongitude=58.4',
    '-GPSLongitudeRef=W',
  );
  const { facts } = await read(path);
  expect(facts).toMatchObject({
    taken: '2024-06-30T23:00:00.000',
    offset: '-03:00',
    takenSource: 'gps',
    gps: { lat: -34.6, lon: -58.4 },
  });
});

test.each([
  ['0,0', ['-GPSLatitude=0', '-GPSLatitudeRef=N', '-GPSLongitude=0', '-GPSLongitudeRef=E']],
  ['no longitude', ['-GPSLatitude=47', '-GPSLatitudeRef=N']],
])('%s is not a place', async (_, tags) => {
  const { facts } = await read(await tagged(temporaryFolder(), 'a.jpg', ...tags));
  expect(facts.gps ?? facts.place).toBeUndefined();
});

it('reads IPTC in its declared character set', async () => {
  const utf8 = await tagged(
    temporaryFolder(),
    'a.jpg',
    '-CodedCharacterSet=UTF8',
    '-IPTC:ObjectName=Zürich 漢',
    '-IPTC:Keywords=Föhn',
  );
  expect((await read(utf8)).facts).toMatchObject({ title: 'Zürich 漢', tags: ['Föhn'] });
  const latin = await tagged(temporaryFolder(), 'a.jpg', '-IPTC:ObjectName=Zürich');
  expect((await read(latin)).facts.title).toBe('Zürich');
});

it('keeps a photo with senseless tags, with its certain facts', async () => {
  const path = join(temporaryFolder(), 'a.jpg');
  for (const bytes of [Buffer.alloc(0), Buffer.from('\xff\xd8\xff', 'latin1'), Buffer.alloc(3000, 0x5a)]) {
    writeFileSync(path, bytes);
    expect((await read(path)).facts).toEqual({ recipe: factsRecipe, type: 'image/jpeg', bytes: 1000, ...size });
  }
});

it('fails in a sentence', async () => {
  await expect(read('/a\nb.jpg')).rejects.toMatchObject({ code: 'invalid' });
  await expect(read(join(temporaryFolder(), 'gone.jpg'))).rejects.toMatchObject({ code: 'ENOENT' });
});

describe.skipIf(process.platform !== 'linux')('processes', () => {
  it('stop when idle, and start again', async () => {
    const path = await tagged(temporaryFolder(), 'a.jpg', '-Model=x');
    const before = childrenOf(process.pid);
    const own = (): number[] => childrenOf(process.pid).filter((pid) => !before.includes(pid));
    const short = openMetadata({ processes: 2, idle: 50 });
    // Counted while it reads: on a busy machine it may be idle, and gone, before the result is checked.
    let most = 0;
    const counting = setInterval(() => (most = Math.max(most, own().length)), 1);
    await short.read(path, jpeg, 1, size);
    clearInterval(counting);
    expect(most).toBe(1);
    await until(() => own().length === 0);
    expect((await short.read(path, jpeg, 1, size)).facts.camera).toEqual({ model: 'x' });
    await short.close();
    await until(() => own().length === 0);
  });

  it('killed in the middle fail only that read', async () => {
    const path = await tagged(temporaryFolder(), 'a.jpg', '-Model=x');
    const before = childrenOf(process.pid);
    const fragile = openMetadata({ processes: 1 });
    await fragile.read(path, jpeg, 1, size);
    const child = one(childrenOf(process.pid).filter((pid) => !before.includes(pid)));
    process.kill(child, 'SIGSTOP');
    const stuck = fragile.read(path, jpeg, 1, size).catch((error: unknown) => error);
    await sleep(50);
    process.kill(child, 'SIGKILL');
    expect(await stuck).toMatchObject({ code: 'io' });
    expect((await fragile.read(path, jpeg, 1, size)).facts.camera).toEqual({ model: 'x' });
    await fragile.close();
  });

  it('that hang are killed after their time limit', async () => {
    const path = await tagged(temporaryFolder(), 'a.jpg', '-Model=x');
    const before = childrenOf(process.pid);
    const open = (seconds: number) => openMetadata({ processes: 1, limits: { ...readerLimits, seconds } });
    let patient = open(2);
    // On a machine so busy that even this takes too long, the limit is raised.
    for (let seconds = 4; !(await patient.read(path, jpeg, 1, size).catch(() => undefined)); seconds *= 2) {
      await patient.close();
      patient = open(seconds);
    }
    const child = one(childrenOf(process.pid).filter((pid) => !before.includes(pid)));
    process.kill(child, 'SIGSTOP');
    await expect(patient.read(path, jpeg, 1, size)).rejects.toMatchObject({ code: 'timeout' });
    await until(() => !childrenOf(process.pid).includes(child));
    await patient.close();
  });

  /**
   * A separate process that reads a photo, reports that, and reads more; killed at the end. Returns the id of its
   * ExifTool, too.
   */
  async function startReader(seconds: number, then = '') {
    const path = await tagged(temporaryFolder(), 'a.jpg', '-Model=x');
    const read = (file: string): string =>
      `reader.read(${JSON.stringify(file)}, ${JSON.stringify(jpeg)}, 1, ${JSON.stringify(size)})`;
    const script = `
      import { openMetadata } from ${JSON.stringify(join(process.cwd(), 'src/photo/facts/read-metadata.ts'))};
      const limits = ${JSON.stringify({ ...readerLimits, seconds })};
      const reader = openMetadata({ processes: 1, limits });
      while (!(await ${read(path)}.catch(() => undefined)));
      console.log('read');
      setInterval(() => undefined, 1000);
      ${then && `await ${read(then)};`}`;
    const file = join(temporaryFolder(), 'reader.mts');
    writeFileSync(file, script);
    const reader = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void reader.kill('SIGKILL'));
    await new Promise((resolve) => reader.stdout.once('data', resolve));
    const [child = 0, ...others] = childrenOf(reader.pid ?? 0).filter((pid) =>
      about(pid, 'cmdline').includes('exiftool'),
    );
    expect([child > 0, others]).toEqual([true, []]);
    return { reader, child };
  }

  it('end with us, even where we are killed', async () => {
    const { reader, child } = await startReader(20);
    reader.kill('SIGKILL');
    await until(() => !isThere(child));
  });

  it('that are busy when we are killed end a second after the time limit of a file', async () => {
    // A pipe without a writer: ExifTool waits for more data.
    const pipe = join(temporaryFolder(), 'pipe.jpg');
    execFileSync('mkfifo', [pipe]);
    const { reader, child } = await startReader(6, pipe);
    let writer = -1;
    await until(() => {
      try {
        // Possible only once ExifTool has opened it.
        writer = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
        return true;
      } catch {
        return false;
      }
    });
    onTestFinished(() => closeSync(writer));
    reader.kill('SIGKILL');
    await until(() => !isThere(reader.pid ?? 0));
    expect(isThere(child)).toBe(true);
    await until(() => !isThere(child));
  });
});

function allFiles(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

test.skipIf(!existsSync(realPhotos))(
  'returns the same as ExifTool for real photos (needs ../shared/photos)',
  { timeout: 120_000 },
  async () => {
    const photos = allFiles(realPhotos).filter(
      (path) => identify(readFileSync(path).subarray(0, 4096)).kind === 'photo',
    );
    expect(photos.length).toBeGreaterThan(100);
    // The reference: its plain command line, simple names, numbers only for numeric tags.
    const wanted = [
      'DateTimeOriginal',
      'OffsetTimeOriginal',
      'Make',
      'Model',
      'GPSLatitude#',
      'GPSLongitude#',
      'ISO',
      'EXIF:FNumber#',
      'EXIF:ExposureTime#',
      'EXIF:FocalLength#',
      'Flash#',
      'Subject',
      'XMP:Rating',
    ];
    const args = ['-config', '', '-j', '-q', '-q', ...wanted.map((tag) => `-${tag}`), ...photos];
    const out = execFileSync(await exiftoolPath(), args, { maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'ignore'] });
    const told = new Map(
      (JSON.parse(out.toString()) as Record<string, string | number | string[] | undefined>[]).map((one) => [
        String(one['SourceFile']),
        one,
      ]),
    );
    for (const path of photos) {
      const { facts } = await read(join(process.cwd(), path));
      const one = told.get(path) ?? {};
      const text = (tag: string): string =>
        String(one[tag] ?? '')
          .replace(/\s+/g, ' ')
          .trim();
      const name = dirname(path).split('/').at(-1) ?? '';
      if (/^\d{4}:\d\d:\d\d /.test(text('DateTimeOriginal')) && facts.takenSource === 'exif') {
        expect([path, facts.taken?.slice(0, 19)]).toEqual([
          path,
          text('DateTimeOriginal')
            .slice(0, 19)
            .replace(/^(....):(..):(..) /, '$1-$2-$3T'),
        ]);
      }
      if (/^[+-]\d\d:\d\d$/.test(text('OffsetTimeOriginal')))
        expect([path, facts.offset]).toEqual([path, text('OffsetTimeOriginal')]);
      for (const [fact, tag] of [
        [facts.camera?.make, 'Make'],
        [facts.camera?.model, 'Model'],
      ] as const) {
        if (/\w/.test(text(tag))) expect([path, fact]).toEqual([path, text(tag)]);
      }
      const numbers = [
        [facts.gps?.lat, 'GPSLatitude'],
        [facts.gps?.lon, 'GPSLongitude'],
        [facts.exposure?.iso, 'ISO'],
        [facts.exposure?.aperture, 'FNumber'],
        [facts.exposure?.seconds, 'ExposureTime'],
        [facts.exposure?.focalLength, 'FocalLength'],
      ] as const;
      for (const [fact, tag] of numbers) {
        const value = Number(text(tag));
        // ISO 65535 means "does not fit", and is not a speed.
        if (text(tag) !== '' && Number.isFinite(value) && value !== 0 && value !== 65535) {
          expect([path, tag, Math.abs((fact ?? 1e9) - value) <= (tag === 'ISO' ? 0.51 : 0.0051)]).toEqual([
            path,
            tag,
            true,
          ]);
        }
      }
      const subject = one['Subject'];
      if (subject !== undefined) expect(facts.tags).toEqual(expect.arrayContaining([subject].flat().map(String)));
      const rating = Number(text('Rating'));
      if (rating > 0) expect([name, facts.rating]).toEqual([name, rating]);
    }
  },
);
