/**
 * Checks requests against the schemas, and changes nothing but this: what the query gives as text for a whole number
 * becomes that number. Bodies are taken as they are: `"5"` is no 5.
 */
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { isObject, own } from '../document/json.js';

/** Fastify's validator compiler. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = Compile(schema);
  const numbers = httpPart === 'querystring' ? integersOf(schema) : [];
  return (given: unknown) => {
    const value = numbers.length > 0 && isObject(given) ? withNumbers(given, numbers) : given;
    return check.Check(value) ? { value } : { error: check.Errors(value) };
  };
};

function integersOf(schema: TSchema): string[] {
  const properties = own(schema, 'properties');
  return isObject(properties)
    ? Object.keys(properties).filter((name) => own(properties[name], 'type') === 'integer')
    : [];
}

function withNumbers(given: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  const value = { ...given };
  for (const name of names) {
    const text = value[name];
    if (typeof text === 'string' && /^-?\d+$/.test(text)) value[name] = Number(text);
  }
  return value;
}
