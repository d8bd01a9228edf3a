/**
 * Apple's own gain maps: one channel, encoded with the curve of Rec. 709, for which the gain is 1 + (headroom - 1) *
 * sample in linear light (Apple, "Applying Apple HDR effect to your photos"). ISO 21496-1 interpolates the logarithm of
 * the gain, so the samples are converted: the result looks the same on a screen with that headroom. Pure; accepts any
 * bytes.
 */
import { has, uint } from '../formats/byte-reader.js';
import type { Pixels } from './pixels.js';
import type { GainMap } from './gain-map-metadata.js';

/** From this version on, the XMP of a map contains its headroom. */
const versionWithHeadroom = 0x20000;
/** The numbers of tags: the EXIF directory, the maker note in it, and two of its tags. */
const [exifDirectory, makerNote, makerHeadroom, makerGain] = [0x8769, 0x927c, 33, 48];
const signedRational = 10;

/** The number of a property of Apple's XMP, as an attribute or an element. */
function numberOf(xmp: string, name: string): number | undefined {
  const found = new RegExp(`HDRGainMap:${name}\\s*(?:=\\s*["']|>)\\s*([\\d.eE+-]{1,40})`).exec(xmp)?.[1];
  return found === undefined ? undefined : Number(found);
}

/**
 * The headroom of a map by its own XMP and the EXIF of its picture, a TIFF: how many times as bright as white it
 * becomes; undefined if the XMP describes no map of Apple's, or neither contains the headroom.
 */
export function appleHeadroom(xmp: string, exif: Uint8Array | undefined): number | undefined {
  const version = numberOf(xmp, 'HDRGainMapVersion');
  if (version === undefined) return undefined;
  const stated = version >= versionWithHeadroom ? numberOf(xmp, 'HDRGainMapHeadroom') : undefined;
  const headroom = stated ?? headroomOfNote(exif && makerNoteOf(exif));
  return headroom !== undefined && headroom > 1 && headroom < 2 ** 10 ? headroom : undefined;
}

/** The entries of a TIFF directory: type, position of the value field. */
function entriesOf(bytes: Uint8Array, at: number, little: boolean): Map<number, { type: number; at: number }> {
  const count = uint(bytes, at, 2, little) ?? 0;
  const entries = Array.from({ length: count }, (_, n) => at + 2 + n * 12).filter((one) => one + 12 <= bytes.length);
  return new Map(
    entries.map((one) => [
      uint(bytes, one, 2, little) ?? 0,
      { type: uint(bytes, one + 2, 2, little) ?? 0, at: one + 8 },
    ]),
  );
}

/** Apple's maker note in EXIF. */
function makerNoteOf(exif: Uint8Array): Uint8Array | undefined {
  const little = has(exif, 0, 'II');
  const follow = (directory: number | undefined, tag: number): number | undefined => {
    const entry = directory === undefined ? undefined : entriesOf(exif, directory, little).get(tag);
    return entry && uint(exif, entry.at, 4, little);
  };
  const at = follow(follow(uint(exif, 4, 4, little), exifDirectory), makerNote);
  return at !== undefined && has(exif, at, 'Apple iOS\0') ? exif.subarray(at) : undefined;
}

/** Apple's formula. Some photos have only one of the two numbers; the other one counts as 0. */
function headroomOfNote(note: Uint8Array | undefined): number | undefined {
  if (!note || !has(note, 12, 'MM')) return undefined;
  const entries = entriesOf(note, 14, false);
  const read = (tag: number): number | undefined => {
    const entry = entries.get(tag);
    const at = entry?.type === signedRational ? uint(note, entry.at, 4) : undefined;
    const [above, below] = at === undefined ? [] : [uint(note, at, 4), uint(note, at + 4, 4)];
    return above === undefined || !below ? undefined : (above | 0) / (below | 0);
  };
  const [headroom, gain] = [read(makerHeadroom), read(makerGain)];
  if (headroom === undefined && gain === undefined) return undefined;
  return 2 ** Math.max(0, stopsOf(headroom ?? 0, gain ?? 0));
}

function stopsOf(headroom: number, gain: number): number {
  if (headroom < 1) return gain <= 0.01 ? 1.8 - 20 * gain : 1.601 - 0.101 * gain;
  return gain <= 0.01 ? 3 - 70 * gain : 2.303 - 0.303 * gain;
}

/** Linear light of a sample encoded with the curve of Rec. 709, both 0 to 1. */
const linear = (value: number): number => (value < 0.081 ? value / 4.5 : ((value + 0.099) / 1.099) ** (1 / 0.45));

/** A map of Apple's, which has one channel, with samples as in the standard. */
export function fromApple({ data, ...size }: Pixels, headroom: number): Pick<GainMap, 'pixels' | 'gains'> {
  const stops = Math.log2(headroom);
  const table = Uint8Array.from({ length: 256 }, (_, sample) =>
    Math.round((255 * Math.log2(1 + (headroom - 1) * linear(sample / 255))) / stops),
  );
  const gains = { min: 0, max: stops, gamma: 1, baseOffset: 0, alternateOffset: 0 };
  return {
    pixels: { ...size, data: Buffer.from(data.map((sample) => table[sample]!)) },
    gains: { channels: [gains], baseHeadroom: 0, alternateHeadroom: stops },
  };
}
