/**
 * Changes photos together with the other files of their shots: clips and RAW files, none of which may show what was cut
 * away from its photo. A crash in between leaves too little visible, never too much; repeating the change completes it.
 */
import type { Viewer } from '../access/permissions.js';
import { changeEach, type PhotosChange, type PhotosEdited } from './edit-photos.js';
import { clipsBeside } from './playable-videos.js';
import { developsBeside, rawsBeside, type StackParts } from './stack-members.js';

/** The dependencies of such changes. */
export type ShotParts = StackParts & Parameters<typeof clipsBeside>[0] & Parameters<typeof developsBeside>[0];

/**
 * Makes several changes, one after the other; with `undo` the result has the changes that undo them. The files beside
 * the photos are determined beforehand, because a change may separate them. @throws PhotospoolError as `changeEach`.
 */
export async function editShots(
  parts: ShotParts,
  who: Viewer,
  each: readonly PhotosChange[],
  undo: boolean,
): Promise<PhotosEdited> {
  const { library } = parts;
  const beside = [...clipsBeside(parts, each), ...rawsBeside(parts, each)];
  const developed = developsBeside(parts, each);
  // The changes that show more come last. The undo of the photo's edit is applied to these files, too.
  const shows = ({ develop }: PhotosChange): boolean => develop === null;
  await changeEach(
    library,
    who,
    developed.filter((change) => !shows(change)),
  );
  const made = await changeEach(library, who, each, { undo });
  const { undo: ways = [] } = await changeEach(library, who, beside, { undo });
  await changeEach(library, who, developed.filter(shows));
  return made.undo ? { ...made, undo: [...made.undo, ...ways] } : made;
}
