/** Ensures that folders are disjoint: neither is the other or inside it, with links resolved. Changes nothing. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { PhotospoolError, printable } from '../base/errors.js';

/** The real path of a folder that may not exist yet: that of its nearest existing parent, and the rest. */
async function real(folder: string): Promise<string> {
  const found = await realpath(folder).catch(() => undefined);
  if (found !== undefined || dirname(folder) === folder) return found ?? folder;
  return join(await real(dirname(folder)), basename(folder));
}

const holds = (outer: string, inner: string): boolean =>
  `${inner}${sep}`.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);

/**
 * `hint` states where to put the files instead.
 * @throws PhotospoolError `usage` if an external folder equals, contains or is inside one of the home's folders.
 */
export async function checkApart(
  folder: string,
  own: readonly string[],
  hint = 'Keep the backup outside the home, ideally on another disk.',
): Promise<void> {
  const backup = await real(folder);
  for (const one of own) {
    const other = await real(one);
    if (!holds(backup, other) && !holds(other, backup)) continue;
    throw new PhotospoolError(
      'usage',
      `${printable(folder)} overlaps with Photospool's own folder ${printable(one)}.`,
      {
        path: folder,
        hint,
      },
    );
  }
}
