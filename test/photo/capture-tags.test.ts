/** Tags in which phones say what kind of picture it is. */
import { afterAll, expect, it } from 'vitest';
import { openMetadata } from '../../src/photo/facts/read-metadata.js';
import { temporaryFolder } from '../folder.js';
import { tagged } from './pictures.js';
import { readCapture } from '../../src/photo/facts/capture-tags.js';
import { openTags } from '../../src/photo/facts/exif-tags.js';

const read = (tags: Record<string, { val: string; num?: string }>) => readCapture(openTags(tags));

it.each<[Record<string, { val: string; num?: string }>, object]>([
  [{ 'ExifIFD:UserComment': { val: 'Screenshot' } }, { kinds: ['screenshot'] }],
  [{ 'XMP-exif:UserComment': { val: 'Screenshot' } }, { kinds: ['screenshot'] }],
  [{ 'ExifIFD:UserComment': { val: 'A screenshot of Rome' } }, {}],
  [{ 'Apple:CameraType': { val: 'Front', num: '6' } }, { kinds: ['selfie'] }],
  [{ 'Apple:CameraType': { val: 'Back Normal', num: '1' } }, {}],
  [{ 'ExifIFD:CustomRendered': { val: 'Panorama', num: '6' } }, { kinds: ['panorama'] }],
  [{ 'ExifIFD:CustomRendered': { val: 'Normal', num: '0' } }, {}],
  [{ 'XMP-GPano:ProjectionType': { val: 'equirectangular' } }, { projection: 'equirectangular' }],
  [{ 'XMP-GPano:ProjectionType': { val: '<script>' } }, {}],
  [
    { 'Apple:BurstUUID': { val: '8A5B2F0E-1D0B-4F0A-9B57-7A1C5F3F7E11' } },
    { burst: '8A5B2F0E-1D0B-4F0A-9B57-7A1C5F3F7E11' },
  ],
  [{ 'XMP-GCamera:BurstID': { val: '8a5b2f0e-1d0b' } }, { burst: '8a5b2f0e-1d0b' }],
  [{ 'Apple:BurstUUID': { val: 'x' } }, {}],
  [{}, {}],
])('%j', (tags, facts) => {
  expect(read(tags)).toEqual(facts);
});

const metadata = openMetadata({ processes: 1 });
afterAll(() => metadata.close());

it('are read from a file', async () => {
  const path = await tagged(
    temporaryFolder(),
    'phone.jpg',
    '-ExifIFD:UserComment=Screenshot',
    '-ExifIFD:CustomRendered#=6',
    '-XMP-GPano:ProjectionType=equirectangular',
    '-XMP-GCamera:BurstID=8a5b2f0e-1d0b',
  );
  expect(
    (await metadata.read(path, { type: 'image/jpeg', family: 'jpeg', name: 'JPEG' }, 1000, { width: 64, height: 48 }))
      .facts,
  ).toMatchObject({
    ...{ kinds: ['screenshot', 'panorama'], projection: 'equirectangular', burst: '8a5b2f0e-1d0b' },
  });
});
