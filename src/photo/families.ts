/**
 * All format families. Adding one: its file in this folder, its line here. Order matters where one's files look like
 * another's: RAW before TIFF, HEIF before video.
 */
import { bitmap } from './bitmap.js';
import type { Family } from './family.js';
import { gif } from './gif.js';
import { heifFamily } from './heif.js';
import { jpeg } from './jpeg.js';
import { jxl } from './jxl.js';
import { png } from './png.js';
import { rawFamily } from './raw.js';
import { tiff } from './tiff.js';
import { videoFamily } from './video.js';
import { webp } from './webp.js';

/** In the order they are asked. */
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
