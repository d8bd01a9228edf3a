/**
 * The flags of a photo as bits of one number, so that any combination of conditions is one lookup in a table of 4096.
 * Pure.
 */
import { audiences, type Audience } from '../document/photo-document.js';

/**
 * Bits of a photo's state. `alive` exists in memory only (a slot in use), `edited` and `animated` in the table only.
 */
export const bit = {
  favourite: 1,
  reviewed: 2,
  trashed: 4,
  geotagged: 8,
  video: 16,
  /** Two bits: the index in `audiences`. */
  audience: 32 | 64,
  alive: 128,
  /** The time taken is known, not only the date of the file. */
  dated: 256,
  damaged: 512,
  archived: 1024,
  /** Added by guests, and not yet approved. */
  guest: 2048,
  /** Its picture is cropped, rotated or straightened. */
  edited: 4096,
  animated: 8192,
} as const;

/**
 * Bits of a photo's `kinds`. Two more bits each (`rawBeside`, `clip`) hold 1 plus the index in `audiences` of a
 * companion's audience: the widest audience of its RAWs, and that of the clip that plays with it; 0 without one. The
 * companion may be hidden from some viewers of the photo (kinds-seen.ts).
 */
export const kindBit = {
  screenshot: 1,
  selfie: 2,
  panorama: 4,
  '360': 8,
  raw: 16,
  live: 32,
} as const;

/** The kinds of photos that can be searched. */
export type PhotoKind = keyof typeof kindBit;

/** Where the two bits of a companion begin. */
export const companionShift = { rawBeside: 6, clip: 8 } as const;

/** The number of values of `kinds`. */
export const kindValues = 1024;

/** The number of states. */
export const states = 4096;
/** The table's bits that states in memory have, too. */
export const searched = 127 | bit.dated | bit.damaged | bit.archived | bit.guest;

/** The bits of the audience; all set, they match no viewer's audience. */
export const audienceMask: number = bit.audience;

/** A test that `state & mask` equals `value`. */
export interface StateTest {
  mask: number;
  value: number;
}

/** The bits of an audience. */
export const audienceBits = (audience: Audience): number => audiences.indexOf(audience) << 5;

/** Whether any of the tests matches. */
export const fits = (state: number, tests: readonly StateTest[]): boolean =>
  tests.some(({ mask, value }) => (state & mask) === value);
