/** Photos of phones are recognised by their facts and names, and other pictures are not taken for them. */
import { describe, expect, it } from 'vitest';
import { kindsOf, type KindSource, type PhotoKinds } from '../../src/document/photo-kinds.js';

const phone = { make: 'Apple', model: 'iPhone 12' };

function kinds(facts: object, view: Partial<KindSource> = {}): (keyof PhotoKinds)[] {
  const found = kindsOf(facts, { name: 'IMG_0001.JPG', type: 'image/jpeg', ...view });
  return (Object.keys(found) as (keyof PhotoKinds)[]).filter((kind) => found[kind]);
}

describe('screenshots', () => {
  it.each([
    'Screenshot_20240101-123456.png',
    'Screenshot_20240101_123456_One UI Home.jpg',
    'Screen Shot 2019-05-01 at 10.00.00.png',
    'Screenshot from 2024-01-01 12-00-00.png',
    'Bildschirmfoto 2024-01-01 um 12.00.00.png',
    'Capture d’écran 2024-01-01 à 12.00.00.png',
    'Captura de pantalla 2024-01-01.png',
    'Skärmavbild 2024-01-01 kl. 12.00.00.png',
    'Снимок экрана 2024-01-01.png',
    'スクリーンショット 2024-01-01.png',
    '屏幕截图 2024-01-01.png',
  ])('have the name %s, composed or not', (name) => {
    for (const form of ['NFC', 'NFD'])
      expect(kinds({ width: 1080, height: 2400 }, { name: name.normalize(form) })).toEqual(['screenshot']);
  });

  it('have the size of a screen and a name of iOS', () => {
    const png = { name: 'IMG_0042.PNG', type: 'image/png' };
    expect(kinds({ width: 1170, height: 2532 }, png)).toEqual(['screenshot']);
    expect(kinds({ width: 2532, height: 1170 }, png)).toEqual(['screenshot']);
    expect(kinds({ width: 1171, height: 2532 }, png)).toEqual([]);
    expect(kinds({ width: 1170, height: 2532 }, { ...png, camera: phone })).toEqual([]);
    expect(kinds({ width: 1170, height: 2532 }, { ...png, name: 'drawing.png' })).toEqual([]);
    expect(kinds({ width: 1170, height: 2532 }, { ...png, type: 'image/jpeg' })).toEqual([]);
  });

  it('say so themselves', () => {
    expect(kinds({ kinds: ['screenshot'], width: 1170, height: 2532 }, { camera: phone })).toEqual(['screenshot']);
    expect(kinds({ kinds: 'screenshot' })).toEqual([]);
    expect(kinds({}, { name: 'My screenshots of Rome.jpg' })).toEqual([]);
  });
});

it.each([
  ['iPhone 12 front camera 2.71mm f/2.2', ['selfie']],
  ['iPhone 15 Pro front TrueDepth camera 2.69mm f/1.9', ['selfie']],
  ['iPhone 12 back dual wide camera 4.2mm f/1.6', []],
  ['Frontier 50mm', []],
])('the lens %s', (lens, expected) => {
  expect(kinds({ width: 4032, height: 3024 }, { lens, camera: phone })).toEqual(expected);
});

it('are selfies and panoramas if their maker notes say so', () => {
  expect(kinds({ kinds: ['selfie'] })).toEqual(['selfie']);
  expect(kinds({ kinds: ['panorama'], width: 4000, height: 3000 })).toEqual(['panorama']);
});

it('are panoramas by their shape, if a camera took them, and are wider than the formats of phones', () => {
  for (const [width, height, expected] of [
    [10_800, 3_900, ['panorama']],
    [3_900, 10_800, ['panorama']],
    // 20:9, the widest that phones offer.
    [4032, 1814, []],
    [4032, 3024, []],
  ] as const) {
    expect(kinds({ width, height }, { camera: phone }), `${width} × ${height}`).toEqual(expected);
    expect(kinds({ width, height })).toEqual([]);
  }
  expect(kinds({ width: 1080, height: 9000 }, { name: 'Screenshot_1.jpg' })).toEqual(['screenshot']);
  expect(kinds({ width: 5000, height: 2500, projection: 'cylindrical' })).toEqual(['panorama']);
});

it('are spheres if they are equirectangular and twice as wide as high', () => {
  const sphere = { width: 5376, height: 2688 };
  expect(kinds({ ...sphere, projection: 'equirectangular' })).toEqual(['sphere']);
  expect(kinds(sphere, { camera: { make: 'RICOH', model: 'RICOH THETA S' } })).toEqual(['sphere']);
  expect(kinds(sphere, { camera: phone })).toEqual([]);
  // Google’s cameras also write it into partial panoramas.
  expect(kinds({ width: 9000, height: 2000, projection: 'equirectangular' })).toEqual(['panorama']);
});

it('are RAW by their type, and videos are none of these', () => {
  expect(kinds({}, { type: 'image/x-adobe-dng' })).toEqual(['raw']);
  expect(kinds({ kinds: ['selfie'] }, { type: 'video/mp4', name: 'Screenshot_1.mp4' })).toEqual([]);
});
