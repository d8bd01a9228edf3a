/**
 * Strips a HEIC, HEIF or AVIF file to its main picture (ISO/IEC 23008-12). The item list is rewritten with the main
 * picture, the parts that it is composed of and its transparency; EXIF, XMP, thumbnails, depth, gain maps and other
 * pictures are removed from the list, and all bytes outside the remaining items become zeros. Nothing moves: remaining
 * items keep their position and encoding. A file that is not fully understood is rejected. Pure.
 */
import { blank, boxesIn, boxesOf, makeBox, type HeifBox } from '../formats/heif-boxes.js';
import { latin, uint } from '../formats/byte-reader.js';
import {
  onlyThese,
  readKinds,
  readPlaces,
  readProperties,
  readReferences,
  writeKinds,
  writePlaces,
  writeProperties,
  writeReferences,
  type Properties,
  type Property,
  type Reference,
  type ByteSpan,
} from '../formats/heif-items.js';

/** The item types of pictures. */
const pictures = new Set(['hvc1', 'av01', 'avc1', 'jpeg', 'grid', 'iden', 'iovl', 'unci']);
/** The properties needed to show a picture; all others (description, time, camera position) are removed. */
const shown = new Set([
  ...['ispe', 'pixi', 'colr', 'hvcC', 'av1C', 'avcC', 'jpgC', 'irot', 'imir', 'clap', 'pasp', 'auxC', 'cmpd', 'uncC'],
  ...['clli', 'mdcv', 'cclv', 'amve', 'a1op', 'a1lx', 'lsel'],
]);

/** The stripped file; undefined if it can't be stripped. */
export function stripHeif(bytes: Buffer): Buffer | undefined {
  // Cuts off everything after the last box.
  const top = [...boxesIn(bytes, 0, bytes.length)];
  const of = (type: string): HeifBox[] => top.filter((box) => box.type === type);
  const [[meta, second], data] = [of('meta'), of('mdat')];
  // A sequence (`moov`) is more than one picture.
  if (top[0]?.type !== 'ftyp' || !meta || second || of('moov').length > 0) return undefined;
  const wanted = rewrite(bytes, meta);
  if (!wanted?.spans.every(([from, to]) => data.some(({ start, end }) => from >= start && to <= end))) return undefined;
  const bare = Buffer.from(bytes);
  for (const box of top.slice(1)) {
    if (box.type === 'mdat') bare.fill(0, box.start, box.end);
    else if (box !== meta) blank(bare, box);
  }
  for (const [from, to] of wanted.spans) bytes.copy(bare, from, from, to);
  wanted.meta.copy(bare, meta.at);
  return bare.subarray(0, Math.max(meta.end, ...data.map(({ end }) => end)));
}

/** The rewritten `meta` box, of the same size, and the ranges of the file that it needs. */
function rewrite(bytes: Buffer, box: HeifBox): { meta: Buffer; spans: ByteSpan[] } | undefined {
  const inner = boxesOf(bytes, box.start + 4, box.end);
  const find = (type: string): HeifBox | undefined => inner?.find((one) => one.type === type);
  const [pitm, iloc, iinf, iprp, idat] = ['pitm', 'iloc', 'iinf', 'iprp', 'idat'].map(find);
  if (!pitm || !iloc || !iinf || !iprp) return undefined;
  const main = uint(bytes, pitm.start + 4, bytes[pitm.start] === 0 ? 2 : 4) ?? 0;
  const kinds = readKinds(bytes, iinf);
  const places = readPlaces(bytes, iloc);
  const properties = readProperties(bytes, iprp);
  if (!places || !properties) return undefined;
  const iref = find('iref');
  const references = iref ? readReferences(bytes, iref) : [];
  const kept = closure(main, references, (id) => isAlpha(id, bytes, properties));
  const stay = places.flatMap((place) => {
    const kind = kept.has(place.id) ? kinds.get(place.id) : undefined;
    return kind && pictures.has(kind.type) ? [{ ...place, ...kind }] : [];
  });
  const needed = neededOf(kept, properties);
  const room = idat ? idat.end - idat.start : 0;
  const isThere = stay.every(({ inside, spans }) => !inside || spans.every(([, to]) => to <= room));
  if (stay.length !== kept.size || !needed || !isThere) return undefined;
  const meta = makeBox(
    'meta',
    Buffer.alloc(4),
    makeBox('hdlr', Buffer.from('\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0', 'latin1')),
    bytes.subarray(pitm.at, pitm.end),
    writePlaces(bytes, iloc, stay),
    writeKinds(stay),
    writeReferences(
      references.filter(({ type, from, to }) => links.has(type) && [from, ...to].every((id) => kept.has(id))),
    ),
    writeProperties(bytes, properties, needed),
    idat ? onlyThese(bytes, idat, stay) : Buffer.alloc(0),
  );
  const over = box.end - box.at - meta.length;
  // If it would grow, or the rest is too small for a box, stripping would move the remaining items.
  if (over < 0 || (over > 0 && over < 8)) return undefined;
  const whole = Buffer.concat([meta, over > 0 ? makeBox('free', Buffer.alloc(over - 8)) : Buffer.alloc(0)]);
  whole.writeUInt32BE(whole.length);
  return { meta: whole, spans: stay.flatMap(({ inside, spans }) => (inside ? [] : spans)) };
}

/** References that compose a picture. */
const links = new Set(['dimg', 'auxl', 'prem']);

/** Whether an item is the transparency of another one (MIAF, ISO/IEC 23000-22, 7.3.5.2). */
function isAlpha(id: number, bytes: Buffer, { boxes, of }: Properties): boolean {
  return (of.get(id) ?? []).some(({ number }) => {
    const box = boxes[number - 1];
    return box?.type === 'auxC' && /alpha|auxid:1\0/.test(latin(bytes, box.start, box.end - box.start));
  });
}

/** The needed properties of the remaining items; undefined if one is essential and unknown to us. */
function neededOf(kept: ReadonlySet<number>, { boxes, of }: Properties): Map<number, Property[]> | undefined {
  const needed = new Map<number, Property[]>();
  for (const id of kept) {
    const mine = of.get(id) ?? [];
    const isShown = ({ number }: Property): boolean => shown.has(boxes[number - 1]?.type ?? '');
    if (mine.some((property) => property.essential && !isShown(property))) return undefined;
    needed.set(id, mine.filter(isShown));
  }
  return needed;
}

/** The main picture with all items that it is derived from, and their transparency. */
function closure(main: number, references: readonly Reference[], isTransparency: (id: number) => boolean): Set<number> {
  const kept = new Set([main]);
  for (const id of kept) {
    for (const { type, from, to } of references) {
      if (type === 'dimg' && from === id) for (const part of to) kept.add(part);
      if (type === 'auxl' && to.includes(id) && isTransparency(from)) kept.add(from);
    }
  }
  return kept;
}
