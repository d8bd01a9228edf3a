/**
 * Completes facts recorded by an older version with the values of the capture tags (photo/facts/capture-tags.ts),
 * without reading originals: the result is the same as reading them again. A crash leaves some photos completed;
 * repeating it completes the others.
 */
import { own } from '../document/json-values.js';
import { isNewer } from '../document/merge.js';
import { exifId, type ExifDocument, type Facts, type PhotoDocument } from '../document/photo-document.js';
import { scanItems } from '../library/items-of-bytes.js';
import type { Library } from '../library/library.js';
import { captureIn } from '../photo/facts/capture-tags.js';
import { factsRecipe } from '../photo/facts/read-metadata.js';

/** The recipe whose facts lack only the values that are completed here. */
const older = 2;

/** Completes the facts of all photos. Returns the number of changed ones. */
export function completeFacts(library: Library): number {
  const lacking: { id: string; found: Partial<Facts> }[] = [];
  for (const { id, sha256, body } of scanItems(library)) {
    if (isNewer(body) || own(body.facts, 'recipe') !== older) continue;
    const tags = library.get<ExifDocument>(exifId(sha256))?.body.tags;
    const found = tags ? captureIn((name) => textIn(tags, name)) : {};
    if (Object.keys(found).length > 0) lacking.push({ id, found });
  }
  for (const { id, found } of lacking)
    library.update<PhotoDocument>(
      id,
      (body) => body && { ...body, facts: { ...body.facts, ...found, recipe: factsRecipe } },
    );
  return lacking.length;
}

function textIn(tags: unknown, name: string): string | undefined {
  const text = own(tags, name);
  return typeof text === 'string' && text !== '' ? text : undefined;
}
