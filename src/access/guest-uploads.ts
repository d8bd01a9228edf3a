/**
 * Uploads by guests through share links: the limits of each link, and what has been sent through it, in a local table.
 * An upload is counted when it begins, in one transaction with the check, so parallel uploads never exceed a limit. A
 * crash leaves an upload counted or not begun. The rows stay after the link ends: they contain the album of photos that
 * still wait for approval.
 */
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { house } from '../document/item-id.js';
import { linkIn, mayLink } from './permissions.js';
import type { Senders } from './sender-permissions.js';

/** The maximum that guests may send through a link: in total, and within 24 hours. */
export interface GuestLimits {
  photos: number;
  bytes: number;
  photosPerDay: number;
  bytesPerDay: number;
}

const gib = 1024 ** 3;
/** The limits of a link whose author chose none. */
export const usualGuestLimits: GuestLimits = {
  photos: 1_000,
  bytes: 20 * gib,
  photosPerDay: 500,
  bytesPerDay: 10 * gib,
};

const day = 86_400_000;

/** The uploads of guests. */
export interface GuestUploads {
  /**
   * Counts a new upload of that many bytes. @throws PhotospoolError `too-large` if the link accepts no more,
   * `slow-down` if it accepts no more today.
   */
  begin(link: { id: string; limits: GuestLimits; album?: string }, upload: string, bytes: number): void;
  /** Stops counting an upload that its guest cancelled. */
  giveUp(upload: string): void;
  /** The album (`<holder>:<ulid>`) for uploads through a link, also after it ended. */
  albumOf(link: string): string | undefined;
  /** Whether uploads that are meant for this album began at or after a time (ms since 1970). */
  isUsed(album: string, since: number): boolean;
  /** Changes the album for uploads through a link, or removes it; joins the caller's transaction. */
  redirect(link: string, album: string | undefined): void;
}

/** Opens the uploads of guests; access-tables.ts creates the table. */
export function openGuestUploads(db: Sqlite, clock: Pick<Clock, 'now'>): GuestUploads {
  const sums = db.prepare<{ photos: number; bytes: number }>(
    'SELECT count(*) AS photos, coalesce(sum(bytes), 0) AS bytes FROM access_guest WHERE link = ? AND at > ?',
  );
  const insert = db.prepare('INSERT INTO access_guest (upload, link, album, at, bytes) VALUES (?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM access_guest WHERE upload = ?');
  const album = db.prepare<{ album: string }>(
    'SELECT album FROM access_guest WHERE link = ? AND album IS NOT NULL LIMIT 1',
  );
  const used = db.prepare('SELECT 1 FROM access_guest WHERE album = ? AND at >= ? LIMIT 1');
  const redirect = db.prepare('UPDATE access_guest SET album = ? WHERE link = ?');

  return {
    begin: ({ id, limits, album: into }, upload, bytes) =>
      db.transaction(() => {
        const [all, today] = [sums.get(id, 0)!, sums.get(id, clock.now() - day)!];
        if (all.photos + 1 > limits.photos || all.bytes + bytes > limits.bytes)
          throw new PhotospoolError('too-large', 'This link has reached its upload limit.', {
            hint: 'Ask the person who sent it for a new one.',
          });
        if (today.photos + 1 > limits.photosPerDay || today.bytes + bytes > limits.bytesPerDay)
          throw new PhotospoolError('slow-down', 'This link has reached its upload limit for today.', {
            hint: 'Try again tomorrow.',
          });
        insert.run(upload, id, into ?? null, clock.now(), bytes);
      }),
    giveUp: (upload) => void remove.run(upload),
    albumOf: (link) => album.get(link)?.album,
    isUsed: (into, since) => used.get(into, since) !== undefined,
    redirect: (link, into) => void redirect.run(into ?? null, link),
  };
}

/** Whether the link of a guest (an author `link:…`) still accepts photos, for uploads finished without a request. */
export function openGuestCheck(db: Sqlite, senders: Senders, clock: Pick<Clock, 'now'>): (by: string) => boolean {
  const find = db.prepare<{ author: string; holder: string | null; expires: number | null }>(
    'SELECT author, holder, expires FROM access_share WHERE id = ? AND uploads IS NOT NULL',
  );
  return (by) => {
    const row = find.get(linkIn(by)?.link ?? '');
    if (!row || (row.expires !== null && row.expires <= clock.now())) return false;
    return mayLink(senders(row.author), row.holder ?? house);
  };
}
