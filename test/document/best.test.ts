/** Which of several files of the same picture is proposed: the camera's original. */
import { describe, expect, it } from 'vitest';
import { bestOf, isResaved, type Judged } from '../../src/document/best-duplicate.js';

const camera = { camera: { make: 'Canon', model: 'EOS 40D' }, exposure: { iso: 100, aperture: 8 } };
let count = 0;
const photo = (over: Partial<Judged> = {}): Judged => ({
  ...{ id: (++count).toString(16).padStart(64, '0'), name: `IMG_${count}.jpg`, type: 'image/jpeg' },
  ...{ width: 4000, height: 3000, bytes: 4_000_000, added: '2026-01-01T10:00:00.000Z' },
  ...{ taken: '2024-07-01T12:00:00.000', ...camera },
  ...over,
});

/** The first one wins, in any order. */
function expectFirst(original: Judged, ...others: Judged[]): void {
  for (const other of others)
    for (const pair of [
      [original, other],
      [other, original],
    ])
      expect(bestOf(pair)).toBe(original.id);
  expect(bestOf([...others, original])).toBe(original.id);
}

describe('the best duplicate', () => {
  it('is the camera’s original, even if a program’s version has more bytes', () => {
    expectFirst(
      photo(),
      photo({ bytes: 9_000_000, resaved: true }),
      photo({ bytes: 9_000_000, camera: undefined, exposure: undefined } as never),
      photo({ bytes: 9_000_000, exposure: undefined } as never),
      photo({ bytes: 9_000_000, type: 'image/png' }),
      photo({ bytes: 3_000_000 }),
      photo({ width: 2000, height: 1500, bytes: 9_000_000 }),
    );
  });

  it.each(['IMG_1-edited.jpg', 'IMG_1 (2).jpg', 'img_1 copy.JPG', 'IMG_1_bearbeitet.jpeg', 'IMG_1~2.jpg'])(
    'is the original of %s',
    (name) => expectFirst(photo({ name: 'IMG_1.jpg' }), photo({ name, bytes: 9_000_000 })),
  );

  it('does not depend on names if these are two shots', () => {
    expectFirst(photo({ name: 'IMG_12.jpg', bytes: 5_000_000 }), photo({ name: 'IMG_1.jpg' }));
    expectFirst(
      photo({ name: 'Burst-2.jpg', bytes: 5_000_000, taken: '2024-07-01T12:00:01.000' }),
      photo({ name: 'Burst.jpg' }),
    );
  });

  it('is the undamaged one of the same size, even if the damaged one has more bytes', () => {
    expectFirst(photo(), photo({ bytes: 9_000_000, damaged: true }));
    expectFirst(photo({ damaged: true }), photo({ width: 2000, height: 1500 }));
  });

  it('is the one with a RAW, otherwise the larger file, otherwise the earlier', () => {
    expectFirst(photo({ stack: [{ id: 'f'.repeat(64), type: 'image/x-canon-cr2' }] }), photo({ bytes: 9_000_000 }));
    expectFirst(photo({ bytes: 4_100_000 }), photo());
    expectFirst(photo({ taken: '2024-07-01T11:59:59.000' }), photo());
  });
});

describe('re-saved', () => {
  const shot = { 'ExifIFD:DateTimeOriginal': '2024:07:01 12:00:00' };
  it.each([
    [false, {}],
    [false, undefined],
    [false, shot],
    [false, { ...shot, 'IFD0:ModifyDate': '2024:07:01 12:00:00' }],
    [false, { ...shot, 'IFD0:ModifyDate': '2024:07:01 12:00:30' }],
    [false, { ...shot, 'IFD0:ModifyDate': '2003:01:01 00:00:00' }],
    [false, { ...shot, 'IFD0:ModifyDate': '0000:00:00 00:00:00' }],
    [false, { ...shot, 'IFD0:ModifyDate': 7 }],
    [true, { ...shot, 'IFD0:ModifyDate': '2024:07:03 09:00:00' }],
  ])('%s: %j', (is, tags) => expect(isResaved(tags)).toBe(is));
});
