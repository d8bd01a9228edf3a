/** Dates in file names: as phones, messengers and sync tools write them, and look-alikes. */
import { describe, expect, test } from 'vitest';
import { wallTimeInName } from '../../src/document/filename-dates.js';

describe('a date with its time', () => {
  test.each([
    'IMG_20240701_120000.jpg',
    'IMG_20240701_120000_1.jpg',
    'IMG_20240701_120000_HDR.jpg',
    'MVIMG_20240701_120000.jpg',
    'VID_20240701_120000.mp4',
    'BURST20240701120000.jpg',
    'PANO_20240701_120000.vr.jpg',
    '20240701_120000.jpg',
    '20240701_120000(0).jpg',
    '20240701120000.jpg',
    'Screenshot_2024-07-01-12-00-00.png',
    'Screenshot_20240701-120000.png',
    'Screenshot_20240701_120000_Chrome.jpg',
    'Screenshot 2024-07-01 at 12.00.00.png',
    'Screenshot 2024-07-01 at 12.00.00\u202fPM.png',
    'Screen Shot 2024-07-01 at 12.00.00 PM (2).png',
    'Bildschirmfoto 2024-07-01 um 12.00.00.png',
    'Capture d’écran 2024-07-01 à 12.00.00.png',
    'WhatsApp Image 2024-07-01 at 12.00.00.jpeg',
    'WhatsApp Image 2024-07-01 at 12.00.00 (1).jpeg',
    'WhatsApp Image 2024-07-01 at 12.00.00_0a1b2c3d.jpg',
    'signal-2024-07-01-120000.jpg',
    'signal-2024-07-01-120000_002.jpg',
    'signal-2024-07-01-12-00-00.jpg',
    'photo_2024-07-01_12-00-00.jpg',
    'photo_2_2024-07-01_12-00-00.jpg',
    '2024-07-01 12.00.00.jpg',
    '2024-07-01 12.00.00-1.jpg',
    '2024_07_01_12_00_00.jpg',
    '2024.07.01 12:00:00.jpg',
    '2024-07-01T12:00:00.jpg',
    'WP_20240701_12_00_00_Pro.jpg',
    '1000_20240701_120000.jpg',
  ])('%s', (name) => expect(wallTimeInName(name)).toBe('2024-07-01T12:00:00.000'));

  test.each([
    ['PXL_20240701_101500123.jpg', '2024-07-01T10:15:00.123'],
    ['PXL_20240701_101500123.MP.jpg', '2024-07-01T10:15:00.123'],
    ['PXL_20240701_101500123~2.jpg', '2024-07-01T10:15:00.123'],
    ['signal-2024-07-01-12-00-00-456.jpg', '2024-07-01T12:00:00.456'],
    ['Screenshot 2024-07-01 at 9.05.03 PM.png', '2024-07-01T21:05:03.000'],
    ['Screenshot 2024-07-01 at 12.05.03 AM.png', '2024-07-01T00:05:03.000'],
    ['scan of 1955-08-03 and 2024-07-01 120000.jpg', '1955-08-03T12:00:00.000'],
    ['99999999_20240229_235959.jpg', '2024-02-29T23:59:59.000'],
  ])('%s', (name, time) => expect(wallTimeInName(name)).toBe(time));
});

test.each([
  'IMG-20240701-WA0001.jpg',
  'VID-20240701-WA0001.mp4',
  '2024-07-01.jpg',
  '20240701.jpg',
  'IMG_20240701_1.jpg',
  '2024-07-01 party.jpg',
])('a date alone means noon: %s', (name) => expect(wallTimeInName(name)).toBe('2024-07-01T12:00:00.000'));

test.each(['IMG_20240701_250000.jpg', 'IMG_20240701_126000.jpg', '2024-07-01 at 13.00.00 PM.png'])(
  'an impossible time leaves the date: %s',
  (name) => expect(wallTimeInName(name)).toBe('2024-07-01T12:00:00.000'),
);

test.each(['1719828000123.jpg', 'FB_IMG_1719828000123.jpg', 'mmexport1719828000123.jpg', 'IMG_1719828000123.jpg'])(
  'milliseconds since 1970 are shown as UTC: %s',
  (name) => expect(wallTimeInName(name)).toBe('2024-07-01T10:00:00.123'),
);

test.each([
  '',
  'a.jpg',
  'IMG_1234.jpg',
  'DSC01234.JPG',
  'P1020304.JPG',
  'IMG_20240230_120000.jpg',
  'IMG_20230229_120000.jpg',
  'IMG_20241301_120000.jpg',
  'IMG_20240700_120000.jpg',
  'IMG_18991231_120000.jpg',
  'IMG_21000101_120000.jpg',
  '2024-07.jpg',
  '2024-0701.jpg',
  '120240701.jpg',
  '2024070112.jpg',
  '1719828000.jpg',
  '17198280001234.jpg',
  'received_1719828000123456.jpg',
])('no date: %s', (name) => expect(wallTimeInName(name)).toBeUndefined());

test('a hostile name of a megabyte is parsed as fast as any other', () => {
  for (const text of ['20240701_', '1'.repeat(13), ' at ', '2024-13-01 at ']) {
    expect([undefined, '2024-07-01T12:00:00.000']).toContain(wallTimeInName(text.repeat(100_000)));
  }
});
