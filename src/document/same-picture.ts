/**
 * Whether two pictures show the same: copies of one, or shots of one moment, by what they look like (perceptual-hash.ts). How the
 * bounds were found: docs/performance.md, "Duplicates". Pure.
 */
import { bitsApart, compareLooks, partsOf } from './perceptual-hash.js';

/** What two looks of the same picture differ in at most, and have in common at least. */
export const lookBounds = {
  /** Bits that differ, of 63. The search for candidates counts on 7 (catalog/similarity-index.ts). */
  bits: 7,
  /** Correlation of brightness. */
  whole: 0.9,
  /** Correlation of what is left of the brightness when its soft part is taken away: the details. */
  fine: 0.6,
  /** Mean difference of colours, root mean square, of 255. */
  colour: 12,
  /** Details below that (root mean square, of 255) are noise: skies, walls, black frames. */
  detail: 2,
} as const;

/** Whether two pictures show the same, by their looks. The same whichever comes first. */
export function isAlike(a: Uint8Array, b: Uint8Array): boolean {
  if (bitsApart(partsOf(a), partsOf(b)) > lookBounds.bits) return false;
  const { whole, fine, colour } = compareLooks(a, b);
  return whole >= lookBounds.whole && fine >= lookBounds.fine && colour <= lookBounds.colour;
}
