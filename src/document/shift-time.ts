/**
 * Shifts a time taken: "the camera's clock was an hour slow". Wall time in, wall time out; independent of time zones.
 * Pure.
 */
import { PhotospoolError } from '../base/errors.js';
import { isWallTime } from './field-validation.js';
import type { EditableFields, PhotoDocument } from './photo-document.js';
import { takenOf } from './time-taken.js';

/**
 * The value of `taken` after shifting a photo's time by `seconds`; the offset stays.
 * @throws PhotospoolError `invalid` if the result is outside the years 1 to 9999.
 */
export function shiftTaken(document: PhotoDocument, seconds: number): EditableFields['taken'] {
  const { taken, offset } = takenOf(document);
  const moved = new Date(Date.parse(`${taken}Z`) + seconds * 1000);
  const local = Number.isNaN(moved.getTime()) ? '' : moved.toISOString().slice(0, -1);
  if (!isWallTime(local))
    throw new PhotospoolError('invalid', `The time ${taken} can’t be shifted that far.`, {
      op: 'edit',
      hint: 'Shift it by less.',
    });
  return { local, ...(offset !== undefined && { offset }) };
}
