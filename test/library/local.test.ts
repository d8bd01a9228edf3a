/** The local tables: locations of originals, files seen and left in place, settings. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameKey, type OriginalRow } from '../../src/library/local-tables.js';
import { memory } from './libraries.js';

const open = () => memory().library.local;
const original = (n: number, claim = `claim${n}`): Omit<OriginalRow, 'path' | 'state'> => ({
  sha256: `sha${n}`,
  claim,
  bytes: n,
  modified: n + 0.5,
});
const named = (name: string) => (n: number) => (n === 0 ? `${name}.jpg` : `${name}-${n}.jpg`);

describe('originals', () => {
  test('a name is reserved once, whatever its case or normal form, and never an occupied one', () => {
    const { originals } = open();
    expect(originals.reserve(original(1), named('2024/07/Ä'))).toEqual({ kind: 'reserved', path: '2024/07/Ä.jpg' });
    expect(originals.reserve(original(2), named('2024/07/a\u0308'))).toEqual({
      kind: 'reserved',
      path: '2024/07/a\u0308-1.jpg',
    });
    expect(originals.reserve(original(3), named('x'), (path) => path !== 'x-3.jpg')).toEqual({
      kind: 'reserved',
      path: 'x-3.jpg',
    });
    expect(originals.findByPath('2024/07/ä.JPG')).toEqual({ ...original(1), path: '2024/07/Ä.jpg', state: 'reserved' });
    expect(originals.counts()).toEqual({ reserved: 3, here: 0, sidecars: 0 });
    expect(originals.reserved()).toHaveLength(3);
  });

  test('the claim with the reservation finishes, another waits, and stored bytes are a duplicate', () => {
    const { originals } = open();
    originals.reserve(original(1, 'a'), named('x'));
    expect(originals.reserve(original(1, 'a'), named('y'))).toEqual({ kind: 'reserved', path: 'x.jpg' });
    expect(originals.reserve(original(1, 'b'), named('y'))).toEqual({ kind: 'other', claim: 'a' });
    originals.arrived('sha1');
    expect(originals.reserve(original(1, 'b'), named('y'))).toEqual({ kind: 'here', path: 'x.jpg' });
    expect(originals.find('sha1')).toEqual({ ...original(1, 'a'), path: 'x.jpg', state: 'here' });
  });

  test('a dead claim is taken over once, a live one releases only its own, and stored originals stay', () => {
    const { originals } = open();
    originals.reserve(original(1, 'dead'), named('x'));
    expect(originals.takeOver('sha1', 'dead', 'b')).toBe(true);
    expect(originals.takeOver('sha1', 'dead', 'c')).toBe(false);
    originals.release('sha1', 'dead');
    expect(originals.find('sha1')?.claim).toBe('b');
    originals.arrived('sha1');
    originals.release('sha1', 'b');
    expect(originals.takeOver('sha1', 'b', 'c')).toBe(false);
    expect(originals.find('sha1')?.state).toBe('here');
    originals.remove('sha1');
    expect(originals.find('sha1')).toBeUndefined();
    originals.reserve(original(2, 'b'), named('x'));
    originals.release('sha2', 'b');
    expect(originals.counts()).toEqual({ reserved: 0, here: 0, sidecars: 0 });
  });

  test('are recorded at their location, and listed', () => {
    const { originals } = open();
    const rows = Array.from({ length: 1001 }, (_, n): OriginalRow => ({
      ...original(n),
      path: `p${n}`,
      state: 'here',
    }));
    rows.forEach((row) => originals.put(row));
    originals.put({ ...rows[0]!, path: 'moved' });
    expect([...originals.all()]).toHaveLength(1001);
    expect(originals.find('sha0')?.path).toBe('moved');
    expect(originals.findByPath('p0')).toBeUndefined();
    expect(() => originals.put({ ...rows[1]!, path: 'P2' })).toThrow();
  });

  test('without a free name there is an error, and nothing is reserved', () => {
    const { originals } = open();
    expect(() =>
      originals.reserve(
        original(1),
        () => 'same',
        () => true,
      ),
    ).toThrow(expect.objectContaining({ code: 'conflict' }));
    expect(originals.find('sha1')).toBeUndefined();
  });
});

test('names that a filesystem may treat as equal have the same key', () => {
  for (const [a, b] of [
    ['É.jpg', 'e\u0301.JPG'],
    ['STRASSE', 'straße'],
    ['ſ', 's'],
    ['\u212a', 'k'],
    ['Σς', 'σσ'],
  ] as const)
    expect(nameKey(a)).toBe(nameKey(b));
  expect(nameKey('a')).not.toBe(nameKey('b'));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      expect(nameKey(nameKey(name))).toBe(nameKey(name));
      for (const form of ['NFC', 'NFD'] as const) expect(nameKey(name.normalize(form))).toBe(nameKey(name));
    }),
  );
});

test('files left in place are known by path, size and time', () => {
  const { seen } = open();
  seen.put('/in/a.jpg', 5, '123456789', 'sha');
  expect(seen.find('/in/a.jpg', 5, '123456789')).toBe('sha');
  expect(seen.find('/in/a.jpg', 6, '123456789')).toBeUndefined();
  expect(seen.find('/in/a.jpg', 5, '123456780')).toBeUndefined();
  seen.put('/in/a.jpg', 6, '2', 'other');
  expect(seen.find('/in/a.jpg', 6, '2')).toBe('other');
  expect(seen.find('/in/a.jpg', 5, '123456789')).toBeUndefined();
});

test('settings are kept', () => {
  const local = open();
  expect(local.setting('a')).toBeUndefined();
  local.setSetting('a', '1');
  local.setSetting('a', '2');
  expect(local.setting('a')).toBe('2');
});

describe('today', () => {
  test('counts stored files and duplicates, once each, until midnight', () => {
    let now = new Date(2026, 0, 1, 23, 59).getTime();
    const { local } = memory({ clock: { now: () => now, sleep: () => Promise.resolve() } }).library;
    local.originals.reserve(original(1), named('x'));
    expect(local.today.count()).toEqual({ stored: 0, duplicates: 0 });
    local.originals.arrived('sha1');
    local.originals.arrived('sha1');
    local.today.add('duplicates');
    expect(local.today.count()).toEqual({ stored: 1, duplicates: 1 });
    now += 60_000;
    expect(local.today.count()).toEqual({ stored: 0, duplicates: 0 });
    local.today.add('duplicates');
    expect(local.today.count()).toEqual({ stored: 0, duplicates: 1 });
  });
});
