/**
 * The renditions of an original: `thumb` and `preview`, upright, sRGB, without metadata, never larger than the
 * original; and its ThumbHash. Why these encoders, sizes and settings: docs/performance.md, "Renditions". render.ts
 * makes them; decoder.ts runs it in a child process. Pure.
 */
import type { Unshown } from '../../document/photo-document.js';

/** The number of the recipe for renditions; raised whenever the same bytes would give visibly different pictures. */
export const renditionRecipe = 1;

/**
 * Added to the number of the recipe for pictures with a gain map: servers without gain maps make different pictures
 * from the same bytes. 1 omitted those of rotated originals; 2 omitted those of Apple, and wrote EXIF and a profile.
 */
export const gainMapRecipe = 3;

/** A picture in memory, not yet stored. Pixels as displayed. */
export interface Picture {
  bytes: Uint8Array;
  type: 'image/webp' | 'image/jpeg';
  width: number;
  height: number;
}

/** The result for one original: its pictures, or why it has none. */
export type Rendered = Pictures | { unshown: Unshown };

/** Everything made from the pixels of one original. */
export interface Pictures {
  /** The size of the original as displayed. */
  width: number;
  height: number;
  animated: boolean;
  thumb: Picture;
  preview: Picture;
  /** ThumbHash, base64. */
  thumbhash: string;
  /** True if the original is damaged, and the pictures show what could be decoded of it. */
  damaged?: boolean;
  /** True if the preview has the gain map of its original. */
  gainMap?: boolean;
}

/**
 * An original may have as many pixels as a square of this side: libvips' own default, enough for phones of 200
 * megapixels. Larger ones are rejected by their header, before anything is allocated.
 */
export const pixelSide = 0x3fff;
/** The maximum number of pixels of an original. */
export const pixelLimit = pixelSide * pixelSide;

/** The long edge of a preview in pixels. */
export const previewEdge = 2048;
/**
 * A thumb fills a row of 256 CSS pixels on a 2x screen; one wider than 4:1 is limited to the width of a window instead.
 */
export const thumbBox = { width: 2048, height: 512 } as const;

/** The encoding of full-size pictures: visually lossless, with full colour resolution. */
export const whole = { quality: 92, chromaSubsampling: '4:4:4' } as const;

/** The encoding of both: JPEG with the standard Huffman tables, since optimised tables cost a second pass for 1 %. */
export const encoding = { quality: 80, optimizeCoding: false } as const;
