/**
 * The schemas of responses about the server itself: its peers, and the findings of `doctor`; see photo-schemas.ts. They
 * contain no secret.
 */
import { Type } from 'typebox';
import { checks, severities } from '../doctor/finding.js';
import { blobKinds } from '../sync/blobs/blob-kinds.js';
import { originalsPolicies } from '../sync/connections/peers.js';

const Utc = Type.String({ description: 'UTC' });
const Direction = Type.Object({
  sent: Type.Integer({ description: 'revisions that went over since the start' }),
  pending: Type.Optional(Type.Integer({ description: 'documents still to be looked at; absent where not known' })),
});
const Moved = Type.Object({ count: Type.Integer(), bytes: Type.Integer() });

/** Which originals are fetched. */
export const Originals = Type.Enum(originalsPolicies);

/** A document that one side of a connection rejects. */
export const QuarantinedDocument = Type.Object({
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

/** A connection. */
export const PeerConnection = Type.Object({
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
  refused: Type.Array(QuarantinedDocument, { description: 'documents that a side rejects: the newest 100' }),
  refusedCount: Type.Optional(Type.Integer({ description: 'how many there are' })),
  drift: Type.Optional(
    Type.Integer({ description: 'seconds that its clock is ahead, less than 0: behind; absent below two minutes' }),
  ),
  driftText: Type.Optional(Type.String({ description: 'the same as a sentence with its remedy' })),
  server: Type.Optional(Type.String({ description: 'id of its library' })),
  version: Type.Optional(Type.String()),
});

const ByKind = Type.Record(Type.Enum(blobKinds), Type.Integer());
/** A server that keeps a connection to this one. */
export const Guest = Type.Object({
  name: Type.String({ description: 'of its token' }),
  publish: Type.Boolean(),
  lastUsed: Type.Optional(Utc),
  connected: Type.Boolean({ description: 'heard of within three minutes' }),
});
/** Set if the stamp of an edit is ahead of the clock, so that its real time is unknown. */
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
/** A merged document. */
export const Merge = Type.Object({
  id: Type.String(),
  at: Utc,
  fields: Type.Array(Type.String()),
  contests: Type.Array(Type.Object({ field: Type.String(), sides: Type.Array(MergeSide) })),
});

/** A home with two copies that replicate with this server. */
export const CopiedHome = Type.Object({
  server: Type.String({ description: 'the id that both have' }),
  by: Type.Array(Type.String(), { description: 'addresses of peers, names of tokens' }),
  since: Utc,
});

/** Whether people may have libraries of their own. */
export const PeopleLibraries = Type.Object(
  {
    on: Type.Boolean(),
    server: Type.Optional(Type.String({ description: 'what the server is called that keeps them off' })),
    reason: Type.Optional(Type.String({ description: 'why they are off, with what to do' })),
  },
  { description: 'whether people may have libraries of their own; absent where this version has none' },
);

/** The mesh. */
export const Mesh = Type.Object({
  name: Type.String({ description: 'of this machine' }),
  server: Type.String({ description: 'id of its library' }),
  peers: Type.Array(PeerConnection),
  guests: Type.Array(Guest, { description: 'servers that made a link to here' }),
  missing: ByKind,
  missingBytes: ByKind,
  merges: Type.Object({
    days: Type.Array(Type.Object({ day: Type.String(), count: Type.Integer() })),
    last: Type.Array(Merge),
  }),
  copies: Type.Array(CopiedHome),
  people: Type.Optional(PeopleLibraries),
});

/** One finding of `doctor`. */
export const Finding = Type.Object({
  check: Type.Enum(checks),
  severity: Type.Enum(severities),
  message: Type.String({ description: 'one sentence: what is the matter' }),
  remedy: Type.String({ description: 'one sentence: what to do' }),
});
/** The answer of `GET /api/doctor`. */
export const DoctorAnswer = Type.Object({
  findings: Type.Array(Finding, { description: 'the worst first' }),
  checks: Type.Array(Type.Enum(checks), { description: 'what was looked at' }),
});
