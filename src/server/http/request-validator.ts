/**
 * Checks requests against the schemas, and changes nothing but this: what the query gives as text for a whole number
 * becomes that number. Bodies are taken as they are: `"5"` is no 5.
 */
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/schema';
import { isObject, own } from '../../document/json-values.js';

/** Fastify's validator compiler. A check is made when it is needed first: most of a server's are not for a long time. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  let check: Validator | undefined;
  const numbers = httpPart === 'querystring' ? integersOf(schema) : [];
  return (given: unknown) => {
    const value = numbers.length > 0 && isObject(given) ? withNumbers(given, numbers) : given;
    check ??= checkOf(schema);
    return check.Check(value) ? { value } : { error: check.Errors(value)[1] };
  };
};

/** Checks by their schemas, which several servers of one process share. */
const checks = new WeakMap<TSchema, Validator>();

function checkOf(schema: TSchema): Validator {
  const known = checks.get(schema);
  if (known) return known;
  const made = Compile(schema);
  checks.set(schema, made);
  return made;
}

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
