/**
 * The source of the page as syntax trees: scripts and markup of components, and TypeScript files, all by the parser of
 * Svelte, so that one walk reads both.
 */
import { existsSync } from 'node:fs';
import { posix, join } from 'node:path';
import { parse } from 'svelte/compiler';
import { root, sources, type Source } from '../architecture/source.js';

/** A node of a syntax tree, of ESTree or of Svelte's markup. */
export interface Part {
  type: string;
  [key: string]: unknown;
}

export const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && typeof (value as Part).type === 'string';

/** The files of the page, without its styles. */
export const pageFiles = (): readonly Source[] => (files ??= sources(['web/src'], ['.ts', '.svelte']));
let files: Source[] | undefined;

interface Trees {
  module?: Part;
  instance?: Part;
  markup?: Part;
}
const known = new Map<string, Trees>();

/** The trees of a file: the script of the module, the script of each instance, and the markup. */
export function treesOf({ path, text }: Source): Trees {
  const trees = known.get(text) ?? parsed(path, text);
  known.set(text, trees);
  return trees;
}

function parsed(path: string, text: string): Trees {
  if (path.endsWith('.svelte')) {
    const { module, instance, fragment } = parse(text, { modern: true });
    const all = { module: module?.content, instance: instance?.content, markup: fragment };
    return all as unknown as Trees;
  }
  const { instance } = parse(`<script lang="ts">\n${text}\n</script>`, { modern: true });
  return { module: instance!.content as unknown as Part };
}

/** Visits a tree, parents first; `enter` returns false to leave out what is below. `above` are the ancestors. */
export function walk(value: unknown, enter: (part: Part, above: readonly Part[]) => unknown, above: Part[] = []): void {
  if (Array.isArray(value)) return value.forEach((one) => walk(one, enter, above));
  if (!isPart(value) || enter(value, above) === false) return;
  const below = [...above, value];
  for (const [key, inner] of Object.entries(value)) if (key !== 'metadata') walk(inner, enter, below);
}

/** The file that a relative import means; undefined for a package, a style and a missing file. */
export function targetOf(path: string, specifier: unknown): string | undefined {
  if (typeof specifier !== 'string' || !specifier.startsWith('.')) return undefined;
  const plain = posix.join(posix.dirname(path), specifier);
  return [plain, plain.replace(/\.js$/, '.ts')].find(
    (one) => /\.(ts|svelte)$/.test(one) && existsSync(join(root, one)),
  );
}
