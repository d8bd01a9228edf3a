/**
 * The table in docs/replication.md matches the routes: each of its requests is sent, and gets the status in the table.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Fastify from 'fastify';
import { expect, test } from 'vitest';
import type { Context } from '../../src/server/context.js';
import { replication } from '../../src/server/routes/couchdb.js';
import { openHome } from '../server/fixture.js';

interface Row {
  method: string;
  url: string;
  headers: Record<string, string>;
  payload?: string;
  status: number;
}

/** The inline code in a cell. */
const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);

function readRow(line: string): Row | undefined {
  const [request = '', params = '', , ours = ''] = line.split(/(?<!\\)\|/).slice(1);
  const [method, path] = codes(request)[0]?.split(' ') ?? [];
  const status = /^\s*(\d{3})\b/.exec(ours)?.[1];
  if (method === undefined || !path?.startsWith('/db') || status === undefined) return undefined;
  const given = codes(params);
  const payload = given.find((one) => one.startsWith('{'));
  const headers = given
    .filter((one) => /^[A-Z][A-Za-z-]+: /.test(one))
    .map((one) => one.split(': ') as [string, string]);
  const query = given.find((one) => /^[a-z_]+=/.test(one));
  return {
    method,
    url: query === undefined ? path : `${path}?${encodeURI(query)}`,
    headers: {
      ...(payload !== undefined && { 'content-type': 'application/json' }),
      ...Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    },
    ...(payload !== undefined && { payload }),
    status: Number(status),
  };
}

const text = readFileSync(join(import.meta.dirname, '../../docs/replication.md'), 'utf8');
const rows = text.split('\n').flatMap((line) => readRow(line) ?? []);

test('every request of the table gets its documented response', { timeout: 60_000 }, async () => {
  const { app, access, clock } = await openHome();
  access.settings.change({ setUp: true });
  const { secret } = access.tokens.make('peer', ['replicate'], { by: 'owner', who: 'owner' });
  expect(rows.length).toBeGreaterThan(40);
  for (const { method, url, headers, payload, status } of rows) {
    const answered = app.inject({
      ...{ method: method as 'GET', url, ...(payload !== undefined && { payload }) },
      headers: { authorization: `Bearer ${secret}`, ...headers },
    });
    const end = setInterval(() => void clock.advance(1_000), 5);
    const answer = await answered;
    clearInterval(end);
    expect(answer.statusCode, `${method} ${url}`).toBe(status);
    if (status >= 400) expect(Object.keys(answer.json()), `${method} ${url}`).toEqual(['error', 'reason']);
  }
});

test('every route of replication is in the table', async () => {
  const app = Fastify();
  const routes: string[] = [];
  app.addHook('onRoute', ({ method, url }) => void routes.push(...[method].flat().map((one) => `${one} ${url}`)));
  app.decorate('access', {} as never);
  await replication(app, { databases: [] } as unknown as Context);
  await app.ready();
  const listed = new Set(rows.map(({ method, url }) => `${method} ${url.replace(/\?.*/, '')}`));
  const known = routes.filter((one) => !/^(HEAD|PATCH|OPTIONS)|\*$/.test(one));
  expect(known.length).toBeGreaterThan(12);
  for (const one of known) expect(listed, one).toContain(one.replace(':name', 'photos').replace(':id', 'a'));
});
