/**
 * Stores the renditions of an original durably, and returns them in the form of a document. A crash leaves blobs at
 * most.
 */
import type { Blobs } from '../archive/blob-store.js';
import type { Rendition, Renditions } from '../document/photo-document.js';
import { recipeOf } from '../photo/formats/families.js';
import type { Format } from '../photo/formats/identify.js';
import { gainMapRecipe, type Picture, type Rendered } from '../photo/decode/renditions.js';

/** Stores the pictures. With `anew`, overwrites existing blobs of the same name, which may be damaged. */
export async function storeRendered(
  rendered: Rendered,
  format: Format,
  blobs: Blobs,
  anew = false,
): Promise<Renditions> {
  const recipe = recipeOf(format);
  if ('unshown' in rendered)
    return { recipe, unshown: rendered.unshown, ...(rendered.unshown === 'damaged' && { damaged: true }) };
  const store = async ({ bytes, type, width, height }: Picture): Promise<Rendition> => ({
    sha256: await blobs.put(bytes, anew),
    ...{ type, width, height, bytes: bytes.length },
  });
  const [thumb, preview] = await Promise.all([store(rendered.thumb), store(rendered.preview)]);
  const withMap = rendered.gainMap ? gainMapRecipe : 0;
  return {
    recipe: recipe + withMap,
    thumb,
    preview,
    thumbhash: rendered.thumbhash,
    ...(rendered.damaged && { damaged: true }),
  };
}
