/**
 * All format families. To add one: its file in this folder, its line here. Order matters if signatures overlap: RAW
 * before TIFF, HEIF before video.
 */
import { bitmap } from './bitmap.js';
import type { Family, Format } from './format-family.js';
import { gif } from './gif.js';
import { heifFamily } from './heif.js';
import { jpeg } from './jpeg.js';
import { jxl } from './jxl.js';
import { png } from './png.js';
import { rawFamily } from './raw.js';
import { renditionRecipe } from '../decode/renditions.js';
import { tiff } from './tiff.js';
import { videoFamily } from './video.js';
import { webp } from './webp.js';

/** In the order in which they are called. */
export const families: readonly Family[] = [
  jpeg,
  png,
  webp,
  gif,
  heifFamily,
  jxl,
  rawFamily,
  tiff,
  bitmap,
  videoFamily,
];

/** The number of the recipe for the pictures of a format: the common one and the family's own, combined. */
export function recipeOf({ family }: Format): number {
  return renditionRecipe + (families.find(({ name }) => name === family)?.recipe ?? 1) - 1;
}

/** The same, by MIME type. */
export function recipeOfType(type: string): number {
  const family = families.find(({ kinds }) => kinds.some((kind) => kind.type === type));
  return recipeOf({ family: family?.name ?? '', name: '', type });
}
