/**
 * When a picture was taken, end to end: from the file's tags, its name, its modification time, and with priority over
 * all of them a person's edit. Includes cases that other programs got wrong.
 */
import { describe, expect, it, test } from 'vitest';
import { format, type PhotoDocument, type TakenSource } from '../../src/document/photo-document.js';
import { takenOf } from '../../src/document/time-taken.js';
import { readFacts } from '../../src/photo/facts/read-metadata.js';

type Tags = Record<string, string | { num: string; val: string }>;

/** The time shown for a file with these tags and this name. */
function shown(tags: Tags, name = 'IMG_0001.JPG', edited?: { local: string; offset?: string }): string {
  const answer = Object.fromEntries(
    Object.entries(tags).map(([tag, value]) => [tag, typeof value === 'string' ? { val: value } : value]),
  );
  const at = '2026-11-24T10:00:00.000Z';
  const document: PhotoDocument = {
    format,
    kind: 'photo',
    facts: { recipe: 1, type: 'image/jpeg', bytes: 1, width: 1, height: 1, ...readFacts(answer) },
    renditions: { recipe: 1 },
    sidecars: {},
    sightings: { 's a': { at, server: 's', name, modified: '2020-02-02T02:02:02.000Z' } },
    edits: edited ? { taken: [{ value: edited, at: '000001700000000-0000-test', by: 'person:a' }] } : {},
  };
  const { taken, offset = '', takenSource } = takenOf(document);
  return `${taken}${offset} ${takenSource}`;
}

const zurich: Tags = {
  'Composite:GPSLatitude': { num: '47.37', val: '47 deg' },
  'Composite:GPSLongitude': { num: '8.54', val: '8 deg' },
  'ExifTool:GeolocationTimeZone': 'Europe/Zurich',
};
const clock = (date: string, time: string): Tags => ({ 'GPS:GPSDateStamp': date, 'GPS:GPSTimeStamp': time });
const original = (text: string): Tags => ({ 'ExifIFD:DateTimeOriginal': text });

test.each<[string, Tags, string]>([
  [
    'an offset that is known',
    { ...original('2024:07:01 12:00:00'), 'ExifIFD:OffsetTimeOriginal': '+05:30' },
    '2024-07-01T12:00:00.000+05:30 exif',
  ],
  ['one that is not', original('2024:07:01 12:00:00'), '2024-07-01T12:00:00.000 exif'],
  [
    'one of another tag, which means another time',
    { ...original('2024:07:01 12:00:00'), 'ExifIFD:OffsetTime': '+02:00' },
    '2024-07-01T12:00:00.000 exif',
  ],
  [
    'one that the GPS clock tells',
    { ...original('2024:07:01 12:00:00'), ...clock('2024:07:01', '10:00:02') },
    '2024-07-01T12:00:00.000+02:00 exif',
  ],
  ['GPS time in summer', { ...zurich, ...clock('2024:07:01', '10:00:00') }, '2024-07-01T12:00:00.000+02:00 gps'],
  ['GPS time in winter', { ...zurich, ...clock('2024:01:01', '10:00:00') }, '2024-01-01T11:00:00.000+01:00 gps'],
  [
    'before the clocks go forward',
    { ...zurich, ...clock('2024:03:31', '00:59:59') },
    '2024-03-31T01:59:59.000+01:00 gps',
  ],
  ['after they went forward', { ...zurich, ...clock('2024:03:31', '01:00:00') }, '2024-03-31T03:00:00.000+02:00 gps'],
  [
    'the hour that comes twice, first',
    { ...zurich, ...clock('2024:10:27', '00:30:00') },
    '2024-10-27T02:30:00.000+02:00 gps',
  ],
  ['and again', { ...zurich, ...clock('2024:10:27', '01:30:00') }, '2024-10-27T02:30:00.000+01:00 gps'],
  [
    'a video at a place',
    { ...zurich, 'QuickTime:CreateDate': '2024:07:01 10:00:00' },
    '2024-07-01T12:00:00.000+02:00 quicktime',
  ],
  ['a video at no place', { 'QuickTime:CreateDate': '2024:07:01 10:00:00' }, '2024-07-01T10:00:00.000 quicktime'],
  [
    'a video of a clock that nobody set',
    { 'QuickTime:CreateDate': '1904:01:01 00:00:00' },
    '2020-02-02T02:02:02.000 modified',
  ],
  [
    "Apple's own date",
    { 'Keys:CreationDate': '2024:07:01 12:00:00+02:00', 'QuickTime:CreateDate': '2024:07:01 09:00:00' },
    '2024-07-01T12:00:00.000+02:00 quicktime',
  ],
  ['hours from 1 to 24', original('2024:07:01 24:05:00'), '2024-07-01T00:05:00.000 exif'],
  ['midnight by such a clock', original('2024:07:01 24:00:00'), '2024-07-01T00:00:00.000 exif'],
  ['an hour that is none', original('2024:07:01 25:00:00'), '2020-02-02T02:02:02.000 modified'],
  ['zeros', original('0000:00:00 00:00:00'), '2020-02-02T02:02:02.000 modified'],
  ['blanks', original('    :  :     :  :  '), '2020-02-02T02:02:02.000 modified'],
  ['the year 0000', original('0000:07:01 12:00:00'), '2020-02-02T02:02:02.000 modified'],
  ['the 30th of February', original('2024:02:30 12:00:00'), '2020-02-02T02:02:02.000 modified'],
  ['a leap day', original('2024:02:29 12:00:00'), '2024-02-29T12:00:00.000 exif'],
  ['after 2038', original('2038:01:19 03:14:08'), '2038-01-19T03:14:08.000 exif'],
  ['long after', original('2106:02:07 06:28:16'), '2106-02-07T06:28:16.000 exif'],
  [
    'a fraction',
    { ...original('2024:07:01 12:00:00'), 'ExifIFD:SubSecTimeOriginal': '5' },
    '2024-07-01T12:00:00.500 exif',
  ],
  ['a leap second', original('2016:12:31 23:59:60'), '2016-12-31T23:59:59.000 exif'],
  [
    'IPTC day and time',
    { 'IPTC:DateCreated': '2024:07:01', 'IPTC:TimeCreated': '14:30:00+02:00' },
    '2024-07-01T14:30:00.000+02:00 iptc',
  ],
  [
    'IPTC time of a zone that nobody knew',
    { 'IPTC:DateCreated': '2024:07:01', 'IPTC:TimeCreated': '14:30:00+00:00' },
    '2024-07-01T14:30:00.000 iptc',
  ],
  ['IPTC time without a day', { 'IPTC:TimeCreated': '14:30:00+00:00' }, '2020-02-02T02:02:02.000 modified'],
  [
    'a program that saved it',
    { ...original('2024:07:01 12:00:00'), 'IFD0:ModifyDate': '2025:01:01 09:00:00' },
    '2024-07-01T12:00:00.000 exif',
  ],
])('%s', (_, tags, expected) => {
  expect(shown(tags)).toBe(expected);
});

describe('a name', () => {
  test.each<[string, string, TakenSource]>([
    ['IMG_20240701_120000.jpg', '2024-07-01T12:00:00.000', 'name'],
    ['PXL_20240701_120000123.jpg', '2024-07-01T12:00:00.123', 'name'],
    ['IMG-20240701-WA0001.jpg', '2024-07-01T12:00:00.000', 'name'],
    ['WhatsApp Image 2024-07-01 at 09.05.00.jpeg', '2024-07-01T09:05:00.000', 'name'],
    ['Screenshot_20240701-120000.png', '2024-07-01T12:00:00.000', 'name'],
    ['Screenshot 2024-07-01 at 9.05.00 PM.png', '2024-07-01T21:05:00.000', 'name'],
    ['signal-2024-07-01-120000.jpg', '2024-07-01T12:00:00.000', 'name'],
    ['IMG_1234.JPG', '2020-02-02T02:02:02.000', 'modified'],
    ['20241301_120000.jpg', '2020-02-02T02:02:02.000', 'modified'],
  ])('%s', (name, taken, source) => {
    expect(shown({}, name)).toBe(`${taken} ${source}`);
  });

  it('comes after the file’s metadata', () => {
    expect(shown(original('2024:07:01 12:00:00'), 'IMG_20200101_000000.jpg')).toBe('2024-07-01T12:00:00.000 exif');
  });
});

it('is overridden by an edit, whatever the file contains', () => {
  const said = { local: '1999-12-31T23:59:59.000', offset: '-08:00' };
  expect(shown(original('2024:07:01 12:00:00'), 'a.jpg', said)).toBe('1999-12-31T23:59:59.000-08:00 edit');
});
