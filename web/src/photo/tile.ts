/** A photo as a tile: what is drawn before, or without, a timeline around it. Pure. */
import type { PhotoView, Tile } from '../api.js';

/** The tile of a photo. */
export const asTile = ({ id, width, height, taken, type, thumbhash, animated }: PhotoView): Tile => ({
  ...{ id, width, height, taken, type },
  ...(thumbhash !== undefined && { thumbhash }),
  ...(animated && { animated }),
});
