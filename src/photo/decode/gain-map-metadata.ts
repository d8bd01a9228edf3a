/**
 * The metadata of a gain map: how to apply it (ISO 21496-1). Read from the binary form of the standard, in JPEG and
 * HEIF, and from Adobe's XMP (`hdrgm`); written in both, since some browsers read only one. Pure; accepts any bytes.
 */
import type { Pixels } from './pixels.js';

/** How the samples of one channel become gains. All except `gamma` are log2 or linear light as in the standard. */
export interface ChannelGains {
  /** log2 of the gain at samples 0 and 1. */
  min: number;
  max: number;
  /** The exponent by which the samples were encoded. */
  gamma: number;
  /** Added to the linear base before the gain is applied, and subtracted after. */
  baseOffset: number;
  alternateOffset: number;
}

/** The metadata of a map. */
export interface Gains {
  /** One for all channels, or one each for red, green and blue. */
  channels: readonly ChannelGains[];
  /** log2 of the headroom (peak brightness over white) for which the base picture was made: 0 on standard screens. */
  baseHeadroom: number;
  /** log2 of the headroom at which the map applies in full. */
  alternateHeadroom: number;
}

/** A gain map. */
export interface GainMap {
  /** Its samples: gains, not colours. */
  pixels: Pixels;
  /** The EXIF orientation by which to rotate them. */
  orientation: number;
  gains: Gains;
}

/** The XML namespace of Adobe's XMP. */
const adobeNamespace = 'http://ns.adobe.com/hdr-gain-map/1.0/';

/**
 * Flags of the binary form: three channels; gains in the colour space of the base picture; one denominator for all
 * numbers; a map from an HDR base picture to another one.
 */
const [multichannel, baseColours, common, backward] = [0x80, 0x40, 0x08, 0x04];
/** No screen has a gain of more stops, and no valid map has larger numbers. */
const most = 64;

/** In the order of the binary form. */
const valuesOf = ({ min, max, gamma, baseOffset, alternateOffset }: ChannelGains): number[] => [
  ...[min, max, gamma, baseOffset, alternateOffset],
];

/** Adobe's names of these values. */
const names = ['GainMapMin', 'GainMapMax', 'Gamma', 'OffsetSDR', 'OffsetHDR'] as const;

/** Metadata that this version can apply to a picture for standard screens; undefined for any other. */
function sound(gains: Gains): Gains | undefined {
  const { channels, baseHeadroom, alternateHeadroom } = gains;
  const numbers = [baseHeadroom, alternateHeadroom, ...channels.flatMap(valuesOf)];
  const isSound =
    numbers.every((number) => Math.abs(number) <= most) &&
    channels.every(({ min, max, gamma }) => max >= min && gamma > 0) &&
    baseHeadroom >= 0 &&
    alternateHeadroom > baseHeadroom;
  return isSound ? gains : undefined;
}

/** Reads the binary form, without the namespace; undefined if it is malformed, or of a base picture that is HDR. */
export function readIso(bytes: Buffer): Gains | undefined {
  // The minimum version that a reader needs to know.
  if (bytes.length < 5 || bytes.readUInt16BE(0) !== 0) return undefined;
  const flags = bytes[4]!;
  if ((flags & backward) !== 0) return undefined;
  const shared = (flags & common) !== 0;
  const count = (flags & multichannel) === 0 ? 1 : 3;
  if (bytes.length < 5 + (shared ? 4 + 8 + count * 20 : 16 + count * 40)) return undefined;
  let at = 5;
  const next = (signed: boolean): number => {
    at += 4;
    return signed ? bytes.readInt32BE(at - 4) : bytes.readUInt32BE(at - 4);
  };
  const denominator = shared ? next(false) : 0;
  const fraction = (signed: boolean): number => next(signed) / (shared ? denominator : next(false));
  const [baseHeadroom, alternateHeadroom] = [fraction(false), fraction(false)];
  const channels = Array.from({ length: count }, () => ({
    min: fraction(true),
    max: fraction(true),
    gamma: fraction(false),
    baseOffset: fraction(true),
    alternateOffset: fraction(true),
  }));
  return sound({ channels, baseHeadroom, alternateHeadroom });
}

/** The binary form, without the namespace. */
export function writeIso({ channels, baseHeadroom, alternateHeadroom }: Gains): Buffer {
  const fractions = [baseHeadroom, alternateHeadroom, ...channels.flatMap(valuesOf)];
  const bytes = Buffer.alloc(5 + fractions.length * 8);
  bytes[4] = baseColours | (channels.length === 3 ? multichannel : 0);
  const denominator = 1 << 20;
  fractions.forEach((value, n) => {
    bytes.writeInt32BE(Math.round(value * denominator), 5 + n * 8);
    bytes.writeUInt32BE(denominator, 9 + n * 8);
  });
  return bytes;
}

/** The value of a property in XMP, as an attribute or an element: one number, or a list of three. */
function numbersOf(xmp: string, name: string): number[] {
  const attribute = new RegExp(`hdrgm:${name}\\s*=\\s*["']([^"']{1,40})["']`).exec(xmp)?.[1];
  if (attribute !== undefined) return [Number(attribute)];
  const element = new RegExp(`<hdrgm:${name}>([^]{1,500}?)</hdrgm:${name}>`).exec(xmp)?.[1] ?? '';
  const items = [...element.matchAll(/<rdf:li>([^<]*)<\/rdf:li>/g)].map(([, item]) => Number(item));
  return items.length > 0 || element === '' ? items : [Number(element)];
}

/** Reads Adobe's XMP; undefined if it has none for a map, or of a base picture that is HDR. */
export function readXmp(xmp: string): Gains | undefined {
  if (!xmp.includes(adobeNamespace) || /BaseRenditionIsHDR\s*(=\s*["']|>)\s*true/i.test(xmp)) return undefined;
  // The defaults of the specification; two values have no default.
  const defaults: Partial<Record<string, number>> = { GainMapMin: 0, Gamma: 1, OffsetSDR: 1 / 64, OffsetHDR: 1 / 64 };
  const lists = names.map((name) => numbersOf(xmp, name));
  const count = lists.some(({ length }) => length > 1) ? 3 : 1;
  const channels = Array.from({ length: count }, (_, channel) => {
    const of = (n: number): number => lists[n]![channel] ?? lists[n]![0] ?? defaults[names[n]!] ?? NaN;
    return { min: of(0), max: of(1), gamma: of(2), baseOffset: of(3), alternateOffset: of(4) };
  });
  const baseHeadroom = numbersOf(xmp, 'HDRCapacityMin')[0] ?? 0;
  return sound({ channels, baseHeadroom, alternateHeadroom: numbersOf(xmp, 'HDRCapacityMax')[0] ?? NaN });
}

/** Adobe's XMP for a map. One value is an attribute: libultrahdr reads no elements there. */
export function writeXmp({ channels, baseHeadroom, alternateHeadroom }: Gains): string {
  const list = (values: readonly number[]): string => values.map((value) => `<rdf:li>${text(value)}</rdf:li>`).join('');
  const lists = names.map((name, n) => [name, channels.map((channel) => valuesOf(channel)[n]!)] as const);
  const isOne = channels.length === 1;
  const attributes = [
    ...(isOne ? lists.map(([name, [value]]) => [name, text(value!)] as const) : []),
    ['HDRCapacityMin', text(baseHeadroom)],
    ['HDRCapacityMax', text(alternateHeadroom)],
    ['BaseRenditionIsHDR', 'False'],
  ].map(([name, value]) => `hdrgm:${name}="${value}"`);
  const elements = lists.map(([name, values]) => `<hdrgm:${name}><rdf:Seq>${list(values)}</rdf:Seq></hdrgm:${name}>`);
  return describe(
    `xmlns:hdrgm="${adobeNamespace}" hdrgm:Version="1.0" ${attributes.join(' ')}`,
    isOne ? '' : elements.join(''),
  );
}

const text = (value: number): string => String(Number(value.toFixed(6)));

/** XMP with one description. */
function describe(attributes: string, inner: string): string {
  const rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"';
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF ${rdf}><rdf:Description rdf:about="" ${attributes}>${inner}</rdf:Description></rdf:RDF></x:xmpmeta>`;
}

/** The XMP of a JPEG with a map behind it (Ultra HDR 1.1): `length` is that of the map in bytes. */
export function writeContainerXmp(length: number): string {
  const google = 'http://ns.google.com/photos/1.0/container/';
  const item = (attributes: string): string =>
    `<rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="image/jpeg" ${attributes}/></rdf:li>`;
  const items = item('Item:Semantic="Primary"') + item(`Item:Semantic="GainMap" Item:Length="${length}"`);
  return describe(
    `xmlns:hdrgm="${adobeNamespace}" xmlns:Container="${google}" xmlns:Item="${google}item/" hdrgm:Version="1.0"`,
    `<Container:Directory><rdf:Seq>${items}</rdf:Seq></Container:Directory>`,
  );
}
