/** Requests that edit photos: which may wait on a device until the server is reached. */
import { expect, test } from 'vitest';
import { mayWait } from '../../web/src/lib/edits/edit-request.js';

test('only changes that can be made twice without harm may wait', () => {
  const ids = ['a'.repeat(64)];
  expect(
    mayWait([
      { ids, favourite: true },
      { ids, trashed: true, taken: '2024-07-01', develop: { rotate: 90 } },
    ]),
  ).toBe(true);
  expect(
    mayWait([
      { ids, favourite: true },
      { ids, shift: 3600 },
    ]),
  ).toBe(false);
  expect(mayWait([{ ids, turn: 90 }])).toBe(false);
});
