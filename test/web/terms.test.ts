import { describe, expect, it } from 'vitest';
import { completions, termFor, typedAt } from '../../web/src/features/header/search-completion.js';
import { termsOf } from '../../web/src/features/header/search-terms.js';

const keys = [
  ['tag', 'a tag'],
  ['taken', 'when'],
] as const;
const known = {
  tag: [
    { value: 'beach', count: 3 },
    { value: 'Été à la mer', count: 2 },
  ],
  place: [{ value: 'Palisade, Colorado, United States', count: 5 }],
};
const at = (text: string) => completions(typedAt(text, text.length), keys, known).map((one) => one.text);

describe('the typed text', () => {
  it('becomes a key, a value, or a value of a key', () => {
    expect(at('ta').slice(0, 2)).toEqual(['tag:', 'taken:']);
    expect(at('sunset tag:')).toEqual(['tag:beach', 'tag:"Été à la mer"']);
    expect(at('tag:mer')).toEqual(['tag:"Été à la mer"']);
    expect(at('tag:"ete a')).toEqual(['tag:"Été à la mer"']);
    expect(at('-tag:b')).toEqual(['-tag:beach']);
    expect(at('pal')).toEqual(['place:="Palisade, Colorado, United States"']);
    expect(at('place:="Palisade, Col')).toEqual(['place:="Palisade, Colorado, United States"']);
    expect(at('')).toEqual([]);
    expect(at('nothing:x')).toEqual([]);
  });

  it('is replaced in place', () => {
    expect(typedAt('a tag:be c', 8)).toMatchObject({ from: 2, to: 8, key: 'tag', value: 'be' });
    expect(termFor('tag', 'say "so"')).toBe('tag:"say \\"so\\""');
    expect(termsOf('-tag:"a b" place:="c, d" e')).toEqual(['-tag:"a b"', 'place:="c, d"', 'e']);
  });
});
