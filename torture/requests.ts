/**
 * Generates requests from the server's own description (OpenAPI): for each parameter and body some valid values, and
 * many almost valid ones. The same seed gives the same ones. Pure.
 */

/** A source of numbers: each call gives one in [0, 1). */
export type Draw = () => number;

/** A random element. */
export const pick = <T>(draw: Draw, some: readonly T[]): T => some[Math.floor(draw() * some.length)]!;

/** The relevant part of a JSON schema. */
export interface Schema {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema;
  pattern?: string;
}

/** An operation of the description. */
export interface Operation {
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

/** A request to send. */
export interface Asked {
  method: string;
  /** Percent-encoded. */
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
}

const odd = [
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1e309',
    'null',
    'undefined',
    '../../etc/passwd',
    '..\\..\\x',
    '%00',
    '\u0000',
    '\u202egpj.exe',
    'é\u0301',
  ],
  ...[
    "' OR 1=1 --",
    '"><script>alert(1)</script>',
    '${7*7}',
    '{{7*7}}',
    '__proto__',
    'constructor',
    '\ud800',
    '👩‍👩‍👧‍👦',
    '\r\nX-A: b',
  ],
  ...['a'.repeat(10_000), '١٢٣', 'İ', 'ﬀ', '\u2028', '\ufeff', '-'.repeat(300), '"'.repeat(99), '('.repeat(2_000)],
];
const searchParts = [
  ...[
    'tag:',
    'camera:=',
    'place:',
    'taken:',
    'added:',
    'rating:>=',
    'iso:',
    'is:',
    'audience:',
    'album:',
    'type:',
    '-',
    '"',
    '|',
    '..',
  ],
  ...[
    'beach',
    '2024',
    '2024-13-45',
    '9999999999999',
    'favourite',
    'trashed',
    'private',
    'public',
    'photo',
    'de',
    ' ',
    ' ',
    '=',
  ],
];
const ranges = [
  'bytes=0-',
  'bytes=-1',
  'bytes=5-2',
  'bytes=0-0,1-1',
  'bytes=99999999999-',
  'bytes=-',
  'lines=1-2',
  'bytes=a-b',
];

/** Random text, including searches. */
function textOf(draw: Draw, ids: readonly string[]): string {
  if (draw() < 0.3) return Array.from({ length: 1 + draw() * 8 }, () => pick(draw, searchParts)).join('');
  return draw() < 0.3 ? pick(draw, ids) : pick(draw, odd);
}

/** From this depth on lists are short. */
const deep = 9;

/** A value for a schema: usually of the right type. */
export function valueOf(draw: Draw, schema: Schema, ids: readonly string[], depth = 0): unknown {
  if (draw() < 0.08) return pick<unknown>(draw, [null, [], {}, true, -1, 1e300, '', pick(draw, odd), [[[]]]]);
  if (schema.anyOf) return valueOf(draw, pick(draw, schema.anyOf), ids, depth);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return pick(draw, schema.enum);
  switch (schema.type) {
    case 'object':
      return objectOf(draw, schema.properties ?? {}, ids, depth);
    case 'array': {
      const { items = {} } = schema;
      // Not a long list of long lists, which would exceed the memory.
      const isLong = draw() < 0.02 && depth < deep;
      const length = isLong ? 6_000 : Math.floor(draw() * 4);
      return Array.from({ length }, () => valueOf(draw, items, ids, isLong ? deep : depth + 1));
    }
    case 'integer':
    case 'number':
      return pick(draw, [0, 1, 5, -1, 2 ** 53, 1.5, 90, 1e21, -0]);
    case 'boolean':
      return draw() < 0.5;
    case 'null':
      return null;
    default:
      return textOf(draw, ids);
  }
}

function objectOf(draw: Draw, properties: Record<string, Schema>, ids: readonly string[], depth: number): object {
  const names = Object.keys(properties).filter(() => draw() < (depth === 0 ? 0.4 : 0.8));
  const made = names.map((name) => [name, valueOf(draw, properties[name]!, ids, depth + 1)] as const);
  const extra = draw() < 0.05 ? [[pick(draw, ['__proto__', 'constructor', 'x']), { a: 1 }] as const] : [];
  return Object.fromEntries([...made, ...extra]);
}

/** JSON that is sometimes invalid. */
function jsonOf(draw: Draw, value: unknown): string {
  const text = JSON.stringify(value);
  if (draw() < 0.9) return text;
  return pick(draw, [
    ...[
      text.slice(0, -1),
      `${text}x`,
      '['.repeat(20_000),
      '{"a":'.repeat(5_000),
      '',
      '\ufeff{}',
      '{"__proto__":{"x":1}}',
    ],
    ...[text.replace(/^\{/, '{"ids":[],"ids":["x"],'), 'NaN', '{"rating":1e400}', '\u0000'],
  ]);
}

function multipartOf(draw: Draw, ids: readonly string[]): { type: string; body: Buffer } {
  const boundary = pick(draw, ['x', 'x'.repeat(70), 'a b']);
  const name = textOf(draw, ids)
    .slice(0, 300)
    .replace(/["\r\n]/g, '_');
  const head = pick(draw, [
    ...[
      `Content-Disposition: form-data; name="f"; filename="${name}"`,
      `Content-Disposition: form-data; name="${name}"`,
    ],
    ...['Content-Disposition: attachment', 'X: y', `Content-Disposition: form-data; filename*=UTF-8''%ff%00`],
  ]);
  const end = draw() < 0.8 ? `\r\n--${boundary}--\r\n` : '';
  const content = pick(draw, ['abc', '', '\u0000', 'x'.repeat(70_000)]);
  const body = `--${boundary}\r\n${head}\r\n\r\n${content}${end}`;
  return { type: `multipart/form-data; boundary=${boundary}`, body: Buffer.from(body) };
}

/** A path segment; `%` sometimes stays unencoded, to test broken encodings. */
const encode = (draw: Draw, text: string): string =>
  draw() < 0.1 ? text.replace(/[^\w.%~-]/g, '%fe') : encodeURIComponent(text.replace(/\p{Cs}/gu, '?'));

/** A request for an operation. `ids` are those of photos, some of which are invisible to the client. */
export function makeRequest(draw: Draw, route: string, operation: Operation, ids: readonly string[]): Asked {
  const [method = 'get', described = '/'] = route.split(' ');
  const parameters = operation.parameters ?? [];
  const schemaOf = (name: string): Schema => parameters.find((one) => one.name === name)?.schema ?? {};
  const path = described.replace(/\{(\w+)\}/g, (_, name: string) => {
    const { enum: some } = schemaOf(name);
    if (some && draw() < 0.8) return String(pick(draw, some));
    return encode(draw, draw() < 0.7 ? pick(draw, ids) : textOf(draw, ids)).slice(0, 4_000);
  });
  const query = parameters
    .filter((one) => one.in === 'query' && draw() < 0.6)
    .flatMap(({ name, schema }) => {
      const one = `${name}=${encode(draw, String(valueOf(draw, schema, ids))).slice(0, 4_000)}`;
      return draw() < 0.03 ? [one, one] : [one];
    });
  const headers: Record<string, string> = {};
  if (draw() < 0.1) headers.range = pick(draw, ranges);
  if (draw() < 0.05) headers['if-none-match'] = pick(draw, ['*', '"x"', 'W/"x", "y"', `"${pick(draw, ids)}"`]);
  if (draw() < 0.03) headers['x-forwarded-for'] = pick(draw, ['127.0.0.1', '::1, 10.0.0.1', 'x']);
  if (draw() < 0.03) headers['accept-encoding'] = pick(draw, ['br', 'gzip;q=0', '*;q=0']);
  const asked = { method: method.toUpperCase(), path: path + (query.length > 0 ? `?${query.join('&')}` : ''), headers };
  const content = operation.requestBody?.content ?? {};
  if (Object.keys(content).length === 0 && draw() < 0.95) return asked;
  return { ...asked, ...bodyOf(draw, content, headers, ids) };
}

function bodyOf(
  draw: Draw,
  content: Record<string, { schema: Schema }>,
  headers: Record<string, string>,
  ids: readonly string[],
): { headers: Record<string, string>; body: Buffer } {
  if (content['multipart/form-data'] && draw() < 0.9) {
    const { type, body } = multipartOf(draw, ids);
    return { headers: { ...headers, 'content-type': type }, body };
  }
  const type =
    draw() < 0.95
      ? 'application/json'
      : pick(draw, ['text/plain', 'application/xml', '', 'application/json; charset=utf-7']);
  const body = Buffer.from(jsonOf(draw, valueOf(draw, content['application/json']?.schema ?? {}, ids)));
  return { headers: { ...headers, 'content-type': type }, body };
}
