/** Responses are serialized by their schemas; each of the many serializers is compiled on first use. */
import serializers from '@fastify/fast-json-stringify-compiler';
import { Type, type TSchema } from 'typebox';
import { expect, it } from 'vitest';
import { compileSerializer } from '../../src/server/http/response-serializer.js';
import { openHome } from './fixture.js';

/** The parts of the description used here. */
interface Description {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: TSchema }> }> }>
  >;
}

const route = { method: 'GET', url: '/a', httpStatus: '200' };

it('writes the fields of the schema and nothing else, for any route', () => {
  const schema = Type.Object({ name: Type.String(), count: Type.Optional(Type.Integer()) });
  const answer = { name: 'a "b"', count: 3, secret: 'c' };
  for (const url of ['/a', '/b']) {
    expect(compileSerializer({ ...route, url, schema })(answer)).toBe('{"name":"a \\"b\\"","count":3}');
  }
});

it('compiles a serializer at the first response, not earlier', () => {
  const write = compileSerializer({ ...route, schema: { type: 'nonsense' } });
  expect(() => write({})).toThrow(/schema is invalid/);
});

it('can compile one for every schema of the server', async () => {
  const { app } = await openHome();
  const { paths } = (await app.inject('/api/openapi.json')).json<Description>();
  const compile = serializers()();
  const schemas = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ responses }) => Object.values(responses))
    .flatMap(({ content = {} }) => Object.values(content).map(({ schema }) => schema));
  expect(schemas.length).toBeGreaterThan(200);
  for (const schema of schemas) expect(() => compile({ ...route, schema })).not.toThrow();
});
