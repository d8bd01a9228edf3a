/** Reads the project's own source for the architecture test: the files, with their imports and exports. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A source file: its path from the project's folder, with forward slashes, and its text. */
export interface Source {
  path: string;
  text: string;
}

/** One import of a file. */
export interface Import {
  /** As written. */
  specifier: string;
  /** The imported file, relative to the project's folder, for a relative specifier. */
  target?: string;
  /** True for an import that is erased at run time. */
  typeOnly: boolean;
  /** Local names for the whole module (`* as fs`, a default import). */
  whole: string[];
  /** The imported names, as the module names them. */
  names: string[];
}

/** All files below some of the project's folders whose name ends in one of `endings`. */
export function sources(folders: readonly string[], endings: readonly string[]): Source[] {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('node_modules'))
    .map((path) => ({ path: relative(root, path).split('\\').join('/'), text: readFileSync(path, 'utf8') }));
}

const parsed = new WeakMap<Source, ts.SourceFile>();

/** The TypeScript of a file; of a Svelte component, that of its scripts. */
export function parse(source: Source): ts.SourceFile {
  const known = parsed.get(source);
  if (known) return known;
  const scripts = [...source.text.matchAll(/<script\b[^>]*>([^]*?)<\/script>/g)].map((match) => match[1]);
  const code = source.path.endsWith('.svelte') ? scripts.join('\n') : source.text;
  const tree = ts.createSourceFile(source.path, code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  parsed.set(source, tree);
  return tree;
}

const imported = new WeakMap<Source, Import[]>();

/** Everything a file imports: statements, re-exports, `import()` as call and as type, `require`. */
export function importsOf(source: Source): readonly Import[] {
  const known = imported.get(source);
  if (known) return known;
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const one = importOf(node);
    if (one) {
      const target = one.specifier.startsWith('.')
        ? posix.join(posix.dirname(source.path), one.specifier).replace(/\.js$/, '.ts')
        : undefined;
      found.push({ ...one, ...(target !== undefined && { target }) });
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(source));
  imported.set(source, found);
  return found;
}

function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, ...bindings(node.importClause) };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    const named = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : undefined;
    const names = named ? named.map((one) => (one.propertyName ?? one.name).text) : ['*'];
    const typeOnly = node.isTypeOnly || (named !== undefined && named.every((one) => one.isTypeOnly));
    return { specifier: node.moduleSpecifier.text, typeOnly, whole: [], names };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
    return { specifier: node.argument.literal.text, typeOnly: true, whole: [], names: [] };
  }
  if (!ts.isCallExpression(node)) return undefined;
  const [first] = node.arguments;
  const loads =
    node.expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(node.expression) && node.expression.text === 'require');
  // The use of a dynamically loaded module can't be followed: all of it counts as imported.
  return loads && first && ts.isStringLiteralLike(first)
    ? { specifier: first.text, typeOnly: false, whole: [], names: ['*'] }
    : undefined;
}

function bindings(clause: ts.ImportClause | undefined): Omit<Import, 'specifier'> {
  if (!clause) return { typeOnly: false, whole: [], names: [] };
  const bound = clause.namedBindings;
  const whole = [clause.name, bound && ts.isNamespaceImport(bound) ? bound.name : undefined];
  const elements = bound && ts.isNamedImports(bound) ? [...bound.elements] : [];
  return {
    typeOnly:
      clause.phaseModifier === ts.SyntaxKind.TypeKeyword ||
      (elements.length > 0 && !clause.name && elements.every((one) => one.isTypeOnly)),
    whole: whole.flatMap((name) => (name ? [name.text] : [])),
    names: elements.map((one) => (one.propertyName ?? one.name).text),
  };
}
