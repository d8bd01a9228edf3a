/** Lists photos as a person sees them, without their locked photos. Works beside a running server. Writes nothing of photos. */
import { findPhotos } from '../album/find-photos.js';
import { checkSearch, showTo, sightOf } from '../album/visibility.js';
import type { Query } from '../catalog/query.js';
import { exit } from './exit-codes.js';
import { pages, printPhotos } from './photo-lines.js';
import { withSharing, type ForFlags } from './with-sharing.js';

/** Lists the newest `limit` photos that match and that the person of `--for` sees. @throws PhotospoolError `usage`. */
export function listFor(query: Query, limit: number, flags: ForFlags): Promise<number> {
  return withSharing(flags, async ({ records: { catalog, library }, who }) => {
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
