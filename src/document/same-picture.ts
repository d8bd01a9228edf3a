/**
 * Whether two pictures look the same (copies, or shots of one moment), by their perceptual hashes. How the thresholds
 * were found: docs/performance.md, "Duplicates". Pure.
 */
import { bitsApart, compareLooks, partsOf } from './perceptual-hash.js';

/** The thresholds between two perceptual hashes of the same picture. */
export const lookBounds = {
  /** Maximum Hamming distance, of 63. The candidate search relies on 7 (catalog/similarity-index.ts). */
  bits: 7,
  /** Minimum correlation of brightness. */
  whole: 0.9,
  /** Minimum correlation of details: the brightness without its low frequencies. */
  fine: 0.6,
  /** Maximum mean difference of colours, root mean square, of 255. */
  colour: 12,
  /** Details below this (root mean square, of 255) are noise: skies, walls, black frames. */
  detail: 2,
} as const;

/** Whether two pictures look the same, by their perceptual hashes. Symmetric. */
export function isAlike(a: Uint8Array, b: Uint8Array): boolean {
  if (bitsApart(partsOf(a), partsOf(b)) > lookBounds.bits) return false;
  const { whole, fine, colour } = compareLooks(a, b);
  return whole >= lookBounds.whole && fine >= lookBounds.fine && colour <= lookBounds.colour;
}
