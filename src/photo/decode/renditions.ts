/**
 * What the scaled pictures of an original are: `thumb` and `preview`, upright, sRGB, without any metadata, never larger
 * than the original; and its ThumbHash. How encoders, sizes and settings were chosen: docs/performance.md, "Renditions".
 * They are made in render.ts, which decoder.ts runs in a process of its own. Pure.
 */
import type { Unshown } from '../../document/photo-document.js';

/** The number of the recipe that makes renditions; raised whenever the same bytes would give other pictures. */
export const renditionRecipe = 1;

/** A picture in memory, not yet stored. Pixels as displayed. */
export interface Picture {
  bytes: Uint8Array;
  type: 'image/webp' | 'image/jpeg';
  width: number;
  height: number;
}

/** What was made of one original: its pictures, or why there can be none. */
export type Rendered = Pictures | { unshown: Unshown };

/** All that is made from the pixels of one original. */
export interface Pictures {
  /** The original's size as displayed. */
  width: number;
  height: number;
  animated: boolean;
  thumb: Picture;
  preview: Picture;
  /** ThumbHash, base64. */
  thumbhash: string;
  /** True where the original is damaged, and these show what could be decoded of it. */
  damaged?: boolean;
}

/**
 * An original may have as many pixels as a square of this side: libvips' own default, room for phones of 200 megapixels.
 * Bigger ones are refused by their header, before anything is allocated.
 */
export const pixelSide = 0x3fff;

/** The long edge of a preview in pixels. */
export const previewEdge = 2048;
/** A thumb fills a row of 256 CSS pixels on a 2x screen; one wider than 4:1 is as wide as a window instead. */
export const thumbBox = { width: 2048, height: 512 } as const;

/** How a whole picture is encoded: so that nobody sees a difference, with the colours as fine as the rest. */
export const whole = { quality: 92, chromaSubsampling: '4:4:4' } as const;

/** How both are encoded: as JPEG, with the usual Huffman tables, since tables of its own cost a second pass for 1 %. */
export const encoding = { quality: 80, optimizeCoding: false } as const;
