/** A time taken, moved: "the camera's clock was an hour behind". Wall time in, wall time out; no zone plays a part. Pure. */
import { PhotospoolError } from '../base/errors.js';
import { isWallTime } from './field-rules.js';
import type { EditableFields, PhotoDocument } from './photo-document.js';
import { takenOf } from './time-taken.js';

/**
 * What `taken` of a photo becomes when its clock is set by `seconds`; the offset stays.
 * @throws PhotospoolError `invalid` where that is no time from year 1 to 9999.
 */
export function shiftTaken(document: PhotoDocument, seconds: number): EditableFields['taken'] {
  const { taken, offset } = takenOf(document);
  const moved = new Date(Date.parse(`${taken}Z`) + seconds * 1000);
  const local = Number.isNaN(moved.getTime()) ? '' : moved.toISOString().slice(0, -1);
  if (!isWallTime(local))
    throw new PhotospoolError('invalid', `The time ${taken} can’t be moved so far.`, {
      op: 'edit',
      hint: 'Move it by less.',
    });
  return { local, ...(offset !== undefined && { offset }) };
}
