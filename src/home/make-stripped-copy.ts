/**
 * What is given of an original without what it tells, where it can't be stripped in place (photo/strip/strip-metadata.ts): a film with its
 * streams as they are, anything else as a JPEG of its full size. It lies in a temporary file while it is sent; what a crash
 * leaves, the next start sweeps away.
 */
import { headLength, identify } from '../photo/formats/identify.js';
import type { Home } from './open-home.js';
import { writeJpeg } from './full-size-jpeg.js';

/** A file that was made to be sent, and its MIME type. */
export interface Bare {
  path: string;
  type: string;
  remove(): Promise<void>;
}

/** Writes it; undefined where it can't be had. `original` is relative to the archive. @throws PhotospoolError as the decoders. */
export async function writeBare(home: Home, original: string): Promise<Bare | undefined> {
  const { archive, blobs, films, files } = home;
  const path = archive.resolve(original);
  const found = identify(await files.head(path, headLength));
  if (found.kind !== 'photo') return undefined;
  const { format } = found;
  if (!format.type.startsWith('video/')) {
    const jpeg = await writeJpeg(home, original);
    return jpeg && { ...jpeg, type: 'image/jpeg' };
  }
  if (films.missing.length > 0) return undefined;
  const source = { path, format, bytes: (await files.stat(path))?.size ?? 0 };
  const made = blobs.temporary();
  const remove = async (): Promise<void> => {
    await files.remove(made);
  };
  try {
    if (await films.bare(source, await films.look(source), made)) return { path: made, type: format.type, remove };
  } catch (error) {
    await remove();
    throw error;
  }
  return undefined;
}
