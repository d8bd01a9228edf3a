import { expect, it } from 'vitest';
import { plain } from '../../src/server/pages/markdown-to-text.js';

it('turns Markdown into one line, cut at a word', () => {
  const text = '# The *pier*\n\nA [walk](https://example.org/a) with ![a gull](b.jpg):\n- **one**\n- two';
  expect(plain(text)).toBe('The pier A walk with a gull: one two');
  expect(plain('word '.repeat(100))).toMatch(/^(?:word ){59}word…$/);
});

it.each(['[', '![', '[](', '[a](b', '*', '**a', '~`', '#', '1', ' ', '\n '])(
  'handles a megabyte of %j, which would take hours with a quadratic pattern',
  (sign) => {
    expect(plain(sign.repeat(1_000_000 / sign.length)).length).toBeLessThan(400);
  },
);
