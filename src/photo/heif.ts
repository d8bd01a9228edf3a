/**
 * Files of ISO base media boxes that hold pictures (ISO/IEC 23008-12): AVIF is read; HEIC, HEIF and Canon's CR3 are
 * known. Told by the brands in `ftyp`, the major one first.
 */
import { has, latin, uint } from './bytes.js';
import { decoded, unread, type Family, type Kind } from './family.js';

const codec = 'an HEVC decoder, which the libvips that comes with Photospool has not';
const avif = decoded('heif', 'AVIF', 'image/avif');
const avifSequence = {
  ...decoded('heif', 'AVIF sequence', 'image/avif', 'its still picture'),
  animated: true as const,
};
const heic = unread('heif', 'HEIC', 'image/heic', codec);
const heif = unread('heif', 'HEIF', 'image/heif', codec);
const cr3 = unread('heif', 'Canon RAW (CR3)', 'image/x-canon-cr3', 'a RAW reader');

const byBrand: Record<string, Kind> = {
  avif,
  avis: avifSequence,
  heic,
  heix: heic,
  heim: heic,
  heis: heic,
  hevc: heic,
  hevx: heic,
  hevm: heic,
  hevs: heic,
  'crx ': cr3,
};
/** Brands that say "a picture" and leave the codec to the compatible brands. */
const open = ['mif1', 'mif2', 'msf1', 'miaf', 'MiHE', 'MiHB', 'MiPr'];

/** The brands of a file that begins with an `ftyp` box, the major one first; undefined where it does not. */
export function brandsOf(head: Uint8Array): string[] | undefined {
  const length = uint(head, 0, 4);
  if (length === undefined || !has(head, 4, 'ftyp')) return undefined;
  const brands = [latin(head, 8, 4)];
  for (let at = 16; at + 4 <= Math.min(length, head.length); at += 4) brands.push(latin(head, at, 4));
  return brands;
}

/** Known by `ftyp`. libheif itself tells a missing end (see failure.ts). */
export const heifFamily: Family = {
  name: 'heif',
  kinds: [avif, avifSequence, heic, heif, cr3],
  tell(head) {
    const brands = brandsOf(head);
    const major = brands?.[0];
    if (brands === undefined || major === undefined) return undefined;
    if (Object.hasOwn(byBrand, major)) return byBrand[major];
    if (!open.includes(major)) return undefined;
    const codec = brands.find((brand) => Object.hasOwn(byBrand, brand));
    return codec === undefined ? heif : byBrand[codec];
  },
};
