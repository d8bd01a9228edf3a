/**
 * HEIC files with a gain map, made from a HEIC without one: the map is a copy of the picture, since there is no HEVC
 * encoder here. Apple's form, an auxiliary picture, or ISO 21496-1, an input of a tone-mapped picture.
 */
import { boxesIn, findBox, makeBox, primaryOf } from '../../src/photo/formats/heif-boxes.js';
import {
  readPlaces,
  readProperties,
  writeReferences,
  type ByteSpan,
  type Reference,
} from '../../src/photo/formats/heif-items.js';
import { appleExif, appleXmp, type AppleBrightness } from './gain-maps.js';

/** The form of the map: Apple's numbers, or the metadata of the standard. */
export type HeicMap = { apple: AppleBrightness } | { iso: Buffer };

interface Item {
  id: number;
  type: string;
  data: ByteSpan | Buffer;
  properties: readonly number[];
}

const short = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, n) => bytes.writeUInt16BE(value, n * 2));
  return bytes;
};
const long = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, n) => bytes.writeUInt32BE(value, n * 4));
  return bytes;
};

/** The file with a map. `bytes`: a HEIC with one picture that is not a grid; `other`: the data of the map instead. */
export function withHeicMap(bytes: Buffer, how: HeicMap, other?: Buffer): Buffer {
  const [meta] = [...boxesIn(bytes, 0, bytes.length)].filter(({ type }) => type === 'meta');
  const inside = (type: string) => findBox(bytes, meta!.start + 4, meta!.end, type)!;
  const main = primaryOf(bytes.subarray(meta!.start, meta!.end))!;
  const { boxes, of } = readProperties(bytes, inside('iprp'))!;
  const span = readPlaces(bytes, inside('iloc'))!.find(({ id }) => id === main)!.spans[0]!;
  const own = of.get(main)!.map(({ number }) => number);
  const auxC = boxes.length + 1;
  const isApple = 'apple' in how;
  const items: Item[] = [
    { id: main, type: 'hvc1', data: span, properties: own },
    { id: 100, type: 'hvc1', data: other ?? span, properties: isApple ? [...own, auxC] : own },
    ...(isApple
      ? [
          { id: 101, type: 'mime', data: appleXmp(how.apple), properties: [] },
          { id: 102, type: 'Exif', data: Buffer.concat([long(0), appleExif(how.apple)]), properties: [] },
        ]
      : [{ id: 103, type: 'tmap', data: Buffer.concat([Buffer.from([0]), how.iso]), properties: own }]),
  ];
  const references: Reference[] = isApple
    ? [
        { type: 'auxl', from: 100, to: [main] },
        { type: 'cdsc', from: 101, to: [100] },
        { type: 'cdsc', from: 102, to: [main] },
      ]
    : [{ type: 'dimg', from: 103, to: [main, 100] }];

  // The old list of items becomes free space, and the new one comes last, so that nothing moves.
  const before = Buffer.from(bytes);
  before.write('free', meta!.at + 4, 'latin1');
  const parts: Buffer[] = [];
  let at = before.length + 8;
  const places = items.map(({ id, data }) => {
    const place = (from: number, to: number): Buffer => Buffer.concat([short(id, 0, 1), long(from, to - from)]);
    if (!Buffer.isBuffer(data)) return place(...data);
    parts.push(data);
    at += data.length;
    return place(at - data.length, at);
  });
  const kinds = items.map(({ id, type }) => {
    const content = type === 'mime' ? 'application/rdf+xml\0' : '';
    return makeBox('infe', long(0x02000000), short(id, 0), Buffer.from(`${type}\0${content}`, 'latin1'));
  });
  const property = Buffer.from('\0\0\0\0urn:com:apple:photo:2020:aux:hdrgainmap\0', 'latin1');
  const all = [...boxes.map((box) => bytes.subarray(box.at, box.end)), makeBox('auxC', property)];
  const ofItems = items.map(({ id, properties }) =>
    Buffer.concat([short(id), Buffer.from([properties.length, ...properties])]),
  );
  return Buffer.concat([
    before,
    makeBox('mdat', ...parts),
    makeBox(
      'meta',
      long(0),
      bytes.subarray(inside('hdlr').at, inside('hdlr').end),
      makeBox('pitm', long(0), short(main)),
      makeBox('iloc', long(0), Buffer.from([0x44, 0]), short(items.length), ...places),
      makeBox('iinf', long(0), short(items.length), ...kinds),
      writeReferences(references),
      makeBox('iprp', makeBox('ipco', ...all), makeBox('ipma', long(0, items.length), ...ofItems)),
    ),
  ]);
}
