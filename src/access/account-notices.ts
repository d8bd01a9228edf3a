/**
 * Changes by others to a person’s means to sign in: a new password, a second factor turned off, a PIN removed, a
 * sign-in ended. They are announced at the person's sign-ins of the following month, because whoever made the change
 * may have signed in as the person meanwhile. Local to this server, written in the transaction of the change. The
 * newest of each kind is kept regardless of what the person does afterwards: another person with the new password could
 * otherwise hide it.
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';

/** The kinds of changes. */
export const noticeKinds = ['password-reset', 'second-factor-off', 'pin-removed', 'sign-in-ended'] as const;
/** One kind of change. */
export type NoticeKind = (typeof noticeKinds)[number];

/** A change made by another person. */
export interface AccountNotice {
  what: NoticeKind;
  /** ms since 1970 */
  at: number;
  /** The author's name to display, or `command line`. */
  by: string;
}

/** The changes made by others. */
export interface AccountNotices {
  /** Joins the caller's transaction. */
  add(person: string, what: NoticeKind, by: string): void;
  /** Changes of the month before `session` began (ms since 1970), the newest first. */
  before(person: string, session: number): AccountNotice[];
}

/** How long a change is announced, ms. */
export const announcedFor = 30 * 86_400_000;

/** Opens the notices; the table exists. */
export function openAccountNotices(db: Sqlite, clock: Pick<Clock, 'now'>): AccountNotices {
  const put = db.prepare(`INSERT INTO access_notice (person, what, at, author) VALUES (?, ?, ?, ?)
    ON CONFLICT (person, what) DO UPDATE SET at = excluded.at, author = excluded.author`);
  const newer = db.prepare<AccountNotice>(`SELECT what, at, author AS "by" FROM access_notice
    WHERE person = ? AND at < ? AND at > ? ORDER BY at DESC, what`);
  return {
    add: (person, what, by) => void put.run(person, what, clock.now(), by),
    before: (person, session) => newer.all(person, session, session - announcedFor),
  };
}
