/** Which sessions have locked photos open: by the clock, the person, and whichever process changed the PIN. */
import { expect, test } from 'vitest';
import { openPins } from '../../src/access/pins.js';
import { commandLine } from '../../src/access/actor.js';
import { openTestAccess } from './fixture.js';

test('locked photos are open for five minutes, and closed by a clock set back and by another PIN', () => {
  const { db, clock } = openTestAccess();
  const [pins, elsewhere] = [openPins(db, clock), openPins(db, clock)];
  pins.put('ben', 'hash');
  const start = clock.now();
  pins.open('s', 'ben');
  expect(pins.openUntil('s', 'ben')).toBe(start + 300_000);
  expect([pins.openUntil('s', 'ada'), pins.openUntil('other', 'ben'), elsewhere.openUntil('s', 'ben')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  clock.advance(-1);
  expect(pins.openUntil('s', 'ben')).toBeUndefined();
  clock.advance(300_000);
  expect(pins.openUntil('s', 'ben')).toBe(start + 300_000);
  clock.advance(1);
  expect(pins.openUntil('s', 'ben')).toBeUndefined();
  pins.open('s', 'ben');
  elsewhere.renew('ben', 'hash', 'hash of other cost');
  expect(pins.openUntil('s', 'ben')).toBeDefined();
  elsewhere.put('ben', 'another');
  expect(pins.openUntil('s', 'ben')).toBeUndefined();
  pins.open('s', 'ben');
  pins.close('s');
  expect(pins.openUntil('s', 'ben')).toBeUndefined();
});

test('a password from a link or a command is in doubt, a PIN stays when its person is removed', async () => {
  const { db, clock, accounts, lockedFolder, join } = openTestAccess();
  const pins = openPins(db, clock);
  await join('ada', 'owner');
  const ben = await join('ben');
  expect(pins.isDoubted(ben)).toBe(true);
  accounts.setPassword(ben, 'hash', commandLine, { own: true });
  expect(pins.isDoubted(ben)).toBe(true);
  pins.put(ben, 'hash of the PIN');
  expect(lockedFolder.reset(ben, commandLine)).toBe(true);
  expect([pins.isDoubted(ben), pins.hash(ben), lockedFolder.reset(ben, commandLine)]).toEqual([
    false,
    undefined,
    false,
  ]);
  pins.put(ben, 'hash of the PIN');
  accounts.remove(ben, commandLine);
  expect(pins.hash(ben)).toBe('hash of the PIN');
});
