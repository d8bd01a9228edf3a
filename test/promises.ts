/** Pages of docs that name the test of each claim: the rows of their tables, and violations. */

/** A row of a table whose last cell names the test of the first one. */
export interface Claim {
  claim: string;
  shown: string;
}

/** The rows of the tables between two headings of a page (or to its end), without head rows. */
export function claimsOf(page: string, from: string, to?: string): Claim[] {
  const begin = page.indexOf(from);
  if (begin < 0) throw new Error(`There is no “${from}” on the page.`);
  const end = to === undefined ? -1 : page.indexOf(to, begin + from.length);
  const lines = page.slice(begin, end < 0 ? undefined : end).split('\n');
  return lines
    .filter((line, n) => line.startsWith('| ') && !lines[n + 1]?.startsWith('|--') && !lines[n + 1]?.startsWith('| --'))
    .filter((line) => !line.startsWith('| --'))
    .map((line) => line.split(' | '))
    .map((cells) => ({ claim: cells[0]!.slice(2), shown: cells.at(-1)! }));
}

/**
 * The names in a cell: tests and scripts by their path below docs, subjects of `npm run torture` and `bench` by their
 * file.
 */
function namedIn(shown: string): string[] {
  const files = [...shown.matchAll(/\]\(\.\.\/((?:test|scripts)\/[^)]+)\)/g)].map(([, path]) => path!);
  const subjects = [...shown.matchAll(/npm run (torture|bench) (\w+)/g)].map(
    ([, kind, name]) => `${kind!}/${name!}.ts`,
  );
  return [...files, ...subjects];
}

/** Violations: claims without a test, and names that do not exist or can't be run. */
export function brokenPromises(claims: readonly Claim[], exists: (path: string) => boolean): string[] {
  return claims.flatMap(({ claim, shown }) => {
    const named = namedIn(shown);
    const isRun = (path: string): boolean => /\.test\.ts$|\.sh$|^torture\/|^bench\//.test(path);
    if (!named.some(isRun)) return [`nothing shows: ${claim}`];
    return named.filter((path) => !exists(path)).map((path) => `${claim} names ${path}`);
  });
}
