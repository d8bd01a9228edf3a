/** Computes the perceptual hash of a photo from its small picture on this server. Nothing is written. */
import { picturesShown } from '../document/develop.js';
import { photoOf } from '../document/photo-document.js';
import type { Home } from './open-home.js';

/** Hashes a photo, by its public id; undefined if its picture is not here. @throws as `Decoders.look`. */
export async function lookAt(
  { library, blobs, decoders }: Pick<Home, 'library' | 'blobs' | 'decoders'>,
  id: string,
): Promise<Uint8Array | undefined> {
  const photo = photoOf(library.get(library.items.find(id) ?? '')?.body);
  const { thumb } = photo ? picturesShown(photo) : {};
  return thumb && blobs.has(thumb.sha256) ? decoders.look(blobs.path(thumb.sha256)) : undefined;
}
