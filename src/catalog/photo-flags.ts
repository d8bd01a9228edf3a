/**
 * The small facts of a photo as the bits of one number, so that all questions about them are one look into a table of
 * 2048. Pure.
 */
import { audiences, type Audience } from '../document/photo-document.js';

/** Bits of a photo's state. `alive` exists in memory only (a slot in use), `animated` in the table only. */
export const bit = {
  favourite: 1,
  reviewed: 2,
  trashed: 4,
  geotagged: 8,
  video: 16,
  /** Two bits: the place in `audiences`. */
  audience: 32 | 64,
  alive: 128,
  animated: 256,
  damaged: 512,
  archived: 1024,
} as const;

/** How many states there are. */
export const states = 2048;
/** The bits of the table that the states in memory have, too. */
export const searched = 127 | bit.damaged | bit.archived;

/** The bits of the audience; all of them set are an audience that nobody is. */
export const audienceMask: number = bit.audience;

/** A state is meant where `state & mask` is `value`. */
export interface StateTest {
  mask: number;
  value: number;
}

/** The bits of an audience. */
export const audienceBits = (audience: Audience): number => audiences.indexOf(audience) << 5;

/** True where one of the tests fits. */
export const fits = (state: number, tests: readonly StateTest[]): boolean =>
  tests.some(({ mask, value }) => (state & mask) === value);
