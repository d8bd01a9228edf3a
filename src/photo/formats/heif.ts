/**
 * ISO base media files with pictures (ISO/IEC 23008-12): libvips reads AVIF, libheif reads HEIC and HEIF: in native
 * code if installed (photo/decode/heif-dec.ts), otherwise as WebAssembly (photo/decode/libheif.ts). Recognised by the
 * brands in `ftyp`, the major one first. Of several pictures the main one is shown, never depth maps, gain maps and
 * thumbnails.
 */
import { brandsOf, endsEarly, readColours } from './heif-boxes.js';
import { isHdr } from '../decode/color-conversion.js';
import { decoded, type Family, type Kind, type PictureSource } from './format-family.js';
import { readParts } from './read-parts.js';

const faster = 'nothing; faster with `heif-dec`';
const avif = decoded('heif', 'AVIF', 'image/avif');
const avifSequence = {
  ...decoded('heif', 'AVIF sequence', 'image/avif', 'its still picture'),
  animated: true as const,
};
const heic = decoded('heif', 'HEIC', 'image/heic', 'its main picture', faster);
const heif = decoded('heif', 'HEIF', 'image/heif', 'its main picture', faster);

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
};
/** Brands for any picture, whose codec is in the compatible brands. */
const vague = ['mif1', 'mif2', 'msf1', 'miaf', 'MiHE', 'MiHB', 'MiPr'];

/** The orientation is `irot` and `imir`, which every reader must apply; EXIF repeats it and is ignored. */
async function openHeic(path: string, bits: number, hdr: boolean): Promise<PictureSource> {
  const natively = bits > 8 ? undefined : await (await import('../decode/heif-dec.js')).decodeNatively(path);
  return natively ?? (await import('../decode/libheif.js')).decodeHeif(path, hdr);
}

/** Recognised by `ftyp`. The boxes state how long the file must be. */
export const heifFamily: Family = {
  name: 'heif',
  kinds: [avif, avifSequence, heic, heif],
  endings: ['heic', 'heif', 'hif', 'avif'],
  recipe: 3,
  tell(head) {
    const brands = brandsOf(head);
    const major = brands?.[0];
    if (brands === undefined || major === undefined) return undefined;
    if (Object.hasOwn(byBrand, major)) return byBrand[major];
    if (!vague.includes(major)) return undefined;
    const codec = brands.find((brand) => Object.hasOwn(byBrand, brand));
    return codec === undefined ? heif : byBrand[codec];
  },
  cutOff: endsEarly,
  async open(path, format, asIs) {
    const {
      icc,
      colours,
      bits = 8,
    } = await readParts(path, async (readAt, size) => {
      // Some decoders show missing parts in grey without an error.
      if (!asIs && (await endsEarly(readAt, size))) throw new Error('unexpected end of file');
      return readColours(readAt);
    });
    if (format.type === avif.type) return { input: path, loader: 'heif', ...(!icc && colours && { colours }) };
    const hdr = !icc && colours !== undefined && isHdr(colours);
    const source = await openHeic(path, bits, hdr);
    // The map of an HDR picture leads to one for standard screens, which this one is mapped to already.
    const readGainMap = async () => (await import('../decode/heif-gain-map.js')).readHeifGainMap(path);
    return { ...source, ...(icc ? { icc } : colours && { colours }), ...(!hdr && { readGainMap }) };
  },
};
