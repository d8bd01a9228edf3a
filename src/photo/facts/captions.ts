/** Descriptive metadata in a picture: title, description, keywords, rating (XMP, IPTC, EXIF, Windows). Pure. */
import type { Facts } from '../../document/photo-document.js';
import { clean, line, type Tags } from './exif-tags.js';

/** The limits: characters of a text, number of keywords. */
export const wordLimits = { title: 500, description: 8000, tag: 200, tags: 500 } as const;

/** Descriptions that cameras and programs write automatically. */
const junk = [
  /^[\w ]{0,30}(digital (still )?camera|dsc|digimax\b.*)$/i,
  /^(exif_jpeg_\w+|image[- ]description|user comments?|default|ascii|unicode|charset=\S*|screenshot|jpeg|dcim)$/i,
  /^(lead technologies inc\..*|creator: gd-jpeg.*|created with (the )?gimp.*)$/i,
  /^(dsc|sdc|imag|img|p)[\w-]*\d+$/i,
  // Names of phones' shooting modes.
  /^(cof|sdr|hdr|hdrpl|rhdr|vhdr|rbt|bty|btf|edf|dav|mde|fpt|ozno\w*)$/i,
  // Checksums, base64 and similar.
  /^\S{32,}$/,
];

/** Title, description, keywords and rating, if present. */
export function readWords(tags: Tags): Pick<Facts, 'title' | 'description' | 'tags' | 'rating'> {
  const title = line(texts(tags, titles)[0] ?? '', wordLimits.title);
  const description = readDescription(tags);
  const keywords = readKeywords(tags);
  const rating = readRating(tags);
  return {
    ...(title !== '' && { title }),
    ...(description !== undefined && { description }),
    ...(keywords.length > 0 && { tags: keywords }),
    ...(rating !== undefined && { rating }),
  };
}

const titles = ['XMP-dc:Title', 'IPTC:ObjectName', 'IFD0:XPTitle', 'PNG:Title'];
const descriptions = [
  'XMP-dc:Description',
  'IPTC:Caption-Abstract',
  'IFD0:ImageDescription',
  'ExifIFD:UserComment',
  'IFD0:XPComment',
  'PNG:Description',
];

/** The first value of each name that has one. */
function texts(tags: Tags, names: readonly string[]): string[] {
  return names.flatMap((name) =>
    tags
      .list(name)
      .slice(0, 1)
      .map((text) => repair(tags, name, text)),
  );
}

function readDescription(tags: Tags): string | undefined {
  const camera = [tags.text('IFD0:Make'), tags.text('IFD0:Model')];
  const first = texts(tags, descriptions).find(
    (text) => !camera.includes(text) && !junk.some((pattern) => pattern.test(text)),
  );
  return first === undefined ? undefined : clean(first, wordLimits.description);
}

/** Flat keywords; if a program wrote only hierarchical ones, their leaves. */
function readKeywords(tags: Tags): string[] {
  const iptc = tags.list('IPTC:Keywords').map((word) => repair(tags, 'IPTC:Keywords', word));
  const flat = [...tags.list('XMP-dc:Subject'), ...iptc];
  const leaves = (name: string, separator: RegExp): string[] =>
    tags.list(name).map((path) => path.split(separator).at(-1) ?? '');
  const trees = [...leaves('XMP-lr:HierarchicalSubject', /\|/), ...leaves('XMP-digiKam:TagsList', /\//)];
  const windows = tags.list('IFD0:XPKeywords').flatMap((words) => words.split(';'));
  const words = [flat, trees, windows].find((list) => list.length > 0) ?? [];
  const sound = words.map((word) => line(word, wordLimits.tag).normalize('NFC')).filter((word) => word !== '');
  return [...new Set(sound)].slice(0, wordLimits.tags);
}

/** XMP 1 to 5; -1 is "rejected" and 0 "not rated". Windows also writes a percentage. */
function readRating(tags: Tags): number | undefined {
  const stars = tags.number('XMP-xmp:Rating', 'IFD0:Rating');
  if (stars !== undefined) return stars >= 0.5 ? Math.min(5, Math.round(stars)) : undefined;
  const percent = tags.number('XMP-microsoft:RatingPercent', 'IFD0:RatingPercent');
  return percent === undefined || percent < 1 ? undefined : starsOf(percent);
}

/** Stars of a rating as a percentage, as Windows stores it (0, 1, 25, 50, 75, 99). */
export const starsOf = (percent: number): number => (percent < 1 ? 0 : Math.min(5, 1 + Math.floor(percent / 24.75)));

/** Bytes by character in the character set that ExifTool assumes for IPTC without a declared one. */
const windows1252 = new Map(
  [...new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, i) => i))].map((c, i) => [c, i]),
);

/** Decodes IPTC without a declared character set as UTF-8, which many programs write without declaring it. */
function repair(tags: Tags, name: string, text: string): string {
  if (!name.startsWith('IPTC:') || tags.text('IPTC:CodedCharacterSet') !== undefined) return text;
  const bytes = [...text].map((c) => windows1252.get(c) ?? -1);
  if (!bytes.some((byte) => byte > 127) || bytes.includes(-1)) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
  } catch (error) {
    // Not UTF-8: then ExifTool's assumption is right.
    if (error instanceof TypeError) return text;
    throw error;
  }
}
