/**
 * The gain map of a HEIC or HEIF file, decoded by libheif as WebAssembly, in the decoder process. heif-dec could decode
 * it too, but only together with the main picture, into a file whose name it chooses.
 */
import { findHeifGainMap } from '../formats/heif-gain-map.js';
import { readParts } from '../formats/read-parts.js';
import { appleHeadroom, fromApple } from './apple-gain-map.js';
import { readIso, type GainMap } from './gain-map-metadata.js';
import { readSamples } from './gain-map.js';
import { decodeHeif } from './libheif.js';
import { oneChannel } from './pixels.js';

/** The map, upright; undefined if there is none, or if it is unknown how to apply it. @throws if it is broken. */
export async function readHeifGainMap(path: string): Promise<GainMap | undefined> {
  const found = await readParts(path, findHeifGainMap);
  if (!found) return undefined;
  const gains = found.iso && readIso(found.iso);
  const headroom = gains ? undefined : appleHeadroom(found.xmp, found.exif);
  if (!gains && headroom === undefined) return undefined;
  // libheif applies the map's own `irot`.
  const colours = await readSamples((await decodeHeif(path, false, found.item)).input);
  const pixels = gains?.channels.length === 3 ? colours : await oneChannel(colours);
  return { ...(gains ? { pixels, gains } : fromApple(pixels, headroom!)), orientation: 1 };
}
