/**
 * Hides files that are on another filesystem than `work`: on their own filesystem, by one rename, so that a new file
 * under the old name is never touched. The record of the claim contains the hidden path, and is written before the
 * rename.
 */
import { dirname, join } from 'node:path';
import { decodeTime } from 'ulid';
import { errnoOf, PhotospoolError, printable } from '../base/errors.js';
import { below, parentOf, type Files, type Path } from '../base/files.js';
import { nameOf } from '../base/paths.js';
import type { IgnoredItem } from './spool-interface.js';
import { isClaimName, ulidOf } from './claim-name.js';

/** The folder of hidden files, beside `incoming`. */
const hiding = '.photospool-incoming';

/** The possible hidden paths of a file, best first: beside `incoming`, otherwise beside the file. */
export function placesToHide(incoming: string, file: Path, claim: string): string[] {
  const near = below(parentOf(file), `.photospool-${claim}.claim`);
  return [join(dirname(incoming), hiding, claim), ...(typeof near === 'string' ? [near] : [])];
}

/** The claim of a file that is hidden beside its old path, according to its name; undefined for any other file. */
export const hiddenClaim = (name: string): string | undefined =>
  /^\.photospool-([0-9A-HJKMNP-TV-Z]{26}(?:-own)?)\.claim$/.exec(name)?.[1];

/** After this time, ms, a hidden file without a claim is reported: no copy takes that long to start. */
const forgottenAfter = 86_400_000;

/**
 * Files hidden for more than a day, beside `incoming` or (`near`) beside their old paths, without a claim in these
 * `work` folders: their claim was lost with its disk, or belongs to another Photospool. They are only reported, never
 * touched. `now` in ms.
 */
export async function forgotten(
  incoming: string,
  works: string[],
  files: Files,
  now: number,
  near: readonly Path[] = [],
): Promise<IgnoredItem[]> {
  const found: IgnoredItem[] = [];
  // A folder that can't be read now is read again by the next scan.
  const entries = await files.list(join(dirname(incoming), hiding)).catch(() => undefined);
  const hidden = [
    ...(entries ?? []).map(({ name, path }) => ({
      claim: name,
      path,
      again: `move it back into ${printable(incoming)}`,
    })),
    ...near.map((path) => ({
      claim: hiddenClaim(nameOf(path)) ?? '',
      path,
      again: 'rename it so that its name does not start with a dot',
    })),
  ];
  for (const { claim, path, again } of hidden) {
    const age = isClaimName(claim) ? now - decodeTime(ulidOf(claim)) : 0;
    if (age <= forgottenAfter) continue;
    const claims = await Promise.all(works.map((work) => files.stat(join(work, claim))));
    if (claims.every((one) => one === undefined))
      found.push({
        name: printable(path.toString()),
        reason: `was left over from an import ${Math.floor(age / 86_400_000)} days ago. If no other Photospool imports from this folder, ${again}.`,
      });
  }
  return found;
}

/** Hides a file. False if the path is on yet another filesystem, or not writable. */
export async function hide(from: Path, to: string, files: Files, tries = 100): Promise<boolean> {
  try {
    await files.makeFolder(parentOf(to));
    await files.rename(from, to);
    return true;
  } catch (error) {
    if (await files.stat(to)) return true;
    // The folder was removed with its last other file: creates it again.
    if (errnoOf(error) === 'ENOENT' && tries > 0 && (await files.stat(from))) return hide(from, to, files, tries - 1);
    if (['EXDEV', 'EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}

/** Removes the folder of hidden files once it is empty. */
export async function leaveHiding(via: string, files: Files): Promise<void> {
  if (dirname(via).endsWith(hiding)) await files.removeFolder(dirname(via));
}

/** The error of a claim whose hidden file can't be found. */
export function stillHidden(name: string, via: string): PhotospoolError {
  return new PhotospoolError(
    'io',
    `${printable(name)} is missing from ${printable(via)}, where it was waiting to be copied.`,
    {
      op: 'copy',
      path: via,
      hint: 'Check that the disk is mounted. Photospool retries automatically.',
    },
  );
}
