/** All that the page says is in its texts, ready to be translated: no component has words of its own. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'svelte/compiler';
import { expect, test } from 'vitest';
import { root } from '../architecture/source.js';

/** What is read out or shown of an element beside its content. */
const spoken = ['aria-label', 'title', 'placeholder', 'alt', 'label'];
/** A word that is the same in every language. */
const names = /^RAW$/;

interface Part {
  type: string;
  name?: string;
  data?: string;
  value?: unknown;
  [key: string]: unknown;
}

const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && typeof (value as Part).type === 'string';
const hasWords = (text: string): boolean => /\p{L}{2,}/u.test(text) && !names.test(text.trim());

/** Words in the markup of a component: as text between elements, and as what is spoken of them. */
function wordsIn(source: string): string[] {
  const found: string[] = [];
  const walk = (value: unknown, attribute?: string): void => {
    if (Array.isArray(value)) return value.forEach((one) => walk(one, attribute));
    if (!isPart(value)) return;
    if (value.type === 'Text') {
      const text = value.data ?? '';
      if (hasWords(text) && (attribute === undefined || spoken.includes(attribute))) found.push(text.trim());
      return;
    }
    const name = /Attribute|Directive/.test(value.type) ? value.name : attribute;
    for (const [key, inner] of Object.entries(value)) if (key !== 'metadata') walk(inner, name);
  };
  walk(parse(source, { modern: true }).fragment);
  return found;
}

test('finds texts in a component', () => {
  expect(wordsIn('<p class="two words">{texts.name}</p>')).toEqual([]);
  expect(wordsIn('<p>Some words {x}</p>{#if x}<b>more</b>{/if}')).toEqual(['Some words', 'more']);
  expect(wordsIn('<button aria-label="Close"></button><input placeholder="Name" />')).toEqual(['Close', 'Name']);
});

test('no component contains texts', () => {
  const folder = join(root, 'web/src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.svelte'));
  expect(files.length).toBeGreaterThan(80);
  const found = files.flatMap((file) =>
    wordsIn(readFileSync(join(folder, file), 'utf8')).map((words) => `${file}: ${words}`),
  );
  expect(found).toEqual([]);
});
