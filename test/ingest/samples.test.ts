/** The sample pictures: whole, the same every time, never over a file that is there, and with facts to show. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExifTool } from 'exiftool-vendored';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFiles } from '../../src/base/files.js';
import { placeSamples, sampleNames } from '../../src/ingest/samples/sample-photos.js';

const folder = mkdtempSync(join(tmpdir(), 'photospool-samples-'));
const files = openFiles();
const exiftool = new ExifTool({ maxProcs: 1 });
const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
let placed: string[];

beforeAll(async () => {
  placed = await placeSamples(folder, files);
});
afterAll(async () => {
  await exiftool.end();
  rmSync(folder, { recursive: true });
});

describe('samples', () => {
  test('are placed under their names, without leftovers', () => {
    expect(placed).toEqual([...sampleNames].sort());
    expect(readdirSync(folder).sort()).toEqual(placed);
  });

  test('are pictures of many shapes, upright, panorama and square among them', async () => {
    const shapes = await Promise.all(sampleNames.map((name) => sharp(join(folder, name)).metadata()));
    const ratios = shapes.map(({ width, height }) => width / height);
    expect(Math.min(...ratios)).toBeLessThan(0.7);
    expect(Math.max(...ratios)).toBeGreaterThan(2.9);
    expect(ratios).toContain(1);
    expect(shapes.every(({ format, channels }) => format === 'jpeg' && channels === 3)).toBe(true);
    const means = await Promise.all(sampleNames.map((name) => sharp(join(folder, name)).stats()));
    expect(means.every(({ entropy }) => entropy > 5)).toBe(true);
  });

  test('have the same bytes every time, and never replace a file with their name', async () => {
    const again = join(folder, 'again');
    await files.makeFolder(again);
    writeFileSync(join(again, 'sample-sea.jpg'), 'mine');
    // One painter of land and one of light are asked again, with the tools that all share; the others find their names in use.
    const painted = ['sample-ridges.jpg', 'sample-stars.jpg'];
    for (const name of placed.filter((one) => one !== 'sample-sea.jpg' && !painted.includes(one)))
      copyFileSync(join(folder, name), join(again, name));
    expect(await placeSamples(again, files)).toEqual(painted);
    expect(readFileSync(join(again, 'sample-sea.jpg'), 'utf8')).toBe('mine');
    for (const name of placed.filter((one) => one !== 'sample-sea.jpg')) {
      expect(hash(join(again, name)), name).toBe(hash(join(folder, name)));
    }
    expect(await placeSamples(again, files)).toEqual([]);
  });

  test('carry facts', async () => {
    const tags: Record<string, unknown> = await exiftool.readRaw(join(folder, 'sample-stars.jpg'), {
      readArgs: ['-n', '-G1'],
    });
    expect(tags).toMatchObject({
      'IFD0:Make': 'Photospool',
      'ExifIFD:DateTimeOriginal': '2023:08:12 23:31:02',
      'ExifIFD:OffsetTimeOriginal': '-06:00',
      'ExifIFD:ExposureTime': 15,
      'ExifIFD:FNumber': 1.8,
      'ExifIFD:ISO': 3200,
      'ExifIFD:LensModel': 'Sample lens 20 mm',
      'XMP-dc:Title': 'A night outside',
      'XMP-dc:Subject': ['night', 'stars', 'camping'],
      'XMP-xmp:Rating': 5,
    });
    expect(tags['Composite:GPSLatitude']).toBeCloseTo(37.6283, 4);
    expect(tags['Composite:GPSLongitude']).toBeCloseTo(-112.1677, 4);
    const years = await Promise.all(sampleNames.map((name) => exiftool.read(join(folder, name))));
    expect(new Set(years.map(({ DateTimeOriginal }) => String(DateTimeOriginal).slice(0, 4))).size).toBeGreaterThan(5);
  });
});
