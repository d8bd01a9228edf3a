/** The styles of the page use the tokens of tokens.css: for colours, distances, radii and layers, and a short list of breakpoints. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sources, type Source } from '../architecture/source.js';

/** Widths at which the page changes, px: phone, small tablet, the step of the side panel, and where the header gets its words. */
const breakpoints = new Set([599, 799, 899, 900, 1099, 1199, 1279, 1699]);

const page = sources(['web/src'], ['.svelte', '.css']).filter(({ path }) => !path.endsWith('tokens.css'));

/** The styles of a file: all of a stylesheet, the `<style>` of a component. */
const stylesOf = ({ path, text }: Source): string =>
  path.endsWith('.css')
    ? text
    : [...text.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map(([, css]) => css).join('\n');

/** What in styles should be a token, with its file. */
function strays(files: readonly Source[]): string[] {
  return files.flatMap((file) => {
    const css = stylesOf(file);
    const found = [
      ...[...css.matchAll(/(?:padding|margin|gap)[a-z-]*:[^;}]*/g)]
        .map(([declaration]) => declaration)
        .filter((declaration) => /(?<![\w.-])(?:4|8|12|16|20|24|32|40)px/.test(declaration)),
      ...[...css.matchAll(/(?:#[0-9a-f]{3,8}\b|(?:rgb|hsl)a?\()[^;}]*/gi)].map(([colour]) => colour),
      ...[...css.matchAll(/z-index:\s*-?\d+/g)].map(([declaration]) => declaration),
      ...[...css.matchAll(/radius:[^;}]*/g)]
        .map(([declaration]) => declaration)
        .filter((declaration) => /(?<![\w.-])(?:[4-9]|1\d|2\d)px/.test(declaration)),
      ...[...css.matchAll(/@media[^{]*?(\d+)px/g)]
        .filter(([, width]) => !breakpoints.has(Number(width)))
        .map(([query]) => query),
    ];
    return found.map((declaration) => `${file.path}: ${declaration.trim()}`);
  });
}

describe('styles', () => {
  test.each([
    ['a distance', 'a { padding: 0 12px }'],
    ['a colour', 'a { background: rgb(0 0 0 / 50%) }'],
    ['a layer', 'a { z-index: 7 }'],
    ['a radius', 'a { border-radius: 16px 16px 0 0 }'],
    ['a breakpoint', '@media (max-width: 777px) { a { color: red } }'],
  ])('%s that is not a token is found', (_, css) => {
    expect(strays([{ path: 'web/src/a.svelte', text: `<p>12px</p><style>${css}</style>` }])).toHaveLength(1);
    expect(strays([{ path: 'web/src/a.css', text: css }])).toHaveLength(1);
  });

  test('the chosen dark theme is that of the device', () => {
    const css = readFileSync('web/src/app/tokens.css', 'utf8');
    const declarations = (block: string | undefined): string[] =>
      [...(block ?? '').matchAll(/--[\w-]+:[^;]+;/g)].map(([text]) => text);
    const [, device] = /prefers-color-scheme: dark\) \{\s*:root[^{]*\{([^}]*)\}/.exec(css) ?? [];
    const [, chosen] = /:root\[data-theme='dark'\] \{([^}]*)\}/.exec(css) ?? [];
    expect(declarations(device).length).toBeGreaterThan(10);
    expect(declarations(chosen)).toEqual(declarations(device));
  });

  test('values without a scale are allowed', () => {
    const css = 'a { margin: -4px 0 2px; border-radius: 50%; padding: 66px var(--space-3) }';
    expect(strays([{ path: 'web/src/a.css', text: css }])).toEqual([]);
  });

  test('use tokens', () => {
    expect(page.length).toBeGreaterThan(50);
    expect(strays(page)).toEqual([]);
  });
});
