/**
 * Lists photos as a person sees them: those outside the locked folder, or with `--locked` those in it, which is then
 * recorded in the audit log. Works beside a running server. Changes no photo.
 */
import { commandLine } from '../access/actor.js';
import type { Viewer } from '../access/permissions.js';
import { findPhotos } from '../album/find-photos.js';
import { checkSearch, showTo, sightOf } from '../album/visibility.js';
import type { Query } from '../catalog/query.js';
import { exit } from './exit-codes.js';
import { pages, printPhotos } from './photo-lines.js';
import { withSharing, type ForFlags } from './with-sharing.js';

/** The flags of a list for a person. */
export type ListForFlags = ForFlags & { locked?: boolean };

/**
 * Lists the newest `limit` photos that match and are visible to the person of `--for`. @throws PhotospoolError `usage`.
 */
export function listFor(query: Query, limit: number, flags: ListForFlags): Promise<number> {
  return withSharing(flags, async ({ access, records: { catalog, library }, who: plain, named }) => {
    const who: Viewer = flags.locked === true ? { ...plain, locked: true } : plain;
    if (flags.locked === true) {
      const detail = named(flags.for!).name;
      access.audit.note('locked-opened', { who: commandLine.who, detail });
    }
    checkSearch(who, query);
    catalog.catchUp(library.lastChange());
    await catalog.load();
    for (const ids of pages(catalog, query, limit, sightOf(who))) {
      const found = findPhotos(library, who, ids);
      printPhotos(
        found.map((photo) => showTo(who, photo)),
        flags,
      );
    }
    return exit.done;
  });
}
