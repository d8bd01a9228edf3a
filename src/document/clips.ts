/** The films made from an original, as a part of its document that merges element by element (docs/video.md). */
import type { Rendition } from './photo.js';

/** A film made from an original. `at` is the recipe that made it, four digits: of two, the newer one stays. */
export interface Clip extends Rendition {
  at: string;
}

/** The films made from an original, as a set that merges element by element. Absent ones are not made yet, or not needed. */
export interface Clips {
  /** Some seconds without sound. */
  hover?: Clip;
  /** What every browser plays. */
  video?: Clip;
}
