/**
 * Photos that guests sent through a link to an album, and that the holder of the album already has: they don't wait,
 * but are not in the album. A local table, beside access_guest. A row is written in the transaction that adds the
 * guest's sighting: after a crash before it the file is still in `incoming` or `work`, and is recorded again with its
 * row.
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';
import { itemId, publicIdOf, type Item } from '../document/item-id.js';
import type { Library } from '../library/library.js';
import { readItem } from './item-access.js';
import { itemAccess } from './library-access.js';
import { linkIn } from './permissions.js';

/** A photo that its holder already had. */
export interface KnownFromGuest {
  /** The public id of the holder's item. */
  photo: string;
  /** The album (`<holder>:<ulid>`) of the link. */
  album: string;
  /** The author: `link:<id>/<name>`; hostile text. */
  sender: string;
  /** When it was sent, in ms since 1970. */
  at: number;
}

/** Those that are not yet approved or declined. */
export interface KnownFromGuests {
  /** All of them, newest first. */
  list(): KnownFromGuest[];
  /** Removes a photo that was approved from the list. */
  forget(photo: string): void;
  /** Whether a photo is declined. The same photo through the same link is not listed again, unless this is undone. */
  decline(photo: string, declined: boolean): boolean;
}

/**
 * Records that a guest (an author `link:…`) sent the bytes of an item that does not wait. In the transaction of the
 * item.
 */
export type NoteKnown = (item: Item, sender: string) => void;

/** Opens the photos that guests sent and their holders already have; access-tables.ts creates the table. */
export function openKnownFromGuests(db: Sqlite): KnownFromGuests {
  const all = db.prepare<KnownFromGuest>(
    'SELECT photo, album, sender, at FROM access_guest_known WHERE declined = 0 ORDER BY at DESC, photo, link',
  );
  const forget = db.prepare('DELETE FROM access_guest_known WHERE photo = ?');
  const decline = db.prepare('UPDATE access_guest_known SET declined = ? WHERE photo = ? AND declined <> ?');
  return {
    list: () => all.all(),
    forget: (photo) => void forget.run(photo),
    decline: (photo, declined) => decline.run(Number(declined), photo, Number(declined)).changes > 0,
  };
}

/** Opens the recording of these, for imports; forgets those that were deleted permanently meanwhile. */
export function openNoteKnown(db: Sqlite, library: Library, clock: Pick<Clock, 'now'>): NoteKnown {
  const albumOf = db.prepare<{ album: string }>(
    'SELECT album FROM access_guest WHERE link = ? AND album IS NOT NULL LIMIT 1',
  );
  const insert = db.prepare(
    'INSERT OR IGNORE INTO access_guest_known (photo, link, album, sender, at) VALUES (?, ?, ?, ?, ?)',
  );
  const photos = db.prepare<{ photo: string }>('SELECT DISTINCT photo FROM access_guest_known').all();
  const forget = db.prepare('DELETE FROM access_guest_known WHERE photo = ?');
  for (const { photo } of photos) if (library.items.find(photo) === undefined) forget.run(photo);

  return (item, sender) => {
    const link = linkIn(sender)?.link;
    const album = link === undefined ? undefined : albumOf.get(link)?.album;
    const id = itemId(item);
    const body = library.get(id)?.body;
    if (link === undefined || album === undefined || !body) return;
    const entries = readItem(item, body, library.controls.endsOf(id))?.entries ?? [];
    const access = itemAccess(library);
    if (entries.some((entry) => entry.album === album && access.isInAlbum(item, entry))) return;
    insert.run(publicIdOf(item), link, album, sender, clock.now());
  };
}
