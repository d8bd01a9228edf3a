/** Which clicks and keys are left to the browser. */
import { expect, test } from 'vitest';
import { hasModifier, isPlainClick } from '../../web/src/lib/modifier-keys.js';

const none = { button: 0, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

test('a click with any modifier key, or another button, is left to the browser', () => {
  expect(isPlainClick(none)).toBe(true);
  expect(isPlainClick({ ...none, button: 1 })).toBe(false);
  for (const key of ['ctrlKey', 'metaKey', 'altKey', 'shiftKey'])
    expect(isPlainClick({ ...none, [key]: true })).toBe(false);
});

test('a key with Ctrl, Command or Alt is left to the browser; Shift makes another character', () => {
  expect(hasModifier({ ...none, shiftKey: true } as MouseEvent)).toBe(false);
  for (const key of ['ctrlKey', 'metaKey', 'altKey']) expect(hasModifier({ ...none, [key]: true })).toBe(true);
});
