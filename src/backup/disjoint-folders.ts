/** Whether folders are apart: neither is the other, nor lies in it, links resolved. Changes nothing. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { PhotospoolError, printable } from '../base/errors.js';

/** The real path of a folder that need not be there yet: its nearest parent's, and the rest. */
async function real(folder: string): Promise<string> {
  const found = await realpath(folder).catch(() => undefined);
  if (found !== undefined || dirname(folder) === folder) return found ?? folder;
  return join(await real(dirname(folder)), basename(folder));
}

const holds = (outer: string, inner: string): boolean =>
  `${inner}${sep}`.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);

/**
 * `hint` says where to put what is to be written there.
 * @throws PhotospoolError `usage` where a folder outside of the home and one of the home's are, or lie in, one another.
 */
export async function checkApart(
  folder: string,
  own: readonly string[],
  hint = 'Keep the backup outside of the home, best on another disk.',
): Promise<void> {
  const backup = await real(folder);
  for (const one of own) {
    const other = await real(one);
    if (!holds(backup, other) && !holds(other, backup)) continue;
    throw new PhotospoolError(
      'usage',
      `${printable(folder)} and Photospool's own ${printable(one)} lie in one another.`,
      {
        path: folder,
        hint,
      },
    );
  }
}
