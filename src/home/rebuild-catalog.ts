/**
 * Rebuilds the catalog from the library. A crash leaves a catalog that is marked as incomplete, and the next opening
 * rebuilds it.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import type { Catalog } from '../catalog/catalog.js';
import { ownPrefix } from '../document/item-id.js';
import type { Library } from '../library/library.js';

const batch = 5_000;

/** Drops and rebuilds the catalog; `progress` receives the number of photos done. Yields to other work. */
export async function reindex(library: Library, catalog: Catalog, progress?: (done: number) => void): Promise<number> {
  const n = library.lastChange();
  catalog.clear();
  let done = 0;
  for (const prefix of ['photo:', ownPrefix]) {
    let after: string | undefined;
    for (let count = batch; count === batch;) {
      count = library.transaction(() => {
        let inBatch = 0;
        for (const { id, body } of library.scan(prefix, after)) {
          catalog.index(id, body, n);
          after = id;
          if (++inBatch === batch) break;
        }
        return inBatch;
      });
      done += count;
      progress?.(done);
      await yieldToEventLoop();
    }
  }
  catalog.finish();
  return done;
}
