/**
 * Validation errors as a sentence for a person. The validator reports every broken rule, and for a value with
 * alternatives those of each one; the sentence names the one place that was most likely meant.
 */
import type { FastifySchemaValidationError } from 'fastify';
import { PhotospoolError, notFound } from '../../base/errors.js';
import { own } from '../../document/json-values.js';

/** A broken rule and its place: the keys from the outside in. */
interface Broken {
  keyword: string;
  schemaPath: string;
  params: unknown;
  keys: string[];
}

/** The maximum length of a name that is repeated in the message, in characters. */
const longest = 100;

/**
 * A sentence about an invalid request; `part` is `body`, `querystring`, `params` or `headers`. A malformed id in the
 * path (of another length) refers to nothing: `not-found`, otherwise the code is `invalid`.
 */
export function describeBroken(errors: readonly FastifySchemaValidationError[], part: string): PhotospoolError {
  const at = errors[0]?.instancePath;
  if (part === 'params')
    return notFound(at === '/id' ? 'This photo doesn’t exist.' : 'There is nothing at this address.');
  return new PhotospoolError('invalid', sentenceOf(innermost(errors.flatMap(placed)), part), {
    hint: 'See GET /api/openapi.json for the valid requests.',
  });
}

/** The places of a broken rule, one for each missing or extra key; none for rules that only summarise others. */
function placed({ keyword, schemaPath, params, instancePath }: FastifySchemaValidationError): Broken[] {
  if (keyword === 'anyOf' || keyword === 'boolean') return [];
  const keys = instancePath.split('/').slice(1).map(unescape);
  const named = own(params, keyword === 'required' ? 'requiredProperties' : keyword);
  const names = Array.isArray(named) ? named.map(String) : [];
  if (names.length === 0) return [{ keyword, schemaPath, params, keys }];
  return names.map((name) => ({ keyword, schemaPath, params, keys: [...keys, name] }));
}

/** A key, decoded from a JSON pointer (RFC 6901, 4). */
const unescape = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~');

/** The rules broken at the innermost place: for alternatives, this is the one that was most likely meant. */
function innermost(broken: Broken[]): Broken[] {
  const depth = Math.max(...broken.map(({ keys }) => keys.length));
  const first = broken.find(({ keys }) => keys.length === depth);
  return broken.filter(({ keys }) => keys.join('\0') === first?.keys.join('\0'));
}

function sentenceOf(broken: Broken[], part: string): string {
  const said = broken.find(({ keyword }) => keyword !== 'type' && keyword !== 'const') ?? broken[0];
  if (said === undefined) return 'The request is not valid.';
  const name = nameOf(said.keys);
  if (said.keyword === 'additionalProperties') return `Unknown field ${name}.`;
  if (said.keyword === 'minProperties') return 'Send at least one field to change.';
  const kind = part === 'querystring' ? 'parameter' : 'field';
  return `The ${name === '' ? part : `${kind} ${name}`} ${demand(said) ?? `must be ${kindsOf(broken)}`}.`;
}

/** `tags.add[0]`; untrusted names are shortened. */
function nameOf(keys: readonly string[]): string {
  const name = keys.map((key, n) => (n > 0 && /^\d+$/.test(key) ? `[${key}]` : `${n > 0 ? '.' : ''}${key}`)).join('');
  return name.length > longest ? `${name.slice(0, longest)}…` : name;
}

/** The requirement of a rule; undefined if it concerns the type. */
function demand({ keyword, params }: Broken): string | undefined {
  const limit = Number(own(params, 'limit')).toLocaleString('en');
  switch (keyword) {
    case 'type':
    case 'const':
      return undefined;
    case 'required':
      return 'is missing';
    case 'enum':
      return `must be ${either((own(params, 'allowedValues') as unknown[]).map(String))}`;
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'maxLength':
      return `must have at most ${limit} characters`;
    case 'maxItems':
      return `must have at most ${limit} entries`;
    case 'minLength':
    case 'minItems':
      return 'must not be empty';
    case 'pattern':
      // Only ids have a pattern in bodies and queries.
      return 'must be the id of a photo';
    default:
      return 'is not valid';
  }
}

const kinds: Record<string, string> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

/** The types that a place accepts. If only one text is accepted, that text is more specific than `text`. */
function kindsOf(broken: readonly Broken[]): string {
  const bySchema = new Map<string, string>();
  for (const { keyword, schemaPath, params } of broken) {
    const type = String(own(params, 'type'));
    bySchema.set(schemaPath, keyword === 'const' ? `“${String(own(params, 'allowedValue'))}”` : (kinds[type] ?? type));
  }
  return either([...bySchema.values()]);
}

/** `a, b or c` */
const either = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
