/** docs/interface.md and the OpenAPI description agree on routes, parameters, bodies and responses. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openHome } from './fixture.js';
import { documentedRows, keysIn } from './interface-document.js';

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  additionalProperties?: Schema | boolean;
  patternProperties?: Record<string, Schema>;
}
interface Operation {
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const documented = documentedRows(read('interface.md'));

/** The operations of the description by `get /api/photos/{}`. */
async function describedOperations(): Promise<Map<string, Operation>> {
  const { app } = await openHome();
  const { paths } = (await app.inject('/api/openapi.json')).json<{
    paths: Record<string, Record<string, Operation>>;
  }>();
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [
        `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`,
        operation,
      ]),
    ),
  );
}

/** The operation of a documented route, with its name: a parameter of the description matches any segment. */
function find(operations: Map<string, Operation>, route: string): [string, Operation] | undefined {
  const exact = operations.get(route);
  if (exact) return [route, exact];
  return [...operations].find(([name]) =>
    new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('{}', '[^/]+')}$`).test(route),
  );
}

const bodyOf = ({ requestBody }: Operation): Schema | undefined => requestBody?.content['application/json']?.schema;
const answerOf = ({ responses }: Operation): Schema | undefined =>
  Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1].content?.['application/json']?.schema;

/** The names of all properties of a schema, down to a depth (0: its own). */
function namesOf(schema: Schema | undefined, depth = Infinity): Set<string> {
  const names = new Set<string>();
  const visit = (one: Schema | undefined, left: number): void => {
    if (!one || left < 0) return;
    for (const [name, inner] of Object.entries(one.properties ?? {})) {
      names.add(name);
      visit(inner, left - 1);
    }
    visit(one.items, left);
    for (const inner of one.anyOf ?? []) visit(inner, left);
    for (const inner of Object.values(one.patternProperties ?? {})) visit(inner, left - 1);
    if (typeof one.additionalProperties === 'object') visit(one.additionalProperties, left - 1);
  };
  visit(schema, depth);
  return names;
}

describe('the parser of docs/interface.md', () => {
  test('finds routes, parameters, bodies and answers', () => {
    const row = '| `GET`, `PUT /a/:id?q=&by=` `{"x":[1],"y"}` | 201 `{"z":{"w":"no"}}`; `?more=` [adds](d.md#x) |';
    const paragraph = '`GET /b`, `/c`, each with `limit=` (1): `[{"v"}…]`';
    const [one, two] = documentedRows(`## HTTP\n${row}\n\n${paragraph}\n\n## Other\n| \`GET /no\` | |`);
    expect(one).toMatchObject({ routes: ['get /a/{}', 'put /a/{}'], query: ['q', 'by', 'more'], links: ['d.md'] });
    expect(one).toMatchObject({ body: ['x', 'y'], answer: ['z', 'w'] });
    expect(two).toMatchObject({ routes: ['get /b', 'get /c'], query: ['limit'], answer: ['v'] });
  });

  test('distinguishes keys from values', () => {
    expect(keysIn('{"a","b":"no"|"neither","c":[{"d"}…,"no"]}')).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('docs/interface.md and the OpenAPI description', () => {
  test('have the same routes', async () => {
    const operations = await describedOperations();
    const routes = documented.flatMap((row) => row.routes);
    expect(routes.filter((route) => !find(operations, route))).toEqual([]);
    const found = new Set(routes.map((route) => find(operations, route)?.[0]));
    // `HEAD` works wherever `GET` does; the document says so once.
    const missing = [...operations.keys()].filter(
      (name) => !found.has(name) && !found.has(name.replace(/^head /, 'get ')),
    );
    expect(missing).toEqual([]);
  });

  test('have the same parameters', async () => {
    const operations = await describedOperations();
    for (const { routes, query, links } of documented) {
      const described = routes
        .flatMap((route) => find(operations, route)![1].parameters ?? [])
        .flatMap((one) => (one.in === 'query' ? [one.name] : []));
      const elsewhere = links.map(read).join();
      expect([routes, query.filter((name) => !described.includes(name))]).toEqual([routes, []]);
      expect([
        routes,
        described.filter((name) => !query.includes(name) && !new RegExp(`[?&\`]${name}\\b`).test(elsewhere)),
      ]).toEqual([routes, []]);
    }
  });

  test.each([
    ['bodies', 'body', bodyOf],
    ['answers', 'answer', answerOf],
  ] as const)('have the same keys in %s', async (_, part, schemaOf) => {
    const operations = await describedOperations();
    for (const row of documented) {
      const keys = row[part];
      if (keys.length === 0) continue;
      const schemas = row.routes.map((route) => schemaOf(find(operations, route)![1]));
      const described = new Set(schemas.flatMap((schema) => [...namesOf(schema)]));
      expect([row.routes, keys.filter((key) => !described.has(key))]).toEqual([row.routes, []]);
      // For several routes the document may give one example.
      if (row.routes.length > 1) continue;
      const first = schemas.flatMap((schema) => [...namesOf(schema, 0)]);
      expect([row.routes, first.filter((key) => !row.named.has(key))]).toEqual([row.routes, []]);
    }
  });
});
