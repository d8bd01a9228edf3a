/**
 * Camera RAW: the picture is the largest one that the camera embedded (photo/decode/embedded-previews.ts). A RAW
 * without one is kept and shown by a placeholder. Most are TIFF files; they are distinguished from real TIFF by
 * specific signatures in the first bytes, DNGVersion, a first directory marked "reduced-resolution" (NewSubfileType bit
 * 0) with SubIFDs, or pixels still in a colour filter array.
 *
 * Limit: the first directory must be in the first bytes (`headLength`), as in every such format that we know; otherwise
 * the file counts as TIFF.
 */
import { brandsOf, endsEarly } from './heif-boxes.js';
import { has, latin, uint } from './byte-reader.js';
import { decoded, type Family, type Kind, type ReadAt } from './format-family.js';
import { readParts } from './read-parts.js';
import { tiffEndsEarly } from './tiff.js';

const raw = (name: string, type: string): Kind => decoded('raw', name, type, 'the largest embedded picture');

const cr2 = raw('Canon RAW (CR2)', 'image/x-canon-cr2');
const cr3 = raw('Canon RAW (CR3)', 'image/x-canon-cr3');
const crw = raw('Canon RAW (CRW)', 'image/x-canon-crw');
const nef = raw('Nikon RAW (NEF)', 'image/x-nikon-nef');
const arw = raw('Sony RAW (ARW)', 'image/x-sony-arw');
const dng = raw('DNG', 'image/x-adobe-dng');
const orf = raw('Olympus RAW (ORF)', 'image/x-olympus-orf');
const rw2 = raw('Panasonic RAW (RW2)', 'image/x-panasonic-rw2');
const raf = raw('Fujifilm RAW (RAF)', 'image/x-fuji-raf');
const pef = raw('Pentax RAW (PEF)', 'image/x-pentax-pef');
const srw = raw('Samsung RAW (SRW)', 'image/x-samsung-srw');
const iiq = raw('Phase One RAW (IIQ)', 'image/x-phaseone-iiq');
const x3f = raw('Sigma RAW (X3F)', 'image/x-sigma-x3f');
const mrw = raw('Minolta RAW (MRW)', 'image/x-minolta-mrw');
const other = raw('camera RAW', 'image/x-raw');

/** Offset, signature, kind. */
const marks: readonly [number, string, Kind][] = [
  [8, 'CR\x02', cr2],
  [6, 'HEAPCCDR', crw],
  [0, 'IIRO', orf],
  [0, 'IIRS', orf],
  [0, 'MMOR', orf],
  [0, 'IIU\0', rw2],
  [0, 'FUJIFILMCCD-RAW', raf],
  [8, 'IIII', iiq],
  [8, 'MMMM', iiq],
  [0, 'FOVb', x3f],
  [0, '\0MRM', mrw],
];

const makes: readonly [RegExp, Kind][] = [
  [/^nikon/i, nef],
  [/^sony/i, arw],
  [/^(pentax|ricoh|asahi)/i, pef],
  [/^samsung/i, srw],
];

const tags = { newSubfileType: 0xfe, photometric: 0x106, make: 0x10f, subIfds: 0x14a, dngVersion: 0xc612 };
/** PhotometricInterpretation: colour filter array, and LinearRaw (DNG 1.7). */
const unfinished = [32803, 34892];

/** The tags of the part of the first directory that is in the head: the value, or the offset of a longer one. */
function firstDirectory(head: Uint8Array): Map<number, number> | undefined {
  const little = has(head, 0, 'II*\0');
  if (!little && !has(head, 0, 'MM\0*')) return undefined;
  const at = uint(head, 4, 4, little) ?? head.length;
  const found = new Map<number, number>();
  for (let i = 0, count = uint(head, at, 2, little) ?? 0; i < count; i++) {
    const entry = at + 2 + i * 12;
    const tag = uint(head, entry, 2, little);
    if (tag === undefined) break;
    const short = uint(head, entry + 2, 2, little) === 3;
    found.set(tag, uint(head, entry + 8, short ? 2 : 4, little) ?? 0);
  }
  return found;
}

/**
 * Whether it is truncated: half a RAW may have a complete picture at its start. Formats other than TIFF, boxes and
 * Fujifilm's are not checked.
 */
async function endsEarlier(readAt: ReadAt, size: number): Promise<boolean> {
  const head = await readAt(0, 0x6c);
  if (brandsOf(head)) return endsEarly(readAt, size);
  if (has(head, 0, 'FUJIFILMCCD-RAW'))
    // The JPEG, the header of the sensor data, and the data itself: offset and length.
    return [0x54, 0x5c, 0x64].some((at) => (uint(head, at, 4) ?? size) + (uint(head, at + 4, 4) ?? 1) > size);
  return /^(II|MM)/.test(latin(head, 0, 2)) && !has(head, 6, 'HEAPCCDR') ? tiffEndsEarly(readAt, size, false) : false;
}

/** Recognised by signatures, otherwise by the first directory of what would be TIFF. */
export const rawFamily: Family = {
  name: 'raw',
  kinds: [cr2, cr3, crw, nef, arw, dng, orf, rw2, raf, pef, srw, iiq, x3f, mrw, other],
  endings: 'cr2 cr3 crw nef nrw arw srf sr2 dng orf rw2 raf pef srw iiq x3f mrw'.split(' '),
  tell(head) {
    const mark = marks.find(([at, signature]) => has(head, at, signature));
    if (mark) return mark[2];
    if (brandsOf(head)?.[0] === 'crx ') return cr3;
    const directory = firstDirectory(head);
    if (directory === undefined) return undefined;
    if (directory.has(tags.dngVersion)) return dng;
    const preview = directory.has(tags.subIfds) && ((directory.get(tags.newSubfileType) ?? 0) & 1) === 1;
    if (!preview && !unfinished.includes(directory.get(tags.photometric) ?? 0)) return undefined;
    const make = latin(head, directory.get(tags.make) ?? head.length, 16);
    return makes.find(([pattern]) => pattern.test(make))?.[1] ?? other;
  },
  cutOff: endsEarlier,
  async open(path, _format, asIs) {
    if (!asIs && (await readParts(path, endsEarlier))) throw new Error('unexpected end of file');
    return (await import('../decode/embedded-previews.js')).openEmbedded(path);
  },
};
