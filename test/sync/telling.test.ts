/** A problem with a link is logged once, not for every attempt. */
import { expect, test } from 'vitest';
import { openLogOnce } from '../../src/base/async/log-once.js';

test('a text is logged once, also with others in between, until it is resolved', () => {
  const said: string[] = [];
  const { tell, over } = openLogOnce((text) => void said.push(text));
  for (const text of ['full', 'away', 'full', 'away']) tell(text);
  expect(said).toEqual(['full', 'away']);
  over('full');
  over('never said');
  tell('full');
  expect(said).toEqual(['full', 'away', 'full']);
});

test('the number of remembered texts is limited', () => {
  const said: string[] = [];
  const { tell } = openLogOnce((text) => void said.push(text));
  for (let n = 0; n < 60; n++) tell(`trouble ${n}`);
  tell('trouble 0');
  tell('trouble 59');
  expect(said).toHaveLength(61);
});
