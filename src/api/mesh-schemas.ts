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
  sent: Type.Integer({ description: 'revisions transferred since the start' }),
  pending: Type.Optional(Type.Integer({ description: 'documents still to be compared; absent if unknown' })),
});
const Moved = Type.Object({ count: Type.Integer(), bytes: Type.Integer() });

/** Which originals are fetched. */
export const Originals = Type.Enum(originalsPolicies);

/** A document that one side of a connection rejects. */
export const QuarantinedDocument = Type.Object({
  id: Type.String(),
  rev: Type.String(),
  reason: Type.String({ description: 'the reason given by the rejecting side' }),
  direction: Type.Optional(
    Type.Enum(['pull', 'push'], { description: 'pull: from the peer to here; push: from here to the peer' }),
  ),
  since: Type.Optional(Utc),
  tries: Type.Optional(Type.Integer()),
  next: Type.Optional(Type.String({ description: 'the time of the next automatic retry, UTC' })),
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
  reason: Type.Optional(Type.String({ description: 'the reason for waiting' })),
  code: Type.Optional(Type.String({ description: 'the error code of the reason' })),
  next: Type.Optional(Utc),
  synced: Type.Optional(Utc),
  pull: Direction,
  push: Direction,
  blobs: Type.Object({ fetched: Moved, brought: Moved }),
  missing: Type.Optional(
    Type.Object(Moved.properties, { description: 'blobs that the peer lacks; for a public server at most 2,000' }),
  ),
  held: Type.Optional(Type.String({ description: 'why pictures wait while documents are transferred' })),
  refused: Type.Array(QuarantinedDocument, { description: 'the newest 100 documents that a side rejects' }),
  refusedCount: Type.Optional(Type.Integer({ description: 'the total number of rejected documents' })),
  drift: Type.Optional(
    Type.Integer({ description: 'seconds that its clock is ahead, negative: behind; absent below two minutes' }),
  ),
  driftText: Type.Optional(Type.String({ description: 'the clock difference as a sentence with its remedy' })),
  server: Type.Optional(Type.String({ description: 'the id of its library' })),
  version: Type.Optional(Type.String()),
});

const ByKind = Type.Record(Type.Enum(blobKinds), Type.Integer());
/** A server that keeps a connection to this one. */
export const Guest = Type.Object({
  name: Type.String({ description: 'the name of its token' }),
  publish: Type.Boolean(),
  lastUsed: Type.Optional(Utc),
  connected: Type.Boolean({ description: 'whether it sent a request within three minutes' }),
});
/** Set if the stamp of an edit is ahead of the clock, so that its real time is unknown. */
export const Ahead = Type.Optional(
  Type.Literal(true, {
    description: 'whether the clock of its server was ahead: then `at` is the time of that clock, in the future',
  }),
);
const MergeSide = Type.Object({
  value: Type.Unknown(),
  at: Utc,
  ahead: Ahead,
  by: Type.Object({ id: Type.Optional(Type.String()), name: Type.String() }),
  won: Type.Boolean({ description: 'whether it is the shown value since' }),
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
  server: Type.String({ description: 'the common id' }),
  by: Type.Array(Type.String(), { description: 'addresses of peers, names of tokens' }),
  since: Utc,
});

/** Whether people may have personal libraries. */
export const PeopleLibraries = Type.Object(
  {
    on: Type.Boolean(),
    server: Type.Optional(Type.String({ description: 'the name of the server that keeps them off' })),
    reason: Type.Optional(Type.String({ description: 'the reason with its remedy' })),
  },
  { description: 'whether people may have libraries of their own; absent if this version has none' },
);

/** The mesh. */
export const Mesh = Type.Object({
  name: Type.String({ description: 'the name of this machine' }),
  server: Type.String({ description: 'the id of its library' }),
  peers: Type.Array(PeerConnection),
  guests: Type.Array(Guest, { description: 'servers that connect to this one' }),
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
  message: Type.String({ description: 'the problem in one sentence' }),
  remedy: Type.String({ description: 'the remedy in one sentence' }),
});
/** The response of `GET /api/doctor`. */
export const DoctorAnswer = Type.Object({
  findings: Type.Array(Finding, { description: 'the most severe first' }),
  checks: Type.Array(Type.Enum(checks), { description: 'the checks that ran' }),
});
