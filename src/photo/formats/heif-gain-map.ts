/**
 * Finds the gain map of a HEIF file's main picture: an input of a tone-mapped picture (`tmap`, ISO/IEC 23008-12), whose
 * data is the metadata of ISO 21496-1, or Apple's auxiliary picture, described by XMP and the EXIF of the main picture.
 * Pure; accepts any bytes.
 */
import { findBox, primaryOf, readMeta, type HeifBox } from './heif-boxes.js';
import { readKinds, readPlaces, readProperties, readReferences, type Properties } from './heif-items.js';
import { latin, uint } from './byte-reader.js';
import type { ReadAt } from './format-family.js';

/** The auxiliary type of Apple's maps. */
const appleType = 'urn:com:apple:photo:2020:aux:hdrgainmap\0';
/** No metadata is longer, in bytes. */
const longest = 1 << 20;

/** A gain map: its item, and the metadata on how to apply it. */
export interface HeifGainMap {
  item: number;
  /** ISO 21496-1 in its binary form. */
  iso?: Buffer;
  /** XMP about the map. */
  xmp: string;
  /** EXIF about the main picture: a TIFF. */
  exif?: Buffer;
}

/** The gain map; undefined if there is none. */
export async function findHeifGainMap(readAt: ReadAt): Promise<HeifGainMap | undefined> {
  const content = await readMeta(readAt);
  if (!content) return undefined;
  const meta = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const find = (type: string): HeifBox | undefined => findBox(meta, 4, meta.length, type);
  const [iinf, iloc, iref, iprp, idat] = ['iinf', 'iloc', 'iref', 'iprp', 'idat'].map(find);
  const main = primaryOf(meta);
  if (!iinf || !iloc || !iref || !iprp || main === undefined) return undefined;
  const references = readReferences(meta, iref);
  const kinds = readKinds(meta, iinf);
  const places = readPlaces(meta, iloc) ?? [];

  /** The data of an item that is metadata. */
  const read = async (id: number): Promise<Buffer | undefined> => {
    const place = places.find((one) => one.id === id);
    const length = place?.spans.reduce((sum, [from, to]) => sum + to - from, 0) ?? 0;
    if (!place || length > longest) return undefined;
    const start = idat?.start ?? 0;
    if (place.inside) return Buffer.concat(place.spans.map(([from, to]) => meta.subarray(start + from, start + to)));
    return Buffer.concat(await Promise.all(place.spans.map(([from, to]) => readAt(from, to - from))));
  };
  /** The metadata of a kind about an item. */
  const describing = async (id: number, kind: string): Promise<Buffer | undefined> => {
    const isIt = ({ type, from, to }: (typeof references)[0]): boolean =>
      type === 'cdsc' && to.includes(id) && kinds.get(from)?.type === kind;
    const found = references.find(isIt);
    return found && read(found.from);
  };

  const toned = references.find(
    ({ type, from, to }) => type === 'dimg' && kinds.get(from)?.type === 'tmap' && to[0] === main && to.length === 2,
  );
  const properties = readProperties(meta, iprp);
  const auxiliary = references.find(
    ({ type, from, to }) => type === 'auxl' && to.includes(main) && properties && isApple(from, meta, properties),
  );
  const item = toned?.to[1] ?? auxiliary?.from;
  if (item === undefined) return undefined;
  // One byte for the version of the item comes first.
  const iso = toned && (await read(toned.from))?.subarray(1);
  const [xmp, exif] = [await describing(item, 'mime'), tiffOf(await describing(main, 'Exif'))];
  return { item, xmp: xmp?.toString() ?? '', ...(iso && { iso }), ...(exif && { exif }) };
}

function isApple(id: number, meta: Buffer, { boxes, of }: Properties): boolean {
  return (of.get(id) ?? []).some(({ number }) => {
    const box = boxes[number - 1];
    return box?.type === 'auxC' && latin(meta, box.start + 4, box.end - box.start - 4).startsWith(appleType);
  });
}

/** The TIFF in an item with EXIF, which begins with its position. */
function tiffOf(exif: Buffer | undefined): Buffer | undefined {
  const at = exif && uint(exif, 0, 4);
  return at === undefined ? undefined : exif?.subarray(4 + at);
}
