/** Parses edits in the form of programs and saved undos (api/photo-schemas.ts `PhotoEdits`). Pure. */
import { PhotospoolError } from '../base/errors.js';
import { isDevelop, normalDevelop } from '../document/develop.js';
import type { PhotoEdit } from './edit-photos.js';
import { readTaken, type TakenEdit } from './parse-time-taken.js';

/** An edit before it is parsed. */
export type WrittenEdit = Omit<PhotoEdit, 'taken' | 'develop'> & {
  taken?: string | TakenEdit | null;
  develop?: unknown;
};

/** The edit of a body that fits the schema. @throws PhotospoolError `invalid` for an impossible time or crop. */
export function parseEdit({ taken, develop, ...others }: WrittenEdit): PhotoEdit {
  if (develop && !isDevelop(develop)) throw new PhotospoolError('invalid', 'The crop extends beyond the picture.');
  const rest = { ...others, ...(develop !== undefined && { develop: normalDevelop(develop) ?? null }) };
  if (taken === undefined) return rest;
  return { ...rest, taken: taken === null ? null : readTaken(taken) };
}
