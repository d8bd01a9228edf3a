/**
 * CouchDB's Mango selectors (https://docs.couchdb.org/en/stable/api/database/find.html#selector-syntax), for
 * `_changes?filter=_selector`: all operators except `$regex`, with which a client could block the server, and `$text`.
 * Text is compared by UTF-16 code unit, not by locale. Pure.
 */
import { PhotospoolError, printable } from '../../base/errors.js';
import { compareText, isObject, own, type JsonObject } from '../../document/json-values.js';

/** Whether a document matches. */
export type Selector = (document: unknown) => boolean;

/** Maximum nesting depth of selectors, and maximum number of conditions. */
const deepest = 32;
const mostConditions = 10_000;

/** Parses a selector. @throws PhotospoolError `invalid` if it is malformed, or has an unsupported operator. */
export function readSelector(selector: unknown): Selector {
  if (!isObject(selector)) throw invalid('The selector must be an object.');
  const condition = new SelectorReader().object(selector, 0);
  return (document) => condition(document) === true;
}

/**
 * Whether a condition holds; undefined if its field is missing. In CouchDB neither a condition nor its negation holds
 * then, so the negation of undefined is undefined, and only true matches.
 */
type Condition = (value: unknown) => boolean | undefined;

class SelectorReader {
  private conditions = 0;

  /** An object of fields and operators, which must all hold. */
  object(selector: JsonObject, depth: number): Condition {
    const keys = Object.keys(selector);
    this.conditions += keys.length + 1;
    if (depth > deepest || this.conditions > mostConditions) throw invalid('The selector is too large.');
    return every(
      keys.map((key) =>
        key.startsWith('$') ? this.operator(key, selector[key], depth + 1) : this.field(key, selector[key], depth + 1),
      ),
    );
  }

  private field(key: string, argument: unknown, depth: number): Condition {
    const path = pathOf(key);
    const condition = this.condition(argument, depth);
    return (value) => condition(path.reduce<unknown>(own, value));
  }

  /** The condition for a field or element: a value, or an object of operators and nested fields. */
  private condition(argument: unknown, depth: number): Condition {
    if (!isObject(argument)) return whereThere(equals(argument));
    const all = this.object(argument, depth);
    return Object.keys(argument).length === 0 ? whereThere(() => true) : all;
  }

  private operator(name: string, argument: unknown, depth: number): Condition {
    const simple = simpleOperators[name];
    if (simple) return whereThere(simple(argument));
    switch (name) {
      case '$and':
        return every(this.list(name, argument, depth));
      case '$or': {
        const all = this.list(name, argument, depth);
        // In CouchDB everything matches an empty list of alternatives.
        return all.length === 0 ? () => true : some(all);
      }
      case '$nor':
        return not(some(this.list(name, argument, depth)));
      case '$not':
        return not(this.condition(argument, depth));
      case '$exists':
        if (typeof argument !== 'boolean') throw invalid('$exists must be true or false.');
        return (value) => (value !== undefined) === argument;
      case '$elemMatch':
      case '$allMatch':
      case '$keyMapMatch':
        return whereThere(elementOperators[name](this.condition(argument, depth)));
      default:
        throw invalid(`The selector has the operator ${printable(name.slice(0, 80))}, which is not supported.`);
    }
  }

  private list(name: string, argument: unknown, depth: number): Condition[] {
    if (!Array.isArray(argument) || !argument.every(isObject)) throw invalid(`${name} must be an array of selectors.`);
    return argument.map((one) => this.object(one, depth));
  }
}

/** Tests an existing value. */
type Test = (value: unknown) => boolean;

const whereThere =
  (test: Test): Condition =>
  (value) =>
    value === undefined ? undefined : test(value);

/** False if one is false, otherwise undefined if one is undefined. */
const every =
  (all: readonly Condition[]): Condition =>
  (value) => {
    let result: boolean | undefined = true;
    for (const condition of all) {
      const holds = condition(value);
      if (holds === false) return false;
      if (holds === undefined) result = undefined;
    }
    return result;
  };
const not =
  (condition: Condition): Condition =>
  (value) => {
    const holds = condition(value);
    return holds === undefined ? undefined : !holds;
  };
/** True if one is true, otherwise undefined if one is undefined. */
const some = (all: readonly Condition[]): Condition => not(every(all.map(not)));

const elementOperators: Readonly<Record<'$elemMatch' | '$allMatch' | '$keyMapMatch', (condition: Condition) => Test>> =
  {
    $elemMatch: (condition) => (value) => Array.isArray(value) && value.some((one) => condition(one) === true),
    $allMatch: (condition) => (value) =>
      Array.isArray(value) && value.length > 0 && value.every((one) => condition(one) === true),
    $keyMapMatch: (condition) => (value) =>
      isObject(value) && Object.keys(value).some((key) => condition(key) === true),
  };

const equals =
  (argument: unknown): Test =>
  (value) =>
    compare(value, argument) === 0;

/** Operators that compare a value with an argument. */
const comparing =
  (holds: (order: number) => boolean) =>
  (argument: unknown): Test =>
  (value) =>
    holds(compare(value, argument));

const types = ['null', 'boolean', 'number', 'string', 'array', 'object'];

/** The operators without nested selectors. */
const simpleOperators: Readonly<Record<string, ((argument: unknown) => Test) | undefined>> = {
  $eq: equals,
  $ne: comparing((order) => order !== 0),
  $lt: comparing((order) => order < 0),
  $lte: comparing((order) => order <= 0),
  $gt: comparing((order) => order > 0),
  $gte: comparing((order) => order >= 0),
  $type(argument) {
    if (!types.includes(argument as string)) throw invalid(`$type must be one of ${types.join(', ')}.`);
    return (value) => types[rankOf(value)] === argument;
  },
  $in: (argument) => isOneOf(valuesOf('$in', argument)),
  $nin(argument) {
    const isIn = isOneOf(valuesOf('$nin', argument));
    return (value) => !isIn(value);
  },
  $all(argument) {
    const wanted = valuesOf('$all', argument);
    const isThere = (list: unknown[], one: unknown): boolean => list.some(equals(one));
    return (value) => Array.isArray(value) && wanted.length > 0 && wanted.every((one) => isThere(value, one));
  },
  $size(argument) {
    if (!Number.isInteger(argument)) throw invalid('$size must be a whole number.');
    return (value) => Array.isArray(value) && value.length === argument;
  },
  $mod(argument) {
    const [divisor, rest] = Array.isArray(argument) && argument.length === 2 ? (argument as unknown[]) : [];
    if (!Number.isInteger(divisor) || !Number.isInteger(rest) || divisor === 0)
      throw invalid('$mod must be [divisor, remainder], two whole numbers.');
    return (value) => Number.isInteger(value) && (value as number) % (divisor as number) === rest;
  },
  $beginsWith(argument) {
    if (typeof argument !== 'string') throw invalid('$beginsWith must be text.');
    return (value) => typeof value === 'string' && value.startsWith(argument);
  },
};

/** Whether a value, or an element of a list, is one of the given values. */
const isOneOf =
  (values: readonly unknown[]): Test =>
  (value) =>
    (Array.isArray(value) ? value : [value]).some((one) => values.some(equals(one)));

function valuesOf(name: string, argument: unknown): unknown[] {
  if (!Array.isArray(argument)) throw invalid(`${name} must be an array.`);
  return argument;
}

/** The keys of `a.b`; a dot after a backslash is part of a key. */
const pathOf = (field: string): string[] => field.split(/(?<!\\)\./).map((key) => key.replace(/\\([.$])/g, '$1'));

/** The rank of a value's type in CouchDB's collation. */
function rankOf(value: unknown): number {
  if (value === null) return 0;
  if (Array.isArray(value)) return 4;
  return { boolean: 1, number: 2, string: 3 }[typeof value as string] ?? 5;
}

/** CouchDB's collation of JSON values (https://docs.couchdb.org/en/stable/ddocs/views/collation.html). */
function compare(a: unknown, b: unknown): number {
  const rank = rankOf(a);
  if (rank !== rankOf(b)) return rank - rankOf(b);
  if (rank === 3) return compareText(a as string, b as string);
  if (rank < 3) return Number(a) - Number(b);
  if (rank === 4) return compareLists(a as unknown[], b as unknown[]);
  return compareLists(Object.entries(a as JsonObject).flat(), Object.entries(b as JsonObject).flat());
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (let n = 0; n < Math.min(a.length, b.length); n++) {
    const order = compare(a[n], b[n]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

const invalid = (message: string): PhotospoolError => new PhotospoolError('invalid', message, { op: 'select' });
