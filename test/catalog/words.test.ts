import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cameraLabel, countryCode, placeLabel, placeWords } from '../../src/catalog/place-names.js';
import { fold, hasPhrase, wordsOf } from '../../src/catalog/tokenize.js';

describe('words', () => {
  test.each<[string, string[]]>([
    ['IMG_1234.JPG', ['img', '1234', 'jpg']],
    ['Crème brûlée, Ångström', ['creme', 'brulee', 'angstrom']],
    ['Straße Łódź Øresund Æther', ['strasse', 'lodz', 'oresund', 'aether']],
    ['ﬁne ＷＩＤＥ', ['fine', 'wide']],
    ['İstanbul ΟΔΟΣ', ['istanbul', 'οδοσ']],
    ['東京タワー2024', ['東', '京', 'タ', 'ワ', 'ー', '2024']],
    ['ガ', ['ガ']],
    ['서울 타워', ['서울', '타워']],
    ['हिन्दी', ['हिन्दी']],
    ['ไทย', ['ไ', 'ท', 'ย']],
    ['party 🎂!', ['party', '🎂']],
    ['❤️', ['❤']],
    ["don't", ['don', 't']],
    ['a\u0000b', ['a', 'b']],
    ['', []],
    ['…—"\'*()', []],
  ])('%s', (text, expected) => {
    expect(wordsOf(text)).toEqual(expected);
  });

  test('a long word is truncated in searches and texts alike', () => {
    expect(wordsOf('x'.repeat(1_000))).toEqual(['x'.repeat(64)]);
  });

  test('folding is idempotent, and words are stable', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0x10ffff), { maxLength: 30 }), (points) => {
        const text = String.fromCodePoint(...points);
        expect(fold(fold(text))).toBe(fold(text));
        for (const word of wordsOf(text)) expect(wordsOf(word)).toEqual([word]);
        expect(wordsOf(text).join('')).not.toMatch(/[\s"*]/u);
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  test('a phrase is found as written', () => {
    const sequence = wordsOf('the old town hall');
    const found = (text: string, prefix: boolean): boolean => hasPhrase(sequence, { words: wordsOf(text), prefix });
    expect(found('old town', false)).toBe(true);
    expect(found('old to', false)).toBe(false);
    expect(found('old to', true)).toBe(true);
    expect(found('ol town', true)).toBe(false);
    expect(found('hall', false)).toBe(true);
    expect(found('hall the', true)).toBe(false);
  });
});

describe('names', () => {
  test('of places', () => {
    expect(placeLabel(['Palisade', 'Colorado', 'US'])).toBe('Palisade, Colorado, United States');
    expect(placeLabel(['', '', 'ZZZ'])).toBe('ZZZ');
    expect(placeWords(['Köln', '', 'DE'])).toEqual(['koln', 'germany', 'de']);
    expect(countryCode('uk')).toBe('GB');
    expect(countryCode('qq')).toBeUndefined();
    expect(countryCode('berlin')).toBeUndefined();
  });

  test.each([
    ['Canon', 'Canon EOS 40D', 'Canon EOS 40D'],
    ['NIKON CORPORATION', 'NIKON D90', 'NIKON D90'],
    ['EASTMAN KODAK COMPANY', 'KODAK Z740', 'KODAK Z740'],
    ['SONY', 'ILCE-7M3', 'SONY ILCE-7M3'],
    ['Apple', '', 'Apple'],
    ['', 'X100', 'X100'],
  ])('of cameras: %s, %s', (make, model, label) => {
    expect(cameraLabel(make, model)).toBe(label);
  });
});
