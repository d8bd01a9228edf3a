/** Ensures that the folders of a home are disjoint. Changes nothing. */
import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Config } from '../base/config.js';
import { PhotospoolError } from '../base/errors.js';

/**
 * @throws PhotospoolError `config` if a folder equals or contains another one: the spool would import its own files.
 */
export async function checkFolders({ incoming, work, done, data }: Config): Promise<void> {
  // The archive is created later, when it is known not to be missing.
  const folders = await Promise.all([incoming, work, done, data].map((folder) => realpath(folder).catch(() => folder)));
  for (const [n, folder] of folders.entries()) {
    const other = folders.find((one, m) => m !== n && `${one}${sep}`.startsWith(`${folder}${sep}`));
    if (other === undefined) continue;
    throw new PhotospoolError(
      'config',
      `${other} is inside ${folder}: incoming, work and archive must be separate folders.`,
      {
        hint: 'Choose folders that are not inside one another.',
      },
    );
  }
}
