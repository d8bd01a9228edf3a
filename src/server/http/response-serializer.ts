/**
 * Writes answers as their schemas say, by what Fastify itself writes them with. Each writer is made when an answer needs it
 * first, and once: a server has hundreds, most of them for failures and alike, and starts without any.
 */
import serializers from '@fastify/fast-json-stringify-compiler';
import type { FastifySerializerCompiler } from 'fastify';
import type { TSchema } from 'typebox';

const compile = serializers()();

/** Writers by their schemas, which several servers of one process share. */
const writers = new WeakMap<TSchema, (answer: unknown) => string>();

/** Fastify's serializer compiler. */
export const compileSerializer: FastifySerializerCompiler<TSchema> = (route) => (answer) => {
  const { schema, method, url, httpStatus = '' } = route;
  let write = writers.get(schema);
  if (!write) writers.set(schema, (write = compile({ schema, method, url, httpStatus })));
  return write(answer);
};
