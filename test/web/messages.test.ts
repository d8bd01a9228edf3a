/**
 * The messages of the page (docs/translation.md): each script comes with the areas that it shows, none reads them
 * before they are loaded, and the language is chosen from what the person and the browser prefer.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { chooseLanguage, language, localeOf, plural } from '../../web/src/lib/language.js';
import { loadAreas, loadMessages, m, type Area } from '../../web/src/lib/messages.js';
import { en } from '../../web/src/messages/en.js';
import { pseudo, pseudoText } from '../../web/src/messages/pseudo.js';
import { isPart, pageFiles, targetOf, treesOf, walk, type Part } from './page-source.js';

interface File {
  imports: string[];
  /** The files loaded later, each with the areas loaded beside it. */
  later: { target: string; areas: string[] }[];
  /** The namespaces of messages that it reads, and those that it reads while it is evaluated. */
  namespaces: Set<string>;
  early: string[];
}

const named = (part: unknown, name: string): boolean =>
  isPart(part) && part.type === 'Identifier' && part['name'] === name;
const valueOf = (part: unknown): unknown => (isPart(part) ? part['value'] : undefined);

/** Whether an import is more than types. */
function lives(part: Part): boolean {
  if (part['importKind'] === 'type' || part['exportKind'] === 'type') return false;
  const names = (part['specifiers'] ?? []) as Part[];
  return names.length === 0 || names.some((one) => one['importKind'] !== 'type' && one['exportKind'] !== 'type');
}

function read(path: string, trees: ReturnType<typeof treesOf>): File {
  const file: File = { imports: [], later: [], namespaces: new Set(), early: [] };
  const enter = (part: Part, above: readonly Part[]): void => {
    if (/^(Import|ExportNamed|ExportAll)Declaration$/.test(part.type) && lives(part)) {
      const target = targetOf(path, valueOf(part['source']));
      if (target !== undefined) file.imports.push(target);
    }
    if (part.type === 'ImportExpression') {
      const target = targetOf(path, valueOf(part['source']));
      const call = above.findLast(({ type }) => type === 'CallExpression');
      const given = call && named(call['callee'], 'withMessages') ? (call['arguments'] as Part[]).slice(1) : [];
      if (target !== undefined) file.later.push({ target, areas: given.map((one) => String(valueOf(one))) });
    }
    if (part.type === 'MemberExpression' && named(part['object'], 'm')) {
      const namespace = String((part['property'] as Part)['name']);
      file.namespaces.add(namespace);
      const waits = above.some(({ type }) => /Function|MethodDefinition|PropertyDefinition/.test(type));
      const typeOnly = above.some(({ type }) => type.startsWith('TS') && !/As|Satisfies|NonNull/.test(type));
      if (!waits && !typeOnly) file.early.push(namespace);
    }
  };
  walk(trees.module, enter);
  const { early } = file;
  walk([trees.instance, trees.markup].filter(Boolean), enter);
  return { ...file, early: early.slice(0, trees.instance ? 0 : undefined) };
}

describe('the messages of the page', () => {
  const files = new Map<string, File>();
  /** The area of each namespace; of the core, `core`. */
  const areaOf = new Map<string, string>();

  beforeAll(async () => {
    for (const source of pageFiles()) files.set(source.path, read(source.path, treesOf(source)));
    const { areas, ...core } = en;
    for (const namespace of Object.keys(core)) areaOf.set(namespace, 'core');
    for (const [area, load] of Object.entries(areas))
      for (const namespace of Object.keys(await load())) {
        expect(areaOf.has(namespace), `the namespace ${namespace} is in one area`).toBe(false);
        areaOf.set(namespace, area);
      }
  });

  /** The areas beyond the core that a script shows: of a file and all that it imports. */
  function areasOf(path: string): string[] {
    const [found, seen] = [new Set<string>(), new Set<string>()];
    const visit = (one: string): void => {
      if (seen.has(one) || one.startsWith('web/src/messages/')) return;
      seen.add(one);
      const file = files.get(one)!;
      for (const namespace of file.namespaces) found.add(areaOf.get(namespace) ?? `no area has ${namespace}`);
      file.imports.forEach(visit);
    };
    visit(path);
    return [...found].filter((area) => area !== 'core').sort();
  }

  test('the first script and the service worker need no area', () => {
    expect(files.size).toBeGreaterThan(200);
    expect(areasOf('web/src/main.ts')).toEqual([]);
    expect(areasOf('web/src/worker/sw.ts')).toEqual([]);
  });

  test('each script that is loaded later comes with its areas, and with no others', () => {
    const later = [...files].flatMap(([path, file]) =>
      file.later.filter(({ target }) => !target.startsWith('web/src/messages/')).map((one) => ({ path, ...one })),
    );
    expect(later.length).toBeGreaterThan(20);
    expect(later.map(({ path, target, areas }) => ({ path, target, areas: areas.sort() }))).toEqual(
      later.map(({ path, target }) => ({ path, target, areas: areasOf(target) })),
    );
  });

  test('no message is read while a module is evaluated', () => {
    const early = [...files].filter(([, file]) => file.early.length > 0).map(([path, file]) => [path, file.early]);
    expect(early).toEqual([]);
    const module = `import { m } from './messages.js';\nconst name = m.app.name;\nexport const later = () => m.app.name;`;
    expect(read('web/src/a.ts', treesOf({ path: 'web/src/a.ts', text: module })).early).toEqual(['app']);
  });

  test('every namespace is read somewhere', () => {
    const used = new Set([...files.values()].flatMap(({ namespaces }) => [...namespaces]));
    expect([...areaOf.keys()].filter((namespace) => !used.has(namespace))).toEqual([]);
  });
});

describe('the language', () => {
  test('is the first that the person or the browser wants and that there is', () => {
    expect(chooseLanguage(['de-AT', 'en-GB', 'en-XA'])).toBe('en');
    expect(chooseLanguage(['en-XA', 'en'])).toBe('en-XA');
    expect(chooseLanguage([])).toBe('en');
  });

  test('writes dates and numbers as the region does', () => {
    expect(localeOf('en', ['en-GB', 'en'])).toBe('en-GB');
    expect(localeOf('en', ['de-DE', 'de'])).toBe('en-DE');
    expect(localeOf('en', ['de', 'en-GB'])).toBe('en-GB');
    expect(localeOf('en-XA', ['en-XA'])).toBe('en');
    expect(localeOf('en', [])).toBe('en');
    // What a browser without a locale of the system says; Intl refuses it.
    expect(localeOf('en', ['en-US@posix'])).toBe('en-US');
    expect(localeOf('en', ['c', '', 'en-GB'])).toBe('en-GB');
  });

  test('has its plurals', () => {
    expect(plural(1, { one: '# photo', other: '# photos' })).toBe('1 photo');
    const offered = { one: '{name} offers # photo', other: '{name} offers # photos' };
    expect(plural(2, offered, { name: 'Ben #1 {name}' })).toBe('Ben #1 {name} offers 2 photos');
    expect(plural(1484, { one: '# photo', other: '# photos' })).toBe(`${(1484).toLocaleString('en')} photos`);
  });

  test('is loaded, each area once', async () => {
    expect(language).toBe('en');
    await loadMessages();
    expect(m.app.photos(2)).toBe('2 photos');
    const areas = Object.keys(en.areas) as Area[];
    await loadAreas(...areas, 'albums');
    expect(m.albums.rename).toBe('Rename');
  });

  test('can be another: the pseudo-locale has every message, longer and in brackets', async () => {
    const other = pseudo(en);
    expect(Object.keys(other)).toEqual(Object.keys(en));
    expect(other.app.photos(2)).toBe(pseudoText('2 photos'));
    expect((await other.areas.albums()).albums.rename).toMatch(/^\[Ŕéñåɱé/);
    expect(pseudoText('Rename').length).toBeGreaterThan('Rename'.length * 1.3);
  });
});
