/**
 * JPEGs with gain maps: a picture, and behind it a map. Ultra HDR as Android's cameras write it, and Apple's own form,
 * whose brightness is in the maker notes or the metadata of the map.
 */
import sharp from 'sharp';

const segment = (marker: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
};

const packet = (attributes: string, inner = ''): Buffer =>
  Buffer.from(
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ${attributes}>${inner}</rdf:Description></rdf:RDF></x:xmpmeta>`,
  );
const adobe = 'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"';
const xmp = (attributes: string, inner = ''): Buffer =>
  segment(0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0'), packet(attributes, inner));

/** The index of a file of two pictures (CIPA DC-007): their lengths, and where the second begins. */
function multiPicture(primary: number, second: number, at: number): Buffer {
  const index = Buffer.alloc(82);
  index.write('MM\0*\0\0\0\x08\0\x03', 'latin1');
  const entry = (n: number, tag: number, type: number, count: number, value: number): void => {
    index.writeUInt16BE(tag, 10 + n * 12);
    index.writeUInt16BE(type, 12 + n * 12);
    index.writeUInt32BE(count, 14 + n * 12);
    index.writeUInt32BE(value, 18 + n * 12);
  };
  entry(0, 0xb000, 7, 4, 0x30313030);
  entry(1, 0xb001, 4, 1, 2);
  entry(2, 0xb002, 7, 32, 50);
  index.writeUInt32BE(0x30000, 50);
  index.writeUInt32BE(primary, 54);
  index.writeUInt32BE(second, 70);
  index.writeUInt32BE(primary - at, 74);
  return segment(0xe2, Buffer.from('MPF\0'), index);
}

/** A JPEG of one colour. */
const flatJpeg = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#b48c64' } })
    .jpeg({ quality: 90 })
    .toBuffer();

/** A grey JPEG that gets brighter from left to right; with `noisy` one that can't be compressed. */
function ramp(width: number, height: number, noisy = false): Promise<Buffer> {
  const samples = Buffer.from(
    Array.from({ length: width * height }, (_, n) =>
      noisy ? Math.imul(n, 2654435761) >>> 24 : ((n % width) * 255) / width,
    ),
  );
  const image = sharp(samples, { raw: { width, height, channels: 1 } });
  return image.toColourspace('b-w').jpeg({ quality: 90 }).toBuffer();
}

/** A JPEG with segments before all others. */
const withSegments = (jpeg: Buffer, ...segments: Buffer[]): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);

/** Both pictures in one file, behind segments of the first one. */
function join(base: Buffer, map: Buffer, ...heads: Buffer[]): Buffer {
  const before = heads.reduce((sum, { length }) => sum + length, 0);
  const primary = base.length + before + multiPicture(0, 0, 0).length;
  const index = multiPicture(primary, map.length, 2 + before + 8);
  return Buffer.concat([withSegments(base, ...heads, index), map]);
}

/**
 * An Ultra HDR JPEG that gets brighter from left to right on an HDR screen, with a map of a quarter of its size; with
 * `share` 1 one of its whole size, of noise.
 */
export async function ultraHdr(width: number, height: number, share: 1 | 4 = 4): Promise<Buffer> {
  const base = await flatJpeg(width, height);
  const bare = await ramp(Math.floor(width / share), Math.floor(height / share), share === 1);
  const about = { Version: '1.0', GainMapMin: 0, GainMapMax: 2, Gamma: 1, OffsetSDR: 0.015625, OffsetHDR: 0.015625 };
  const range = { HDRCapacityMin: 0, HDRCapacityMax: 2, BaseRenditionIsHDR: 'False' };
  const said = Object.entries({ ...about, ...range }).map(([name, value]) => `hdrgm:${name}="${value}"`);
  const map = withSegments(bare, xmp(`${adobe} ${said.join(' ')}`));
  const item = (meaning: string, more = ''): string =>
    `<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="${meaning}" Item:Mime="image/jpeg"${more}/></rdf:li>`;
  const directory = `<Container:Directory><rdf:Seq>${item('Primary')}${item('GainMap', ` Item:Length="${map.length}"`)}</rdf:Seq></Container:Directory>`;
  const spaces =
    'xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/"';
  return join(base, map, xmp(`${adobe} ${spaces} hdrgm:Version="1.0"`, directory));
}

/** Apple's numbers about a map: two of the maker note, or the headroom in its XMP. */
export type AppleBrightness = { maker: Partial<Record<33 | 48, number>> } | { headroom: number };

/** The XMP of a map of Apple's. */
export function appleXmp(how: AppleBrightness): Buffer {
  const said =
    'headroom' in how ? `<HDRGainMap:HDRGainMapHeadroom>${how.headroom}</HDRGainMap:HDRGainMapHeadroom>` : '';
  const version = 'headroom' in how ? 131072 : 65536;
  return packet(
    'xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/" xmlns:apdi="http://ns.apple.com/pixeldatainfo/1.0/"',
    `<apdi:AuxiliaryImageType>urn:com:apple:photo:2020:aux:hdrgainmap</apdi:AuxiliaryImageType><HDRGainMap:HDRGainMapVersion>${version}</HDRGainMap:HDRGainMapVersion>${said}`,
  );
}

/** A big-endian TIFF directory at `at`, its values behind it. */
function directory(at: number, entries: [tag: number, type: number, count: number, value: number | Buffer][]): Buffer {
  const head = Buffer.alloc(2 + entries.length * 12 + 4);
  head.writeUInt16BE(entries.length);
  const values: Buffer[] = [];
  let behind = at + head.length;
  entries.forEach(([tag, type, count, value], n) => {
    head.writeUInt16BE(tag, 2 + n * 12);
    head.writeUInt16BE(type, 4 + n * 12);
    head.writeUInt32BE(count, 6 + n * 12);
    if (typeof value === 'number') {
      if (type === 3) head.writeUInt16BE(value, 10 + n * 12);
      else head.writeUInt32BE(value, 10 + n * 12);
    } else {
      head.writeUInt32BE(behind, 10 + n * 12);
      values.push(value);
      behind += value.length;
    }
  });
  return Buffer.concat([head, ...values]);
}

/** The EXIF of an iPhone's photo, a TIFF, with the numbers of its maker note. */
export function appleExif(how: AppleBrightness, orientation = 1): Buffer {
  const numbers = Object.entries('maker' in how ? how.maker : {}).map(([tag, value]) => {
    const rational = Buffer.alloc(8);
    rational.writeInt32BE(Math.round(value * 10_000));
    rational.writeInt32BE(10_000, 4);
    return [Number(tag), 10, 1, rational] as [number, number, number, Buffer];
  });
  const note = Buffer.concat([Buffer.from('Apple iOS\0\0\x01MM', 'latin1'), directory(14, numbers)]);
  const first = (exif: number): Buffer =>
    directory(8, [
      [0x010f, 2, 6, Buffer.from('Apple\0')],
      [0x0112, 3, 1, orientation],
      [0x8769, 4, 1, exif],
    ]);
  const at = 8 + first(0).length;
  const exif = directory(at, [[0x927c, 7, note.length, note]]);
  return Buffer.concat([Buffer.from('MM\0*\0\0\0\x08', 'latin1'), first(at), exif]);
}

/** A JPEG of an iPhone that gets brighter from left to right on an HDR screen, with a map of half its size. */
export async function appleJpeg(width: number, height: number, how: AppleBrightness, orientation = 1): Promise<Buffer> {
  const about = segment(0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0'), appleXmp(how));
  const map = withSegments(await ramp(width / 2, height / 2), about);
  const exif = segment(0xe1, Buffer.from('Exif\0\0'), appleExif(how, orientation));
  return join(await flatJpeg(width, height), map, exif);
}
