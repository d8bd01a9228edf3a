/**
 * All that the page says is in its catalogues (docs/translation.md): no component and no script has words of its own,
 * and none writes numbers or dates in another language than that of the page.
 */
import { expect, test } from 'vitest';
import { pageFiles, treesOf, walk, type Part } from './page-source.js';

/** Attributes whose text is read out or shown, unlike `class` and `href`. */
const spoken = ['aria-label', 'aria-description', 'aria-roledescription', 'title', 'placeholder', 'alt', 'label'];

/** Texts that look like words for people and are not, or can't come from a catalogue, each with its reason. */
const exceptions: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:Arrow(?:Up|Down|Left|Right)|Home|End|Page(?:Up|Down)|Enter|Tab|Escape|Delete|Backspace|Shift|Control|Meta|Alt)$/,
    'a key of the DOM',
  ],
  [/^(?:Ctrl|Esc|Shift|Home|End|Page (?:Up|Down)|Space|Enter|Delete)(?: |$)/, 'a key as keyboards show it'],
  [/^[A-Z]\w+Error$/, 'the name of an error, never shown'],
  [/^Files$/, 'a type of the drag and drop API'],
  [/^(?:Multi)?Polygon$/, 'a type of GeoJSON'],
  [/^(?:Android|Mac|Windows|Chromebook|Linux)$/, 'a product name, the same in every language'],
  [/^noopener noreferrer/, 'values of the attribute rel'],
  [/^<a href=/, 'markup'],
  [/^(?:not sent yet|The map answered)$/, 'the message of an error that is caught and never shown'],
  [/^There is not enough space on this device/, 'a service worker can’t import catalogues'],
  [/^text\/plain/, 'a media type'],
  [/^(?:attribute vec2|precision highp) /, 'a shader of WebGL'],
  [/^RAW$/, 'the same in every language'],
];

const excepted = (text: string): boolean => exceptions.some(([pattern]) => pattern.test(text.trim()));
const hasWord = (text: string): boolean => /\p{L}{2,}/u.test(text);
/** In code, a lone lower-case word is a name; two words, or a capital, are said to somebody. */
const isSaid = (text: string): boolean => /\p{L}{2,}[,;:]? \p{L}/u.test(text) || /^\s*\p{Lu}\p{Ll}/u.test(text);

/** The attribute that a node is the value of. */
const attributeOf = (above: readonly Part[]): string | undefined => {
  const owner = above.findLast(({ type }) => /Attribute$|Directive$|^Component$|^RegularElement$/.test(type));
  return owner && /Attribute|Directive/.test(owner.type) ? String(owner['name']) : undefined;
};

/** Functions of the DOM whose argument is a selector or a media query. */
const asks = /^(?:matches|closest|querySelector|querySelectorAll|matchMedia|MediaQuery)$/;
const nameOf = (callee: unknown): string => {
  const { name, property } = callee as { name?: string; property?: { name?: string } };
  return name ?? property?.name ?? '';
};

/** The text of a node of code that is a string, or a part of a template. */
function stringOf(part: Part, above: readonly Part[]): string | undefined {
  if (part.type === 'TemplateElement') return (part['value'] as { cooked: string }).cooked;
  if (part.type !== 'Literal' || typeof part['value'] !== 'string') return undefined;
  const parent = above.at(-1)!;
  return /Import|Export|^TS/.test(parent.type) || asks.test(nameOf(parent['callee'] ?? {})) ? undefined : part['value'];
}

/** The words of a file: texts of its markup, and strings of its code that are said to people. */
function wordsIn(path: string, text: string): string[] {
  const found: string[] = [];
  const { module, instance, markup } = treesOf({ path, text });
  walk([module, instance, markup].filter(Boolean), (part, above) => {
    const attribute = attributeOf(above);
    if (part.type === 'Text') {
      const words = String(part['data']);
      if (hasWord(words) && !excepted(words) && (attribute === undefined || spoken.includes(attribute)))
        found.push(words.trim());
      return;
    }
    const words = stringOf(part, above);
    const shown = attribute === undefined || !/^(?:class|style|d|href|src|viewBox)$/.test(attribute);
    if (words !== undefined && shown && isSaid(words) && !excepted(words)) found.push(words.trim());
  });
  return found;
}

/** Uses of `Intl`, and of methods that write for people, with another locale than that of the page. */
function otherLocales(path: string, text: string): string[] {
  const found: string[] = [];
  const { module, instance, markup } = treesOf({ path, text });
  walk([module, instance, markup].filter(Boolean), (part) => {
    if (part.type !== 'NewExpression' && part.type !== 'CallExpression') return;
    const callee = part['callee'] as Part;
    if (callee.type !== 'MemberExpression') return;
    const method = String((callee['property'] as Part)['name']);
    const [first] = part['arguments'] as Part[];
    const intl = (callee['object'] as Part)['name'] === 'Intl';
    const given = ['locale', 'language'].includes(String(first?.['name']));
    if ((intl && !given) || /^toLocale(?:Date|Time)?String$/.test(method))
      found.push(`${intl ? 'Intl.' : ''}${method}`);
  });
  return found;
}

test('words in a component and in a script would be found', () => {
  const component = (source: string): string[] => wordsIn('web/src/A.svelte', source);
  expect(component('<p class="two words">{m.app.name}</p>')).toEqual([]);
  expect(component('<p>Some words {x}</p>{#if x}<b>more</b>{/if}')).toEqual(['Some words', 'more']);
  expect(component('<button aria-label="Close"></button><input placeholder="Name" />')).toEqual(['Close', 'Name']);
  expect(component('<A label={x ? "Close it" : `Open ${x}`} />')).toEqual(['Close it', 'Open']);
  const script = (source: string): string[] => wordsIn('web/src/a.ts', source);
  expect(script(`import x from 'Some File.js'; type Way = 'Up there'; const kind = 'photo';`)).toEqual([]);
  expect(script("const a = 'Saved'; const b = `${a} of all photos`;")).toEqual(['Saved', 'of all photos']);
});

test('no component and no script has words of its own', () => {
  const files = pageFiles().filter(({ path }) => !path.startsWith('web/src/messages/'));
  expect(files.length).toBeGreaterThan(200);
  expect(files.flatMap(({ path, text }) => wordsIn(path, text).map((words) => `${path}: ${words}`))).toEqual([]);
});

test('numbers and dates are written in the language of the page', () => {
  expect(otherLocales('web/src/a.ts', 'new Intl.NumberFormat().format(1); n.toLocaleString();')).toHaveLength(2);
  expect(otherLocales('web/src/a.ts', 'new Intl.NumberFormat(locale).format(1)')).toEqual([]);
  const found = pageFiles().flatMap(({ path, text }) => otherLocales(path, text).map((use) => `${path}: ${use}`));
  // English names of countries are understood in every language, and a check of a tag writes nothing.
  expect([...found].sort()).toEqual([
    'web/src/features/selection/parse-place.ts: Intl.DisplayNames',
    'web/src/lib/language.ts: Intl.getCanonicalLocales',
  ]);
});
