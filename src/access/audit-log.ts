/**
 * The audit log: records sign-ins and changes to access. Rows for the page, and a file of JSON lines for monitoring
 * programs. Both are bounded: failed attempts, which strangers can cause, and entries caused by another server's
 * documents never displace the others. The file is written after the rows, and may miss the last lines after a crash.
 * No entry contains a secret.
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';

/** The closed list of events. */
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
  'pin-set',
  'pin-removed',
  'locked-opened',
  'photos-locked',
  'photos-unlocked',
  'recovery-codes-made',
  'recovery-code-used',
  'token-made',
  'token-used',
  'token-revoked',
  'share-made',
  'share-changed',
  'share-readdressed',
  'share-revoked',
  'share-restored',
  'share-failed',
  'access-changed',
  'peer-added',
  'peer-removed',
  'document-removed',
  'end-confirmed',
  'removed-exported',
  'removed-purged',
  'account-closed',
  'publishing-allowed',
  'publishing-stopped',
  'photos-handed-over',
  'trash-changed',
  'upload-audience-changed',
] as const;
/** One kind of event. */
export type Happening = (typeof happenings)[number];

/** An audit entry. `at` is UTC; `who` is a name to display: of a person, `token …`, or `command line`. */
export interface AuditEntry {
  at: string;
  what: Happening;
  who?: string;
  address?: string;
  detail?: string;
}

/** The content of an entry. `source`: the other server whose documents caused it, by its token or peer. */
export type Told = Omit<AuditEntry, 'at' | 'what'> & { source?: string };

/** The audit log. */
export interface Audit {
  /** Adds an entry, unless an equal one of the same source was added within the last hour. */
  note(what: Happening, entry?: Told): void;
  /** Entries before a cursor, newest first; `next` is set if there are more. */
  list(limit: number, before?: number): { entries: AuditEntry[]; next?: number };
}

/** The maximum number of entries, not counting failed attempts. */
const most = 10_000;
/** The maximum number of entries for each kind that strangers can cause, counted separately. */
const mostFailed = { 'sign-in-failed': 2_000, 'share-failed': 1_000 } as const;
const failures = Object.keys(mostFailed) as (keyof typeof mostFailed)[];
/** The maximum number of entries kept per source, and of lines written to the file per source and hour. */
const mostOfSource = { kept: 500, lines: 100 } as const;
const hour = 3_600_000;
/** Old entries are removed once per this many. */
const every = 100;

interface Columns {
  id: number;
  at: number;
  what: Happening;
  who: string | null;
  address: string | null;
  detail: string | null;
}

/** Opens the audit log; `line` receives each entry as a line of JSON, without its line end. */
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
      // The file rotates: one source must not fill all of it.
      if (before && before.count >= mostOfSource.lines) return;
      // After the commit: an entry of a failed transaction did not happen.
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
