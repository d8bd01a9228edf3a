/** Parses the routes, with their parameters and keys, in the section HTTP of docs/interface.md. */

/** A row of a table, or a paragraph, with the routes it describes. */
export interface DocumentedRow {
  /** `get /api/photos/{}`: parameters in a path are `{}`. */
  routes: string[];
  query: string[];
  /** Keys of the bodies, at any depth; empty without an example. */
  body: string[];
  /** Keys of the responses, at any depth; empty without an example. */
  answer: string[];
  /** All code spans: keys, and names in the text. */
  named: ReadonlySet<string>;
  /** Other documents that it links to, such as `upload.md`. */
  links: string[];
}

const methods = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/;
const withPath = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\/[^\s…<]*)$/;

/** The code spans of a text. */
const spans = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!.replaceAll('\\|', '|'));

/** The keys of a JSON example, in which values may be omitted: `{"a","b":[{"c"}…]}`. */
export function keysIn(example: string): string[] {
  const keys: string[] = [];
  const open: string[] = [];
  let before = '';
  for (const [token] of example.matchAll(/"[^"]*"|[{}[\]:,|]/g)) {
    if (token === '{' || token === '[') open.push(token);
    else if (token === '}' || token === ']') open.pop();
    else if (token.startsWith('"') && open.at(-1) === '{' && (before === '{' || before === ','))
      keys.push(token.slice(1, -1));
    before = token;
  }
  return keys.filter((key) => /^\w+$/.test(key));
}

const examples = (text: string): string[] => spans(text).filter((code) => /^[[{]/.test(code));

/** The routes of a head such as `` `GET`, `PUT /a/:id` ``: methods without a path have the next one. */
function routesIn(head: string): string[] {
  const routes: { method: string; path: string }[] = [];
  let waiting: string[] = [];
  for (const code of spans(head)) {
    const [, method, path] = withPath.exec(code) ?? [];
    if (methods.test(code)) waiting.push(code);
    else if (method !== undefined && path !== undefined) {
      routes.push(...[...waiting, method].map((one) => ({ method: one, path })));
      waiting = [];
    } else if (/^\/[\w/:]+$/.test(code) && routes.length > 0) routes.push({ ...routes.at(-1)!, path: code });
  }
  return routes.map(
    ({ method, path }) => `${method.toLowerCase()} ${path.replace(/\?.*/, '').replaceAll(/:\w+|\bHASH\b/g, '{}')}`,
  );
}

/** The keys of the table of edits, for which bodies have `edits…`. */
function editKeys(http: string): string[] {
  const [, after = ''] = http.split('Edits are any of these keys');
  const [, table = ''] = after.split(/\n{2,}/);
  return table.split('\n').flatMap((row) => spans(row.split('|')[1] ?? ''));
}

/** The routes described in the section HTTP: the rows of its tables, and paragraphs that begin with a route. */
export function documentedRows(document: string): DocumentedRow[] {
  const [, section = ''] = document.split(/^## HTTP$/m);
  const [http = ''] = section.split(/^## /m);
  const rows = http.split('\n').filter((line) => /^\| `[A-Z]+[` ]/.test(line));
  const paragraphs = http.split(/\n{2,}/).filter((text) => /^`GET \//.test(text));
  const edits = editKeys(http);
  const parts = [
    ...rows.map((row) => {
      const [, head = '', ...rest] = row.split(/(?<!\\)\|/);
      return { head, rest: rest.join('|') };
    }),
    ...paragraphs.map((text) => ({ head: text, rest: text })),
  ];
  return parts
    .map(({ head, rest }) => {
      const whole = `${head} ${rest}`;
      const parameters = spans(whole).flatMap((code) => [...code.matchAll(/[?&](\w+)|^(\w+)=\w*$/g)]);
      return {
        routes: routesIn(head),
        query: [...new Set(parameters.map(([, one, other]) => one ?? other!))],
        body: head === rest ? [] : examples(head).flatMap(keysIn),
        answer: examples(rest).flatMap(keysIn),
        named: new Set([
          ...(head.includes('edits…') ? edits : []),
          ...spans(whole).flatMap((code) => [...code.matchAll(/\w+/g)].map(([word]) => word)),
        ]),
        links: [...whole.matchAll(/\]\(([\w-]+\.md)/g)].map(([, link]) => link!),
      };
    })
    .filter(({ routes }) => routes.length > 0);
}
