/**
 * Where files are hidden that come from another filesystem than that of `work`: on their own, by one rename, so that what
 * comes to their old name is never touched. Where each is going is in the record of its claim, written before it is hidden.
 */
import { dirname, join } from 'node:path';
import { errnoOf, PhotospoolError, printable } from '../base/errors.js';
import { below, parentOf, type Files, type Path } from '../base/files.js';

/** The folder of hidden files, beside `incoming`. */
const hiding = '.photospool-incoming';

/** Where a file may be hidden, best first: beside `incoming`, or else beside the file. */
export function placesToHide(incoming: string, file: Path, claim: string): string[] {
  const near = below(parentOf(file), `.photospool-${claim}.claim`);
  return [join(dirname(incoming), hiding, claim), ...(typeof near === 'string' ? [near] : [])];
}

/** Hides a file. False where that place is on yet another filesystem, or may not be written. */
export async function hide(from: Path, to: string, files: Files, tries = 100): Promise<boolean> {
  try {
    await files.makeFolder(parentOf(to));
    await files.rename(from, to);
    return true;
  } catch (error) {
    if (await files.look(to)) return true;
    // The folder went with the last file in it that had another claim: made again.
    if (errnoOf(error) === 'ENOENT' && tries > 0 && (await files.look(from))) return hide(from, to, files, tries - 1);
    if (['EXDEV', 'EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}

/** Removes the folder of hidden files when the last of them has left it. */
export async function leaveHiding(via: string, files: Files): Promise<void> {
  if (dirname(via).endsWith(hiding)) await files.removeFolder(dirname(via));
}

/** The failure of a claim whose hidden file can't be seen. */
export function stillHidden(name: string, via: string): PhotospoolError {
  return new PhotospoolError('io', `${printable(name)} is not at ${printable(via)}, where it was on its way from.`, {
    op: 'copy',
    path: via,
    hint: 'Is that disk mounted? It is tried again by itself.',
  });
}
