/** What is told of links to peers, and of what was merged: the shapes of `GET /api/peers`. No secret is in them. */
import { Type } from 'typebox';
import type { People } from '../access/people.js';
import type { Viewer } from '../access/permissions.js';
import type { Token } from '../access/api-tokens.js';
import type { Stamp } from '../document/photo-document.js';
import { parseStamp } from '../document/stamp.js';
import type { Merge, MergeTally } from '../library/merge-log.js';
import { leastDrift } from '../sync/connections/clock-drift.js';
import { blobKinds } from '../sync/blobs/blob-index.js';
import { originalsPolicies } from '../sync/connections/peers.js';
import { authorFor } from '../album/author-names.js';
import type { ServerParts } from './context.js';

const Utc = Type.String({ description: 'UTC' });
const Direction = Type.Object({
  sent: Type.Integer({ description: 'revisions that went over since the start' }),
  pending: Type.Optional(Type.Integer({ description: 'documents still to be looked at; absent where not known' })),
});
const Moved = Type.Object({ count: Type.Integer(), bytes: Type.Integer() });

/** Which originals go over. */
export const Originals = Type.Enum(originalsPolicies);

/** A document that one side of a link rejects. */
const SetAside = Type.Object({
  id: Type.String(),
  rev: Type.String(),
  reason: Type.String({ description: 'what the side that rejects it said' }),
  direction: Type.Optional(
    Type.Enum(['pull', 'push'], { description: 'from the peer to here, or from here to the peer' }),
  ),
  since: Type.Optional(Utc),
  tries: Type.Optional(Type.Integer()),
  next: Type.Optional(Type.String({ description: 'when it is tried again by itself, UTC' })),
});

/** A link. */
const peerShape = Type.Object({
  url: Type.String(),
  kind: Type.Optional(Type.Enum(['photospool', 'couchdb'])),
  publish: Type.Boolean(),
  originals: Originals,
  state: Type.Enum(['connecting', 'catching-up', 'live', 'waiting', 'refused']),
  since: Utc,
  opened: Utc,
  reason: Type.Optional(Type.String({ description: 'why it waits' })),
  code: Type.Optional(Type.String({ description: 'the same, as the code of the error' })),
  next: Type.Optional(Utc),
  synced: Type.Optional(Utc),
  pull: Direction,
  push: Direction,
  blobs: Type.Object({ fetched: Moved, brought: Moved }),
  missing: Type.Optional(
    Type.Object(Moved.properties, { description: 'blobs that it lacks; of a public server at most 2,000' }),
  ),
  held: Type.Optional(Type.String({ description: 'why pictures wait, while documents go on' })),
  refused: Type.Array(SetAside, { description: 'documents that a side rejects: the newest 100' }),
  refusedCount: Type.Optional(Type.Integer({ description: 'how many there are' })),
  drift: Type.Optional(
    Type.Integer({ description: 'seconds that its clock is ahead, less than 0: behind; absent below two minutes' }),
  ),
  driftText: Type.Optional(Type.String({ description: 'the same as a sentence with its remedy' })),
  server: Type.Optional(Type.String({ description: 'id of its library' })),
  version: Type.Optional(Type.String()),
});

const ByKind = Type.Record(Type.Enum(blobKinds), Type.Integer());
const Guest = Type.Object({
  name: Type.String({ description: 'of its token' }),
  publish: Type.Boolean(),
  lastUsed: Type.Optional(Utc),
  connected: Type.Boolean({ description: 'heard of within three minutes' }),
});
/** That nobody knows when an edit was made. */
export const Ahead = Type.Optional(
  Type.Literal(true, {
    description:
      'the clock of the server where it was made was ahead: `at` is what that clock said, and lies in the future',
  }),
);
const MergeSide = Type.Object({
  value: Type.Unknown(),
  at: Utc,
  ahead: Ahead,
  by: Type.Object({ id: Type.Optional(Type.String()), name: Type.String() }),
  won: Type.Boolean({ description: 'it is shown since' }),
});
/** A merge as it is told. */
export const MergeShape = Type.Object({
  id: Type.String(),
  at: Utc,
  fields: Type.Array(Type.String()),
  contests: Type.Array(Type.Object({ field: Type.String(), sides: Type.Array(MergeSide) })),
});

/** A home of which two copies replicate with this server. */
const CopiedHome = Type.Object({
  server: Type.String({ description: 'the id that both have' }),
  by: Type.Array(Type.String(), { description: 'addresses of peers, names of tokens' }),
  since: Utc,
});

/** The mesh. */
export const meshShape = Type.Object({
  name: Type.String({ description: 'of this machine' }),
  server: Type.String({ description: 'id of its library' }),
  peers: Type.Array(peerShape),
  guests: Type.Array(Guest, { description: 'servers that made a link to here' }),
  missing: ByKind,
  missingBytes: ByKind,
  merges: Type.Object({
    days: Type.Array(Type.Object({ day: Type.String(), count: Type.Integer() })),
    last: Type.Array(MergeShape),
  }),
  copies: Type.Array(CopiedHome),
});

/** A guest is thought to be there for so long after its last word, ms: it asks at least once a minute. */
const silence = 180_000;

/** The servers that make links to here: what is known of them is what became of their tokens. */
export const guestsOf = (tokens: readonly Token[], now: number) =>
  tokens
    .filter(({ may }) => may.includes('replicate') || may.includes('publish'))
    .map(({ name, may, used }) => ({
      name,
      publish: !may.includes('replicate'),
      ...(used !== undefined && { lastUsed: new Date(used).toISOString() }),
      connected: used !== undefined && now - used < silence,
    }));

/** Merges with the names of those whose edits met. */
export const mergesFor = (viewer: Viewer, people: Pick<People, 'find'>, { days, last }: MergeTally, now: number) => ({
  days,
  last: last.map((merge) => mergeFor(viewer, people, merge, now)),
});

/** A merge with the names of those whose edits met. */
export const mergeFor = (viewer: Viewer, people: Pick<People, 'find'>, { contests, ...merge }: Merge, now: number) => ({
  ...merge,
  contests: contests.map(({ field, sides }) => ({
    field,
    sides: sides.map(({ value, at, made, by, won }) => ({
      ...{ value, ...momentOf({ at, made }, now), by: authorFor(viewer, people, by), won },
    })),
  })),
});

/**
 * When an edit was made, UTC, by the wall clock of its server. Nothing was made later than `now` (ms; two minutes more are taken
 * for right): then that clock was ahead.
 */
export function momentOf(
  { at, made }: { at: Stamp; made?: string | undefined },
  now: number,
): { at: string; ahead?: true } {
  const said = /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/.test(made ?? '') ? Date.parse(made!) : NaN;
  const ms = Number.isNaN(said) ? (parseStamp(at)?.ms ?? 0) : said;
  return { at: new Date(ms).toISOString(), ...(ms > now + leastDrift * 1_000 && { ahead: true as const }) };
}

/** Whether another server may bring an original: one that has a link to here, or that this one has a link to that brings some. */
export const hasPeers = ({ exchange, mesh }: Pick<ServerParts, 'exchange' | 'mesh'>): boolean =>
  exchange.isServed() || mesh.status().some(({ publish, originals }) => !publish && originals !== 'none');
