/** A photo as a tile, to draw it before or without its timeline. Pure. */
import type { PhotoView, Tile } from '../../lib/api.js';

/** The tile of a photo. */
export const asTile = ({ id, width, height, taken, type, ...photo }: PhotoView): Tile => ({
  ...{ id, width, height, taken, type },
  ...(photo.thumbhash !== undefined && { thumbhash: photo.thumbhash }),
  ...(photo.unshown && { unshown: photo.unshown }),
  ...(photo.damaged && { damaged: photo.damaged }),
  ...(photo.renditions.thumb && { v: photo.renditions.thumb.sha256.slice(0, 8) }),
  ...(photo.animated && { animated: photo.animated }),
  ...((photo.develop || photo.developing) && { edited: true as const }),
  ...(photo.seconds !== undefined && { seconds: photo.seconds }),
  ...(photo.motion && { motion: photo.motion }),
  ...(photo.sphere && { sphere: photo.sphere }),
  ...(photo.holder !== undefined && { holder: photo.holder }),
  ...(photo.place && { place: photo.place.city ?? photo.place.region }),
});
