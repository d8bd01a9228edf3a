/**
 * Validates requests against the schemas. The only conversion: integers in the query are parsed from text. Bodies are
 * not converted: `"5"` is not 5.
 */
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/schema';
import { isObject, own } from '../../document/json-values.js';

/** Fastify's validator compiler. Validators are compiled when first needed: most of a server's are rarely used. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  let check: Validator | undefined;
  const numbers = httpPart === 'querystring' ? integersOf(schema) : [];
  return (given: unknown) => {
    const value = numbers.length > 0 && isObject(given) ? withNumbers(given, numbers) : given;
    check ??= checkOf(schema);
    return check.Check(value) ? { value } : { error: check.Errors(value)[1] };
  };
};

/** Validators by schema, shared by all servers of a process. */
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
