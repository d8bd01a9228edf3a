/** Groups of similar photos, for review. A viewer's decision that they are different is an edit (`apart`). */
import { Type } from 'typebox';
import { readCursor } from '../../catalog/pagination.js';
import { bestOf, isResaved } from '../../document/best-duplicate.js';
import { own } from '../../document/json-values.js';
import { exifId } from '../../document/photo-document.js';
import { viewer } from '../http/request-viewer.js';
import { openDuplicates } from '../../album/duplicate-scan.js';
import { limit, within } from '../http/page-size.js';
import type { Routes } from '../context.js';
import { findPhotos, type FoundPhoto } from '../../album/find-photos.js';
import { Duplicates } from '../../api/album-schemas.js';
import { answers, cursor } from '../../api/photo-schemas.js';
import { showTo } from '../../album/visibility.js';
import { withStack } from '../../album/stack-members.js';

const bounds = { most: 200, usual: 20 };

export const duplicates: Routes = (app, { library, catalog, look, log, clock }) => {
  const parts = { library, catalog };
  const found = openDuplicates({ library, catalog, look, log, clock });
  app.addHook('preClose', () => found.close());

  /** Photos, and whether their file was saved again by an editor, according to its metadata. */
  function judged(photos: readonly FoundPhoto[]) {
    const files = library.getMany(photos.map(({ item }) => exifId(item.sha256)));
    return photos.map((photo, n) => ({ ...photo, resaved: isResaved(own(files[n]?.body, 'tags')) }));
  }

  app.get(
    '/api/duplicates',
    {
      config: { rule: 'trash' },
      schema: {
        summary: 'Groups of photos that look the same, those with the newest photos first',
        querystring: Type.Object({ cursor, limit: limit(bounds) }),
        response: answers(Duplicates),
      },
    },
    async (request) => {
      const who = viewer(request);
      const all = await found.find();
      const from = after(all, request.query.cursor);
      const page = all.slice(from, from + within(bounds, request.query.limit));
      const groups = page
        .map(({ ids }) => findPhotos(library, who, ids).map((photo) => withStack(parts, who, photo)))
        .filter((photos) => photos.length > 1)
        .map((photos) => ({ best: bestOf(judged(photos)), photos: photos.map((photo) => showTo(who, photo)) }));
      const more = from + page.length < all.length;
      return {
        count: all.length,
        groups,
        next: more ? String(page.at(-1)!.newest) : null,
        looking: found.progress() ?? null,
      };
    },
  );
};

/** The index of the first group after a cursor, which is the row of the newest photo of the previous group. */
function after(all: readonly { newest: number }[], cursor: string | undefined): number {
  const row = readCursor(cursor);
  const at = all.findIndex(({ newest }) => newest < row);
  return at < 0 ? all.length : at;
}
