import { describe, expect, test } from 'vitest';
import { PhotospoolError } from '../../src/base/errors.js';
import { parseQuery } from '../../src/catalog/search-parser.js';
import type { Term } from '../../src/catalog/query.js';

const terms = (text: string): readonly Term[] => parseQuery(text).terms;
const words = (text: string, prefix = true): Term => ({
  negated: false,
  kind: 'words',
  phrase: { words: text.split(' '), prefix },
});
const range = (column: 'taken' | 'added' | 'rating' | 'iso', min: number, max: number): Term => ({
  negated: false,
  kind: 'range',
  column,
  range: { min, max },
});
const tag = (folded: string): Term => ({ negated: false, kind: 'element', column: 'tag', folded });
const value = (column: 'camera' | 'lens' | 'place', text: string, prefix = true): Term => ({
  negated: false,
  kind: 'value',
  column,
  match: { phrase: { words: text.split(' '), prefix } },
});

describe('a search is parsed', () => {
  test.each<[string, Term[]]>([
    ['', []],
    ['  \t\n ', []],
    ['Sunset', [words('sunset')]],
    ['sunset beach', [words('sunset'), words('beach')]],
    ['"a phrase"', [words('a phrase', false)]],
    ['“Old Town”', [words('old town', false)]],
    ['-sunset', [{ ...words('sunset'), negated: true }]],
    ['-"old town"', [{ ...words('old town', false), negated: true }]],
    ['IMG_0001.jpg', [words('img 0001 jpg')]],
    ['12:30', [words('12 30')]],
    ['crème', [words('creme')]],
    ['東京', [words('東 京')]],
    ['rock & roll', [words('rock'), words('roll')]],
    ['tag:x', [tag('x')]],
    ['TAG:Été', [tag('ete')]],
    ['tag:"New York"', [tag('new york')]],
    ['tag:“New York”', [tag('new york')]],
    ['tag:"say \\"hi\\""', [tag('say "hi"')]],
    ['tag:a|b', [tag('a|b')]],
    ['-tag:x y', [{ ...tag('x'), negated: true }, words('y')]],
    ['tag:"x"y', [tag('x'), words('y')]],
    ['album:2024', [{ negated: false, kind: 'element', column: 'album', folded: '2024' }]],
    ['camera:EOS', [value('camera', 'eos')]],
    ['camera:"EOS 40D"', [value('camera', 'eos 40d', false)]],
    [
      'camera:="Canon EOS 40D"',
      [{ negated: false, kind: 'value', column: 'camera', match: { whole: 'canon eos 40d' } }],
    ],
    ['lens:=50mm', [{ negated: false, kind: 'value', column: 'lens', match: { whole: '50mm' } }]],
    ['lens:50mm', [value('lens', '50mm')]],
    ['place:paris', [value('place', 'paris')]],
    ['place:de', [{ negated: false, kind: 'value', column: 'place', match: { country: 'DE' } }]],
    ['place:UK', [{ negated: false, kind: 'value', column: 'place', match: { country: 'GB' } }]],
    ['place:"de"', [value('place', 'de', false)]],
    ['place:qz', [value('place', 'qz')]],
    ['type:photo', [{ negated: false, kind: 'state', tests: [{ mask: 16, value: 0 }] }]],
    ['type:video', [{ negated: false, kind: 'state', tests: [{ mask: 16, value: 16 }] }]],
    [
      'type:photo|video',
      [
        {
          negated: false,
          kind: 'state',
          tests: [
            { mask: 16, value: 0 },
            { mask: 16, value: 16 },
          ],
        },
      ],
    ],
    ['is:favourite', [{ negated: false, kind: 'state', tests: [{ mask: 1, value: 1 }] }]],
    ['is:Reviewed', [{ negated: false, kind: 'state', tests: [{ mask: 2, value: 2 }] }]],
    ['is:trashed', [{ negated: false, kind: 'state', tests: [{ mask: 4, value: 4 }] }]],
    ['is:RAW|geotagged', [{ negated: false, kind: 'state', tests: [{ mask: 8, value: 8 }], kinds: 16 }]],
    ['-is:360', [{ negated: true, kind: 'state', tests: [], kinds: 8 }]],
    ['is:geotagged', [{ negated: false, kind: 'state', tests: [{ mask: 8, value: 8 }] }]],
    ['audience:public', [{ negated: false, kind: 'state', tests: [{ mask: 96, value: 64 }] }]],
    ['taken:2024', [range('taken', 2024_00_00, 2024_99_99)]],
    ['taken:2024-06', [range('taken', 2024_06_00, 2024_06_99)]],
    ['taken:2024-6-5', [range('taken', 2024_06_05, 2024_06_05)]],
    ['taken:2024-06..2024-08', [range('taken', 2024_06_00, 2024_08_99)]],
    ['taken:2024-06-15..2025', [range('taken', 2024_06_15, 2025_99_99)]],
    ['taken:2024..', [range('taken', 2024_00_00, 9999_99_99)]],
    ['taken:..2024', [range('taken', 0, 2024_99_99)]],
    ['taken:>2024-06', [range('taken', 2024_06_99 + 1, 9999_99_99)]],
    ['taken:<2024', [range('taken', 0, 2024_00_00 - 1)]],
    ['added:2024-02-29', [range('added', 2024_02_29, 2024_02_29)]],
    ['rating:>=4', [range('rating', 4, 5)]],
    ['rating:5', [range('rating', 5, 5)]],
    ['rating:=5', [range('rating', 5, 5)]],
    ['rating:"3"', [range('rating', 3, 3)]],
    ['rating:2..4', [range('rating', 2, 4)]],
    ['rating:<3', [range('rating', 0, 2)]],
    ['day:12-24', [{ negated: false, kind: 'day', day: 1224 }]],
    ['day:02-29', [{ negated: false, kind: 'day', day: 229 }]],
    ['iso:>800', [range('iso', 801, 99_999_999)]],
    ['iso:..400', [range('iso', 0, 400)]],
  ])('%s', (text, expected) => {
    expect(terms(text)).toEqual(expected);
  });
});

describe('an error names the word and the permitted forms', () => {
  test.each([
    ['foo:bar', 'We don’t know the filter “foo:”.', 'Put the term in quotes to search for it as text.'],
    ['-foo:bar', 'We don’t know the filter “foo:”.', 'Put the term in quotes'],
    ['lense:x', 'We don’t know the filter “lense:”.', 'Use lens:, or put the term in quotes'],
    [`${'ö'.repeat(200)}:x`, `We don’t know the filter “${'ö'.repeat(60)}…”.`, 'Put the term in quotes'],
    ['albums:x', 'the filter “albums:”', 'Use album:, or'],
    ['constructor:x', 'the filter “constructor:”', 'Put the term'],
    ['größe:x', 'the filter “größe:”', 'Put the term in quotes'],
    ['tag:', '“tag:” has no value', 'tag:something'],
    ['tag:"  "', 'has no value', 'tag:something'],
    ['camera:', '“camera:” has no value', 'camera:something'],
    ['place:"!"', 'no letter or digit', 'place:something'],
    ['type:gif', '“type:gif” isn’t a valid value', 'type:photo, type:video'],
    ['type:', '“type:” isn’t a valid value', 'type:photo, type:video'],
    ['type:photo|', 'isn’t a valid value', 'type:photo, type:video'],
    [
      'is:good',
      '“is:good” isn’t a valid value',
      'is:favourite, is:reviewed, is:trashed, is:geotagged, is:dated, is:damaged',
    ],
    ['is:toString', 'isn’t a valid value', 'is:favourite'],
    ['audience:me', '“audience:me” isn’t a valid value', 'audience:private, audience:family, audience:public'],
    ['taken:yesterday', '“taken:yesterday” isn’t valid', 'taken:2024-06-15'],
    ['taken:2024-13', 'isn’t valid', 'taken:2024-06'],
    ['taken:2024-02-30', 'isn’t valid', 'taken:2024'],
    ['taken:24', 'isn’t valid', 'taken:2024'],
    ['taken:', 'isn’t valid', 'taken:2024'],
    ['taken:..', 'isn’t valid', '2024..'],
    ['taken:2020..2021..2022', 'isn’t valid', '2024..'],
    ['taken:2024..2023', '“taken:2024..2023” ends before it starts', 'a range'],
    ['added:>', 'isn’t valid', 'added:2024'],
    ['day:12', 'isn’t valid', 'day:12-24'],
    ['day:02-30', 'isn’t valid', 'day:12-24'],
    ['rating:6', '“rating:6” isn’t valid', 'from 0 to 5'],
    ['rating:-1', 'isn’t valid', 'from 0 to 5'],
    ['rating:4.5', 'isn’t valid', 'from 0 to 5'],
    ['rating:x', 'isn’t valid', 'rating:>=4'],
    ['rating:5..2', 'ends before it starts', 'rating:2..4'],
    ['iso:1e3', 'isn’t valid', 'iso:>800'],
    ['iso:=>100', 'isn’t valid', 'iso:>800'],
    ['"open', '“"open” has an opening quote without a closing one', 'closing "'],
    ['a tag:"open end', 'tag:"open end', 'closing "'],
    ['&', '“&” has no letter or digit', 'Search for a word'],
    ['-', '“-” has no letter or digit', 'Search for a word'],
    ['""', 'has no letter or digit', 'Search for a word'],
    ['a'.repeat(2_001), 'longer than 2000 characters', 'fewer words'],
    ['a '.repeat(33), 'more than 32 words', 'fewer words'],
  ])('%s', (text, message, hint) => {
    const error = errorOf(text);
    expect(error.code).toBe('invalid');
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  test('control characters and long words are not repeated in the sentence', () => {
    const error = errorOf(`rating:\u202e${'x'.repeat(1_000)}`);
    expect(error.message).toContain('\\u{202e}');
    expect(error.message.length).toBeLessThan(150);
  });
});

function errorOf(text: string): PhotospoolError {
  try {
    parseQuery(text);
  } catch (error) {
    if (error instanceof PhotospoolError) return error;
    throw error;
  }
  throw new Error('It was understood.');
}
