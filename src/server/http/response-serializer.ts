/**
 * Serialises responses by their schemas with Fastify's own serializer. Each is compiled once, when first needed: a
 * server has hundreds, most of them for similar errors, and starts without any.
 */
import serializers from '@fastify/fast-json-stringify-compiler';
import type { FastifySerializerCompiler } from 'fastify';
import type { TSchema } from 'typebox';

const compile = serializers()();

/** Serialisers by schema, shared by all servers of a process. */
const writers = new WeakMap<TSchema, (answer: unknown) => string>();

/** Fastify's serializer compiler. */
export const compileSerializer: FastifySerializerCompiler<TSchema> = (route) => (answer) => {
  const { schema, method, url, httpStatus = '' } = route;
  let write = writers.get(schema);
  if (!write) writers.set(schema, (write = compile({ schema, method, url, httpStatus })));
  return write(answer);
};
