/**
 * The stripped form of originals that can't be stripped directly (photo/strip/strip-metadata.ts): a video with its
 * streams unchanged, anything else as a full-size JPEG. A temporary file while it is sent; the next start removes the
 * leftovers of a crash.
 */
import type { Develop } from '../document/develop.js';
import { headLength, identify } from '../photo/formats/identify.js';
import type { Home } from './open-home.js';
import { writeJpeg } from './full-size-jpeg.js';

/** A file made for sending, and its MIME type. */
export interface Bare {
  path: string;
  type: string;
  remove(): Promise<void>;
}

/**
 * Writes it; undefined if it can't be made. `original` is relative to the archive. @throws PhotospoolError as the
 * decoders.
 */
export async function writeBare(home: Home, original: string, develop?: Develop): Promise<Bare | undefined> {
  const { archive, blobs, films, files } = home;
  const path = archive.resolve(original);
  const found = identify(await files.head(path, headLength));
  if (found.kind !== 'photo') return undefined;
  const { format } = found;
  if (!format.type.startsWith('video/')) {
    const jpeg = await writeJpeg(home, original, develop);
    return jpeg && { ...jpeg, type: 'image/jpeg' };
  }
  // Nothing can be cut away from a video; the sender rotates it.
  if (films.missing.length > 0 || develop) return undefined;
  const source = { path, format, bytes: (await files.stat(path))?.size ?? 0 };
  const made = blobs.temporary();
  const remove = (): Promise<void> => files.discard(made);
  try {
    if (await films.bare(source, await films.look(source), made)) return { path: made, type: format.type, remove };
  } catch (error) {
    await remove();
    throw error;
  }
  return undefined;
}
