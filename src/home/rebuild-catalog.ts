/**
 * Builds the catalog again from the library. A crash leaves a catalog that says that it is not complete, and the next
 * opening builds it again.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Library } from '../library/library.js';

const batch = 5_000;

/** Drops the catalog and builds it again; `progress` is told how many photos are done, and gives way to other work. */
export async function reindex(library: Library, catalog: Catalog, progress?: (done: number) => void): Promise<number> {
  const n = library.lastChange();
  catalog.clear();
  let done = 0;
  let after: string | undefined;
  for (;;) {
    const count = library.transaction(() => {
      let inBatch = 0;
      for (const { id, body } of library.scan('photo:', after)) {
        catalog.index(id, body, n);
        after = id;
        if (++inBatch === batch) break;
      }
      return inBatch;
    });
    done += count;
    progress?.(done);
    if (count < batch) break;
    await yieldToEventLoop();
  }
  catalog.finish();
  return done;
}
