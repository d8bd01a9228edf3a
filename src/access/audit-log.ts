/**
 * What happened to access: who signed in and from where, who changed what. Rows for the page, and a file of JSON lines for
 * those who watch it with other programs. Both are bounded: failed tries, which strangers can make, and what the documents of one
 * other server bring about never push out the rest. The file is written behind the rows, and may miss the last lines after a crash. No secret is ever in an entry.
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';

/** The closed list of what can happen. */
export const happenings = [
  'signed-in',
  'sign-in-failed',
  'signed-out',
  'session-ended',
  'set-up',
  'person-added',
  'person-changed',
  'person-removed',
  'change-waiting',
  'change-approved',
  'change-rejected',
  'invited',
  'password-changed',
  'passkey-added',
  'passkey-removed',
  'second-factor-on',
  'second-factor-off',
  'recovery-codes-made',
  'recovery-code-used',
  'token-made',
  'token-used',
  'token-revoked',
  'share-made',
  'share-revoked',
  'share-failed',
  'access-changed',
  'peer-added',
  'peer-removed',
  'document-removed',
  'end-confirmed',
] as const;
/** What happened. */
export type Happening = (typeof happenings)[number];

/** One thing that happened. `at` is UTC, `who` a name for people to read: of a person, `token …`, or `command line`. */
export interface AuditEntry {
  at: string;
  what: Happening;
  who?: string;
  address?: string;
  detail?: string;
}

/** What is told of an entry. `source`: the other server, by its token or peer, whose documents made it happen. */
export type Told = Omit<AuditEntry, 'at' | 'what'> & { source?: string };

/** The record of what happened. */
export interface Audit {
  /** Adds an entry. One that equals another of the last hour by the same source is not added again. */
  note(what: Happening, entry?: Told): void;
  /** Entries before a cursor, newest first; `next` where there are more. */
  list(limit: number, before?: number): { entries: AuditEntry[]; next?: number };
}

/** Entries that are kept, beside failed tries. */
const most = 10_000;
/** Of what strangers can make happen, so many are kept, each in a part of its own. */
const mostFailed = { 'sign-in-failed': 2_000, 'share-failed': 1_000 } as const;
const failures = Object.keys(mostFailed) as (keyof typeof mostFailed)[];
/** Entries of one source that are kept, and that are written to the file in an hour. */
const mostOfSource = { kept: 500, lines: 100 } as const;
const hour = 3_600_000;
/** How often old entries are taken out: every so many. */
const every = 100;

interface Columns {
  id: number;
  at: number;
  what: Happening;
  who: string | null;
  address: string | null;
  detail: string | null;
}

/** Opens the record; `line` takes each entry as a line of JSON, without its end. */
export function openAudit(db: Sqlite, clock: Pick<Clock, 'now'>, line: (text: string) => void): Audit {
  const insert = db.prepare(
    'INSERT INTO access_audit (at, what, who, address, detail, source) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const recent = db.prepare<{ count: number; equal: number }>(`SELECT count(*) AS count,
    coalesce(sum(what = ? AND detail IS ?), 0) AS equal FROM access_audit WHERE source = ? AND at > ?`);
  const pruneSource = db.prepare(`DELETE FROM access_audit WHERE source = ? AND id <=
    (SELECT id FROM access_audit WHERE source = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`);
  const select = db.prepare<Columns>(`SELECT id, at, what, who, address, detail FROM access_audit
    WHERE id < ? ORDER BY id DESC LIMIT ?`);
  const listed = failures.map((what) => `'${what}'`).join();
  const prune = (which: string) =>
    db.prepare(`DELETE FROM access_audit WHERE ${which} AND id <=
      (SELECT id FROM access_audit WHERE ${which} ORDER BY id DESC LIMIT 1 OFFSET ?)`);
  const parts = [
    ...failures.map((what) => ({ most: mostFailed[what], prune: prune(`what = '${what}'`) })),
    { most, prune: prune(`what NOT IN (${listed}) AND source IS NULL`) },
  ];

  return {
    note(what, { who, address, detail, source } = {}) {
      const at = clock.now();
      const before = source === undefined ? undefined : recent.get(what, detail ?? null, source, at - hour);
      if (before && before.equal > 0) return;
      const told = [who ?? null, address ?? null, detail ?? null, source ?? null];
      const { lastInsertRowid } = insert.run(at, what, ...told);
      if (source !== undefined) pruneSource.run(source, source, mostOfSource.kept);
      if (Number(lastInsertRowid) % every === 0) {
        for (const part of parts) part.prune.run(part.most);
      }
      const text = JSON.stringify(
        entryOf({ id: 0, at, what, who: who ?? null, address: address ?? null, detail: detail ?? null }),
      );
      // The file turns over: the lines of one source must not be all of it.
      if (before && before.count >= mostOfSource.lines) return;
      // Only what stays: an entry of a transaction that fails did not happen.
      db.afterCommit(() => line(text));
    },
    list(limit, before = Number.MAX_SAFE_INTEGER) {
      const rows = select.all(before, limit + 1);
      const shown = rows.slice(0, limit);
      const next = rows.length > limit ? shown.at(-1)?.id : undefined;
      return { entries: shown.map(entryOf), ...(next !== undefined && { next }) };
    },
  };
}

function entryOf({ at, what, who, address, detail }: Columns): AuditEntry {
  return {
    at: new Date(at).toISOString(),
    what,
    ...(who !== null && { who }),
    ...(address !== null && { address }),
    ...(detail !== null && { detail }),
  };
}
