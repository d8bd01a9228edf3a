/**
 * The checks of readability: names, headers, docstrings, functions that fit on a screen, and documentation that matches
 * the code. Each check takes sources and returns one sentence per violation.
 */
import { posix } from 'node:path';
import ts from 'typescript';
import { parse, type Source } from './source.js';

const vague = /^(utils?|helpers?|managers?|services?|common|misc|shared|lib|stuff)$/i;

/**
 * Vague file and class names, and file names that are not lower case (components: as usual in Svelte). The file of a
 * verb has the name of the verb.
 */
export function vagueNames(files: readonly Source[]): string[] {
  return files.flatMap((file) => {
    const name = posix.basename(file.path);
    const words = name.split(/[.-]/);
    const shape = name.endsWith('.svelte') ? /^[A-Z]\w*\.svelte$/ : /^[a-z][a-z0-9]*([.-][a-z0-9]+)*$/;
    return [
      ...(words.some((word) => vague.test(word)) && posix.dirname(file.path) !== 'src/cli/commands'
        ? [`${file.path}: the name says nothing`]
        : []),
      ...(shape.test(name)
        ? []
        : [`${file.path}: the name should be ${name.endsWith('.svelte') ? 'Like' : 'like'} this`]),
      ...classesOf(file)
        .filter((one) => /(Utils?|Helpers?|Managers?|Services?)$/.test(one))
        .map((one) => `${file.path}: the class name ${one} says nothing`),
    ];
  });
}

function classesOf(file: Source): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isClassDeclaration(node) && node.name) found.push(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

/** Files without a header. The docstring of the first export does not count. */
export function missingHeaders(files: readonly Source[]): string[] {
  return files.filter((file) => !hasHeader(file)).map(({ path }) => `${path} has no header`);
}

function hasHeader(file: Source): boolean {
  if (file.path.endsWith('.svelte')) return /^\s*(<!--|<script\b[^>]*>\s*\/\*\*)/.test(file.text);
  const text = file.text.replace(/^#!.*\n/, '');
  const comments = ts.getLeadingCommentRanges(text, 0) ?? [];
  if (!comments[0] || !text.startsWith('/**')) return false;
  const [first] = parse(file).statements;
  return !first || !isExported(first) || comments.filter(({ pos }) => text.startsWith('/**', pos)).length > 1;
}

const isExported = (node: ts.Statement): boolean =>
  ts.isExportAssignment(node) ||
  (ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword));

/**
 * Exports without a docstring. For overloads the first needs one, for a schema and its type the schema; in a file with
 * one export, its header suffices.
 */
export function missingDocstrings(files: readonly Source[]): string[] {
  return files.flatMap((file) => {
    const exported = parse(file).statements.filter(isExported);
    const told = new Set(exported.length === 1 && hasHeader(file) ? exported.map(nameOf) : []);
    for (const one of exported) if (ts.getJSDocCommentsAndTags(one).length > 0) told.add(nameOf(one));
    const silent = new Set(exported.map(nameOf).filter((name) => !told.has(name)));
    return [...silent].map((name) => `${file.path}: ${name} has no docstring`);
  });
}

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((one) => one.name.getText()).join(', ');
  }
  const { name } = statement as ts.Statement & { name?: ts.Identifier };
  return name?.text ?? 'default';
}

/** Packages missing in docs/dependencies.md, and those in it that are not in package.json. */
export function undocumented(page: string, packages: readonly string[]): string[] {
  const named = [...page.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? '');
  return [
    ...packages.filter((name) => !named.includes(name)).map((name) => `${name} is not told of`),
    ...named.filter((name) => !packages.includes(name)).map((name) => `${name} is not in package.json`),
  ];
}

/** Broken relative links of a page. `exists` gets a path relative to the project's folder. */
export function deadLinks(pages: readonly Source[], exists: (path: string) => boolean): string[] {
  return pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
      .map((match) => match[1] ?? '')
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => !exists(posix.join(posix.dirname(path), link)))
      .map((link) => `${path} links to ${link}`),
  );
}

/** The maximum lines of a function without a reason: what fits on a screen. */
export const screen = 80;
/** A comment above a longer one gives the reason. */
const reason = /longer than a screen: \S/i;

/** Functions longer than a screen without a reason above them. A nested function counts with its parent. */
export function longFunctions(files: readonly Source[]): string[] {
  return files.flatMap((file) => {
    const tree = parse(file);
    const lineOf = (at: number): number => tree.getLineAndCharacterOfPosition(at).line;
    const found: string[] = [];
    const visit = (node: ts.Node, statement: ts.Node): void => {
      const lines = lineOf(node.end) - lineOf(node.getStart()) + 1;
      if (ts.isFunctionLike(node) && lines > screen && !reason.test(tree.text.slice(statement.pos, node.getStart())))
        found.push(`${file.path}: ${functionName(node)} has ${lines} lines; part it by subject, or say why not`);
      ts.forEachChild(node, (child) =>
        visit(child, ts.isStatement(child) || ts.isClassElement(child) ? child : statement),
      );
    };
    visit(tree, tree);
    return found;
  });
}

function functionName(node: ts.SignatureDeclaration): string {
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
  return named?.getText() ?? 'a function without a name';
}
