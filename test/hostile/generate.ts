/**
 * Documents, revisions, stamps and requests of a hostile or odd program. The same seed and known documents give the
 * same bytes. Pure.
 */

/** A source of numbers: each call gives one in [0, 1). */
export type Draw = () => number;
/** A document for `_bulk_docs`. */
export type Doc = Record<string, unknown>;

/** Existing documents to refer to. */
export interface Known {
  /** Complete documents of the home, from `_bulk_get`. */
  docs: readonly Doc[];
  /** Ids of photos (SHA-256) that the checks edit. */
  photos: readonly string[];
}

const pick = <T>(draw: Draw, some: readonly T[]): T => some[Math.floor(draw() * some.length)]!;
const hex = (draw: Draw, length: number): string =>
  Array.from({ length }, () => '0123456789abcdef'[Math.floor(draw() * 16)]!).join('');
const number = (draw: Draw, most: number): number => Math.floor(draw() * most);

const texts = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udfff x',
    '\u202egpj',
    'é\u0301',
    '__proto__',
    'constructor',
    '\r\n',
    '\ufeff',
  ],
  ...[
    '"'.repeat(50),
    '💥'.repeat(40),
    '<script>alert(1)</script>',
    "' OR 1=1 --",
    '${7*7}',
    '../../etc/passwd',
    '%00',
    '\u2028',
  ],
];

/** The hash of a revision: usually well formed, so that its content is accepted. */
function hashOf(draw: Draw): string {
  if (draw() < 0.6) return hex(draw, 32);
  return pick(draw, [
    ...[
      'z'.repeat(32),
      hex(draw, 32).toUpperCase(),
      'has space',
      'zö',
      'x'.repeat(100),
      'a',
      '',
      '-',
      '-'.repeat(32),
      `+${hex(draw, 31)}`,
    ],
    ...[hex(draw, 31), hex(draw, 33), '~'.repeat(64), '0'.repeat(32), 'f'.repeat(32), pick(draw, texts)],
  ]);
}

const generations = [
  '0',
  '-1',
  '1e3',
  '01',
  '999999999999999',
  '9007199254740993',
  '1000000000',
  '1000000001',
  '',
  'x',
];
const revOf = (draw: Draw): string => `${draw() < 0.8 ? 1 + number(draw, 4) : pick(draw, generations)}-${hashOf(draw)}`;

/** A stamp: far ahead, at the end of time, long ago, or invalid. */
export function stampOf(draw: Draw): unknown {
  const epoch = pick(draw, ['x', hex(draw, 16), 'z'.repeat(32), 'X', '']);
  const ms = pick(draw, [0, 1, ...[1986, 2026, 2030, 2926].map((year) => Date.UTC(year)), 999_999_999_999_999]);
  const counter = pick(draw, ['0000', 'ffff', 'fffd', 'fffe', '00000', 'zzzz']);
  if (draw() < 0.8) return `${String(Math.floor(ms)).padStart(15, '0')}-${counter}-${epoch}`;
  return pick<unknown>(draw, [
    '',
    null,
    7,
    {},
    [],
    'now',
    '999999999999999',
    '9'.repeat(40),
    `${'9'.repeat(16)}-ffff-x`,
    true,
  ]);
}

const edited = [
  'title',
  'description',
  'audience',
  'trashed',
  'rating',
  'favourite',
  'taken',
  'position',
  'tags',
  'albums',
  'odd',
];

/** A value of an edit, usually of a wrong type. */
function valueOf(draw: Draw): unknown {
  const deep = (depth: number): unknown =>
    depth === 0 ? 1 : draw() < 0.5 ? [deep(depth - 1)] : { a: deep(depth - 1) };
  return pick<() => unknown>(draw, [
    () => pick(draw, texts),
    () => pick<unknown>(draw, [true, false, null, 0, -0, 1e308, 2 ** 53, -1, 1.5]),
    () => pick(draw, ['public', 'private', 'family', 'everybody']),
    () => pick<unknown>(draw, [[], {}, [[]], { value: 1 }, { lat: 91, lon: 181 }, { lat: 'x' }]),
    () => 'x'.repeat(number(draw, 120_000)),
    () => deep(pick(draw, [5, 60, 400])),
    () => Array.from({ length: number(draw, 4_000) }, (_, n) => n),
  ])();
}

/** An edit with forged `over` and `saw`. */
const editOf = (draw: Draw): Doc => ({
  value: valueOf(draw),
  at: stampOf(draw),
  by: pick<unknown>(draw, ['owner', 'person:x', '', null, 7, 'token:x', pick(draw, texts)]),
  ...(draw() < 0.4 && { over: pick<unknown>(draw, [stampOf(draw), [stampOf(draw), stampOf(draw)], {}, 7]) }),
  ...(draw() < 0.4 && {
    saw: pick<unknown>(draw, [stampOf(draw), Array.from({ length: 40 }, () => stampOf(draw)), { a: stampOf(draw) }]),
  }),
});

function editsOf(draw: Draw): unknown {
  if (draw() < 0.1) return pick<unknown>(draw, [null, [], 'x', 7, { __proto__: null }]);
  const fields = edited.filter(() => draw() < 0.4);
  return Object.fromEntries(
    fields.map((field) => [
      field,
      draw() < 0.15
        ? pick<unknown>(draw, [{}, 'x', { a: [editOf(draw)] }, null])
        : Array.from({ length: 1 + number(draw, 3) }, () => editOf(draw)),
    ]),
  );
}

const bodyOf = (draw: Draw, kind: string): Doc => ({
  kind: draw() < 0.9 ? kind : pick<unknown>(draw, ['odd', '', null, 7, {}, 'photo']),
  format: pick<unknown>(draw, [1, 1, 1, 2, 99, -1, '1', null]),
  ...(draw() < 0.7 && { edits: editsOf(draw) }),
  ...(draw() < 0.3 && {
    sightings: pick<unknown>(draw, [{}, [], { x: {} }, { 'a b': { at: stampOf(draw), server: 7 } }]),
  }),
  ...(draw() < 0.3 && {
    facts: pick<unknown>(draw, [{}, [], null, { recipe: 'x', type: 7, taken: '9999-99-99' }, { bytes: -1 }]),
  }),
  ...(draw() < 0.3 && {
    renditions: pick<unknown>(draw, [
      {},
      7,
      { thumb: { sha256: 'x' } },
      { preview: { sha256: hex(draw, 64), bytes: 1e15 } },
    ]),
  }),
  ...(draw() < 0.3 && { text: pick<unknown>(draw, [editOf(draw), 'x', null]) }),
  ...(draw() < 0.2 && { name: editOf(draw), query: editOf(draw) }),
  ...(draw() < 0.2 && { purged: pick<unknown>(draw, [{ at: stampOf(draw), by: 'owner' }, 'x', { at: 7 }]) }),
  ...(draw() < 0.1 && { [pick(draw, texts)]: pick(draw, texts) }),
  ...(draw() < 0.05 && { _attachments: { x: { data: 'eA==', content_type: 'text/plain' } } }),
  ...(draw() < 0.05 && { _odd: 1 }),
});

function idOf(draw: Draw, kind: string, { photos }: Known): string {
  const photo = draw() < 0.5 ? pick(draw, photos) : hex(draw, 64);
  if (draw() < 0.15)
    return pick(draw, [
      ...texts,
      '_design/x',
      '_local/x',
      '_x',
      'x'.repeat(3_000),
      'é'.repeat(300),
      'photo:',
      'photo:x',
    ]);
  return (
    { photo: `photo:${photo}`, exif: `exif:${photo}`, comment: `comment:${photo}:${hex(draw, 26)}` }[kind] ??
    `${kind}:${hex(draw, 8)}`
  );
}

/** A real document with something odd in it, on top of its own revision or beside it. */
function changed(draw: Draw, known: Doc): Doc {
  const revisions = known['_revisions'] as { start: number; ids: string[] } | undefined;
  const edits = known['edits'] as Doc | undefined;
  const field = pick(draw, edited);
  const body = {
    ...known,
    ...(draw() < 0.8 ? { edits: { ...edits, [field]: [editOf(draw)] } } : bodyOf(draw, 'photo')),
  };
  // A peer may purge: that is not an error.
  const isPhoto = String(known['_id']).startsWith('photo:');
  const start = (revisions?.start ?? 1) + 1;
  const hash = hashOf(draw);
  const ids = [hash, ...(revisions?.ids ?? [])];
  if (draw() < 0.1) ids.splice(1, 1, hashOf(draw));
  return {
    ...body,
    _rev: `${start}-${hash}`,
    _revisions: { start, ids },
    ...(draw() < 0.1 && !isPhoto && { _deleted: true }),
  };
}

/** A document. */
export function docOf(draw: Draw, known: Known): Doc {
  if (draw() < 0.4 && known.docs.length > 0) return changed(draw, pick(draw, known.docs));
  const kind = pick(draw, ['photo', 'photo', 'comment', 'album', 'exif', 'person', 'public', 'odd', 'setting']);
  const rev = revOf(draw);
  const at = rev.indexOf('-');
  const ids = [rev.slice(at + 1), ...Array.from({ length: number(draw, 4) }, () => hashOf(draw))];
  return {
    _id: draw() < 0.98 ? idOf(draw, kind, known) : pick<unknown>(draw, [7, null, {}, []]),
    ...(draw() < 0.95 && { _rev: draw() < 0.97 ? rev : pick<unknown>(draw, [7, null, {}]) }),
    ...(draw() < 0.6 && {
      _revisions:
        draw() < 0.9
          ? { start: Number(rev.slice(0, at)), ids }
          : pick<unknown>(draw, [
              { start: 'x', ids },
              { start: 1, ids: [7, null] },
              { ids },
              'x',
              { start: 1e300, ids },
            ]),
    }),
    ...(draw() < 0.1 && { _deleted: pick<unknown>(draw, [true, true, 'x', 1]) }),
    ...bodyOf(draw, kind),
  };
}

/** A request to `/db`. */
export interface HostileRequest {
  method: string;
  /** Below the database, with its query. */
  path: string;
  body?: string;
}

const params = {
  since: ['0', 'now', '-1', 'x', '999999999-x', '1e99', '%00', '9'.repeat(400), '[1,2]'],
  limit: ['0', '1', '-1', 'x', '1e9', '99999999999999999999', '0.5'],
  feed: ['normal', 'longpoll', 'odd', 'eventsource'],
  timeout: ['0', '1', '-1', 'x', '1e99', '50'],
  heartbeat: ['true', '0', '-1', 'x', '1', '1e99'],
  style: ['all_docs', 'main_only', 'x'],
  filter: ['_doc_ids', '_selector', 'app/f', '_view', '_design', ''],
  doc_ids: ['["a"]', '[', '7', '[7]'],
  descending: ['true', 'x'],
  include_docs: ['true', 'x'],
  conflicts: ['true'],
  attachments: ['true'],
  open_revs: ['all', '["1-a"]', '[', '7', '[7]', '["x"]', `["1-${'z'.repeat(32)}"]`, '[]'],
  rev: ['1-a', 'x', '', `1-${'z'.repeat(32)}`, '9'.repeat(999)],
  revs: ['true', 'x'],
  latest: ['true', 'x'],
  atts_since: ['["1-a"]', '['],
};

function queryOf(draw: Draw): string {
  const named = Object.entries(params).filter(() => draw() < 0.25);
  const parts = named.map(
    ([name, values]) => `${name}=${encodeURIComponent(pick(draw, values)).replaceAll('%2500', '%00')}`,
  );
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}

const bodies = (draw: Draw, known: Known): string => {
  const ids = known.docs.map((doc) => doc['_id'] as string);
  const named = (): Doc => ({
    id: draw() < 0.6 ? pick(draw, [...ids, 'x']) : idOf(draw, 'photo', known),
    rev: draw() < 0.7 ? revOf(draw) : pick<unknown>(draw, [7, null, {}]),
  });
  const many = <T>(make: () => T): T[] => Array.from({ length: pick(draw, [0, 1, 3, 200]) }, make);
  return pick<() => string>(draw, [
    () => JSON.stringify({ docs: many(named) }),
    () =>
      JSON.stringify({ docs: Array.from({ length: 2_000 }, () => ({ id: pick(draw, [...ids, 'x']), rev: '1-a' })) }),
    () => JSON.stringify({ new_edits: false, docs: many(() => docOf(draw, known)) }),
    () => JSON.stringify({ new_edits: pick<unknown>(draw, [true, 'x', null]), docs: many(() => docOf(draw, known)) }),
    () =>
      JSON.stringify(
        Object.fromEntries(
          many(() => [String(named()['id']), pick<unknown>(draw, [[revOf(draw)], [7], 'x', [], null])]),
        ),
      ),
    () =>
      JSON.stringify({
        doc_ids: pick<unknown>(draw, [ids, [7], 'x']),
        selector: pick<unknown>(draw, [{}, { kind: 'photo' }, { $odd: 1 }, 7, { a: { $regex: '(a+)+$' } }]),
      }),
    () =>
      pick(draw, [
        '',
        '[]',
        'null',
        '7',
        '"x"',
        '{',
        '{"docs":',
        '['.repeat(30_000),
        '{"a":'.repeat(10_000),
        '\u0000',
        '{"docs":[{"_id":"half","_rev":"1-a","t":"\\ud800"}],"new_edits":false}',
      ]),
  ])();
};

/** A request to a route of the protocol, with odd parameters and an odd body. */
export function requestOf(draw: Draw, known: Known): HostileRequest {
  const id = encodeURIComponent(idOf(draw, pick(draw, ['photo', 'comment', 'odd']), known).replace(/\p{Cs}/gu, '?'));
  const [method, path] = pick<readonly [string, string]>(draw, [
    ...([
      ['GET', '/_changes'],
      ['GET', '/_changes'],
      ['POST', '/_changes'],
      ['POST', '/_revs_diff'],
      ['POST', '/_revs_diff'],
      ['POST', '/_bulk_get'],
    ] as const),
    ...([
      ['POST', '/_bulk_get'],
      ['POST', '/_bulk_docs'],
      ['GET', `/${id}`],
      ['GET', `/${id}`],
      ['PUT', `/${id}`],
      ['DELETE', `/${id}`],
    ] as const),
    ...([
      ['GET', `/_local/${id}`],
      ['PUT', `/_local/${id}`],
      ['DELETE', `/_local/${id}`],
      ['GET', '/'],
      ['GET', ''],
      ['PUT', ''],
      ['DELETE', ''],
    ] as const),
    ...([
      ['POST', '/_ensure_full_commit'],
      ['GET', '/_design/x'],
      ['PUT', '/_design/x'],
      ['GET', '/_all_docs'],
      ['POST', '/_purge'],
      ['HEAD', '/_changes'],
    ] as const),
    ...([
      ['GET', `/${id}/attachment`],
      ['PUT', `/${id}/attachment`],
      ['OPTIONS', '/'],
      ['PATCH', '/'],
      ['GET', '/_security'],
      ['GET', '/%ff'],
    ] as const),
  ]);
  const hasBody = method === 'POST' || method === 'PUT' || method === 'PATCH';
  return { method, path: path + queryOf(draw), ...(hasBody && { body: bodies(draw, known) }) };
}
