/** Ultra HDR JPEGs, as Android's cameras write them: a picture, and behind it a gain map that its metadata announces. */
import sharp from 'sharp';

const segment = (marker: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
};

const xmp = (attributes: string, inner = ''): Buffer =>
  segment(
    0xe1,
    Buffer.from('http://ns.adobe.com/xap/1.0/\0'),
    Buffer.from(
      `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" ${attributes}>${inner}</rdf:Description></rdf:RDF></x:xmpmeta>`,
    ),
  );

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

/**
 * An Ultra HDR JPEG that gets brighter from left to right on an HDR screen, with a map of a quarter of its size; with
 * `share` 1 one of its whole size, of noise.
 */
export async function ultraHdr(width: number, height: number, share: 1 | 4 = 4): Promise<Buffer> {
  const flat = { create: { width, height, channels: 3, background: '#b48c64' } } as const;
  const base = await sharp(flat).jpeg({ quality: 90 }).toBuffer();
  const size = { width: Math.floor(width / share), height: Math.floor(height / share), channels: 1 } as const;
  const gains = Buffer.from(
    Array.from({ length: size.width * size.height }, (_, n) =>
      share === 1 ? Math.imul(n, 2654435761) >>> 24 : ((n % size.width) * 255) / size.width,
    ),
  );
  const bare = await sharp(gains, { raw: size }).toColourspace('b-w').jpeg({ quality: 90 }).toBuffer();
  const about = { Version: '1.0', GainMapMin: 0, GainMapMax: 2, Gamma: 1, OffsetSDR: 0.015625, OffsetHDR: 0.015625 };
  const range = { HDRCapacityMin: 0, HDRCapacityMax: 2, BaseRenditionIsHDR: 'False' };
  const said = Object.entries({ ...about, ...range }).map(([name, value]) => `hdrgm:${name}="${value}"`);
  const map = Buffer.concat([bare.subarray(0, 2), xmp(said.join(' ')), bare.subarray(2)]);
  const item = (meaning: string, more = ''): string =>
    `<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="${meaning}" Item:Mime="image/jpeg"${more}/></rdf:li>`;
  const directory = `<Container:Directory><rdf:Seq>${item('Primary')}${item('GainMap', ` Item:Length="${map.length}"`)}</rdf:Seq></Container:Directory>`;
  const spaces =
    'xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/"';
  const head = xmp(`${spaces} hdrgm:Version="1.0"`, directory);
  const primary = base.length + head.length + multiPicture(0, 0, 0).length;
  const index = multiPicture(primary, map.length, 2 + head.length + 8);
  return Buffer.concat([base.subarray(0, 2), head, index, base.subarray(2), map]);
}
