/**
 * The files of a library that a backup can include: the originals in the archive, and the renditions of all photos.
 * Reads only.
 */
import { picturesNeeded } from '../document/develop.js';
import { clipsShown } from '../document/facts.js';
import type { Rendition } from '../document/photo-document.js';
import { scanItems } from '../library/items-of-bytes.js';
import type { Library } from '../library/library.js';
import type { OriginalRow } from '../library/local-tables.js';

/** The originals in the archive. */
export function* originalsOf(library: Library): IterableIterator<OriginalRow> {
  for (const row of library.local.originals.all()) if (row.state === 'here') yield row;
}

/** The renditions of all items, without duplicates. */
export function* renditionsOf(library: Library): IterableIterator<Rendition> {
  const seen = new Set<string>();
  for (const { body } of scanItems(library)) {
    const { hover, video } = clipsShown(body);
    for (const rendition of [...picturesNeeded(body).map(([, picture]) => picture), hover, video]) {
      if (!rendition || seen.has(rendition.sha256)) continue;
      seen.add(rendition.sha256);
      yield rendition;
    }
  }
}
