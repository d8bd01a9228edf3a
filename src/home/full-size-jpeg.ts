/**
 * An original's picture as a full-size JPEG, for programs that can't read the original. A temporary file while it is
 * sent; the next start removes the leftovers of a crash.
 */
import type { Develop } from '../document/develop.js';
import { headLength, identify } from '../photo/formats/identify.js';
import type { Home } from './open-home.js';

/** Writes it, developed; undefined without a picture. `original` is relative to the archive. @throws as `Decoders.convert`. */
export async function writeJpeg(
  { archive, blobs, decoders, files }: Home,
  original: string,
  develop?: Develop,
): Promise<{ path: string; remove(): Promise<void> } | undefined> {
  const from = archive.resolve(original);
  const found = identify(await files.head(from, headLength));
  if (found.kind !== 'photo' || found.format.type.startsWith('video/')) return undefined;
  const path = blobs.temporary();
  const remove = (): Promise<void> => files.discard(path);
  try {
    if (await decoders.convert(from, found.format, path, develop)) return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
  return undefined;
}
