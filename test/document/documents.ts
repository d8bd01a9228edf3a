/**
 * Documents for tests: small ones by hand, and histories by fast-check. A history has the events of one photo: servers
 * ingest it, people edit it, servers exchange and merge it. The events of each document are recorded, so that a test
 * can compare the merge with them.
 */
import fc from 'fast-check';
import { newPhoto } from '../../src/document/arrival.js';
import { applyChange, type PhotoChange } from '../../src/document/edits.js';
import { merge } from '../../src/document/merge.js';
import type { Facts, PhotoDocument, Renditions, Sighting } from '../../src/document/photo-document.js';
import { newestStamp, openHlc, type Hlc } from '../../src/document/stamp.js';

/** Facts of a small JPEG. */
export const facts = (more: Partial<Facts> = {}): Facts => ({
  recipe: 1,
  type: 'image/jpeg',
  bytes: 1000,
  width: 400,
  height: 300,
  ...more,
});

/** A sighting under a name. */
export const sighting = (more: Partial<Sighting> = {}): Sighting => ({
  at: '2026-11-24T10:00:00.000Z',
  server: 'here',
  name: 'a.jpg',
  modified: '2024-07-01T12:00:00.000Z',
  ...more,
});

/** A photo with one sighting. */
export function photo(
  more: { facts?: Partial<Facts>; renditions?: Partial<Renditions>; sighting?: Partial<Sighting> } = {},
): PhotoDocument {
  return newPhoto({
    facts: facts(more.facts),
    renditions: { recipe: 1, ...more.renditions },
    sighting: sighting(more.sighting),
  });
}

/** The n-th stamp of an epoch, at n milliseconds. */
export const stamp = (n: number, epoch = 'a'): string => `${String(n).padStart(15, '0')}-0000-${epoch}`;

/** A document with a change at a time. */
export function edited(document: PhotoDocument, change: PhotoChange, at: string, by = 'person:1'): PhotoDocument {
  return applyChange(document, change, { at, by });
}

/** An edit as it was made: the field, its stamp, its value, and the stamps of that field that its author had seen. */
export interface Made {
  field: string;
  at: string;
  value: unknown;
  past: Set<Made>;
}

/** The document of a server, and all edits in it. */
export interface Replica {
  document: PhotoDocument;
  known: Set<Made>;
}

/** An event on one of three servers. */
export type Happening =
  | { kind: 'edit'; server: number; change: PhotoChange }
  | { kind: 'meet'; server: number; other: number }
  | { kind: 'restart'; server: number }
  | { kind: 'ingest'; server: number; recipe: number; name: string };

const change: fc.Arbitrary<PhotoChange> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ audience: fc.constantFrom('private', 'family', 'public') }) },
  fc.record({ title: fc.constantFrom('one', 'two', null) }),
  fc.record({ rating: fc.integer({ min: 0, max: 5 }), favourite: fc.boolean() }),
  fc.record({ trashed: fc.boolean() }),
  fc.record({
    tags: fc.record({ add: fc.subarray(['x', 'y', '__proto__']), remove: fc.subarray(['x', 'constructor']) }),
  }),
);
const server = fc.integer({ min: 0, max: 2 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('edit' as const), server, change }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('meet' as const), server, other: server }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), server }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('ingest' as const),
      server,
      recipe: fc.integer({ min: 1, max: 3 }),
      name: fc.constantFrom('a.jpg', 'b.jpg'),
    }),
  },
);

/** A history of up to `length` events. */
export const history = (length = 60): fc.Arbitrary<Happening[]> =>
  fc.array(happening, { maxLength: length, size: 'max' });

/** Plays a history on three servers with different clocks; returns every state of a server. */
export function play(happenings: readonly Happening[]): { replicas: Replica[]; states: Replica[] } {
  let time = 0;
  let epochs = 0;
  const clock = (ahead: number): Hlc => openHlc({ now: () => time + ahead }, `e${epochs++}`);
  const clocks = [clock(0), clock(50), clock(-50)];
  const replicas: Replica[] = clocks.map((_, n) => ({
    document: photo({ sighting: { server: `s${n}` } }),
    known: new Set(),
  }));
  const states = replicas.map((replica) => ({ ...replica }));
  for (const step of happenings) {
    time += 10;
    const replica = replicas[step.server]!;
    if (step.kind === 'restart') clocks[step.server] = clock(0);
    if (step.kind === 'edit')
      replicas[step.server] = edit(replica, step.change, clocks[step.server]!.next(newestStamp(replica.document)));
    if (step.kind === 'ingest') {
      const came = photo({ facts: { recipe: step.recipe }, sighting: { server: `s${step.server}`, name: step.name } });
      replicas[step.server] = { ...replica, document: merge(replica.document, came) };
    }
    if (step.kind === 'meet') replicas[step.server] = replicas[step.other] = join(replica, replicas[step.other]!);
    states.push(replicas[step.server]!);
  }
  return { replicas, states };
}

/** The merge of two servers' documents, and their combined events. */
export function join(a: Replica, b: Replica): Replica {
  return { document: merge(a.document, b.document), known: new Set([...a.known, ...b.known]) };
}

function edit({ document, known }: Replica, change: PhotoChange, at: string): Replica {
  const after = applyChange(document, change, { at, by: 'person:1' });
  const made = Object.entries(after.edits).flatMap(([field, list]): Made[] =>
    Array.isArray(list) && list[0]?.at === at
      ? [{ field, at, value: list[0].value, past: new Set([...known].filter((one) => one.field === field)) }]
      : [],
  );
  return { document: after, known: new Set([...known, ...made]) };
}
