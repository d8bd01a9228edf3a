/** The response schemas of spool routes; see photo-schemas.ts. */
import { Type } from 'typebox';
import { Sha256 } from './photo-schemas.js';

const optional = Type.Optional;
const whole = (minimum: number) => Type.Integer({ minimum });
const utc = Type.String({ description: 'UTC, 2026-11-24T10:00:00.000Z' });

const NameReason = Type.Object({ name: Type.String(), reason: Type.String() });
const StuckItem = Type.Object({
  name: Type.String(),
  claim: Type.String(),
  reason: Type.String(),
  code: Type.String(),
  attempts: whole(0),
  next: optional(utc),
  claimed: optional(utc),
  failed: optional(utc),
  asIs: optional(
    Type.String({ description: 'UTC, when a damaged file is archived as it is unless it changes before' }),
  ),
  since: optional(Type.String({ description: 'UTC, since when it has been stuck in its present form' })),
  own: optional(
    Type.Literal(true, { description: 'whether the file itself is the reason, so that it can be ignored or trashed' }),
  ),
  ignored: optional(Type.Literal(true)),
});
const StuckGroup = Type.Object({
  code: Type.String(),
  title: Type.String(),
  count: whole(1),
  own: optional(Type.Literal(true)),
  damaged: optional(Type.Literal(true, { description: 'whether these can be archived as they are' })),
});
const Waiting = Type.Array(Type.Object({ name: Type.String(), since: utc, bytes: whole(0) }));
const Work = Type.Array(Type.Object({ name: Type.String(), step: Type.String(), since: utc, claimed: utc }));
const Totals = Type.Object({ stored: whole(0), duplicates: whole(0) });
const DoneItem = Type.Object({
  name: Type.String(),
  outcome: Type.Enum(['stored', 'duplicate']),
  sha256: Sha256,
  at: utc,
  seconds: Type.Number(),
});

/** spool/spool-interface.ts `SpoolStatus`, and the number of originals here. */
export const SpoolStatus = Type.Object({
  incoming: whole(0),
  waiting: Waiting,
  work: Work,
  stuck: Type.Array(StuckItem),
  groups: Type.Array(StuckGroup),
  ignored: Type.Array(NameReason),
  stored: whole(0),
  duplicates: whole(0),
  today: Totals,
  rate: Type.Number({ description: 'files per minute' }),
  recent: Type.Array(DoneItem),
  held: optional(Type.Object({ until: utc, reason: Type.String() })),
  others: optional(
    Type.Object(
      { waiting: whole(0), work: whole(0), stuck: whole(0) },
      { description: 'the number of other people’s files, of which nothing else is included' },
    ),
  ),
  done: whole(0),
  processed: Totals,
  news: Type.Object({ stuck: whole(0), ignored: whole(0) }, { description: 'problems that no owner has seen yet' }),
});

/** A person's own files in the spool. */
export const OwnArrivals = Type.Object({
  waiting: Waiting,
  work: Work,
  stuck: Type.Array(
    Type.Object({
      name: Type.String(),
      claim: Type.String(),
      code: Type.String(),
      reason: Type.String(),
      attempts: whole(0),
      next: optional(utc),
      failed: optional(utc),
    }),
  ),
  recent: Type.Array(DoneItem),
  processed: Totals,
});

/** Stuck files by name or claim, or all of them. */
export const Names = Type.Union([
  Type.Array(Type.String({ minLength: 1, maxLength: 1000 }), { minItems: 1, maxItems: 10_000 }),
  Type.Literal('all'),
]);

/** spool/spool-interface.ts `Chosen`. */
export const Chosen = Type.Object({
  chosen: Type.Array(Type.String()),
  refused: Type.Array(Type.String()),
  unknown: Type.Array(Type.String()),
});

/** spool/spool-interface.ts `Retried`. */
export const Retried = Type.Object({
  retried: Type.Array(Type.String()),
  unknown: Type.Array(Type.String()),
  stuck: optional(Type.Array(NameReason)),
});

/** spool/spool-interface.ts `PassSummary`. */
export const PassSummary = Type.Object({
  stored: whole(0),
  duplicates: whole(0),
  stuck: whole(0),
  ignored: whole(0),
  sidecars: optional(whole(1)),
  others: optional(whole(1)),
  seconds: Type.Number(),
  stuckItems: Type.Array(NameReason),
});
