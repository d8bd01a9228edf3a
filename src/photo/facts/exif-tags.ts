/**
 * ExifTool's answer for one file: queried by `Group:Name` for facts, and kept completely as text for the `exif:`
 * document. Text from files is hostile: control characters and unpaired surrogates are removed here.
 */
import type { ExifToolAnswer } from './exiftool.js';

/** A tag: as ExifTool prints it, and its raw value. */
interface Tag {
  printed: string[];
  read: string[];
}

/** The tags of one file. All lookups take names in order of preference and return the first with a value. */
export interface Tags {
  /** The first value as printed, trimmed; never empty. */
  text(...names: string[]): string | undefined;
  /** The first raw value (not as printed) as a finite number. */
  number(...names: string[]): number | undefined;
  /** All values of the first name that has any, as printed. */
  list(...names: string[]): string[];
  /** The full names (`Group:Name`) of tags called `name` in any group, in the file's order. */
  groupsOf(name: string): string[];
}

/** How much of an original's tags the `exif:` document keeps: characters per value, bytes in total as JSON. */
export const tagLimits = { value: 4000, total: 200 * 1024 } as const;

/** Groups that depend on the location of the file or on ExifTool itself. */
const outside = /^(System|ExifTool):/;
const binary = /^\(?(Binary data \d+ bytes|large array of)/i;

/** Keeps line breaks and tabs; removes other control characters (C0, DEL, C1), noncharacters and U+FEFF. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const unwanted = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufeff\ufffe\uffff]/g;

/** Makes text from a file fit for a document: I-JSON (RFC 7493), trimmed, at most `most` characters. */
export function clean(text: string, most = Infinity): string {
  const sound = text.toWellFormed().replace(unwanted, '').replace(/\r\n?/g, '\n').trim();
  return sound.length <= most
    ? sound
    : `${sound
        .slice(0, most - 1)
        .toWellFormed()
        .replace(/\ufffd$/, '')}…`;
}

/** One line of clean text. */
export function line(text: string, most = Infinity): string {
  return clean(text.replace(/[\s\u2028\u2029]+/g, ' '), most);
}

/** Opens ExifTool's answer for lookups. */
export function openTags(answer: ExifToolAnswer): Tags {
  const tags = new Map<string, Tag>();
  for (const [name, value] of Object.entries(answer)) {
    const tag = toTag(value);
    if (tag) tags.set(name, tag);
  }
  const list = (...names: string[]): string[] => {
    for (const name of names) {
      const values = (tags.get(name)?.printed ?? []).map((value) => clean(value)).filter((value) => value !== '');
      if (values.length > 0) return values;
    }
    return [];
  };
  return {
    list,
    text: (...names) => list(...names)[0],
    number(...names) {
      const values = names.map((name) => tags.get(name)?.read[0]?.trim() ?? '').filter((value) => value !== '');
      return values.map(Number).find((value) => Number.isFinite(value));
    },
    groupsOf: (name) => [...tags.keys()].filter((key) => key.endsWith(`:${name}`)),
  };
}

function toTag(value: unknown): Tag | undefined {
  if (typeof value !== 'object' || value === null || !('val' in value)) return undefined;
  const printed = toTexts(value.val);
  return { printed, read: 'num' in value ? toTexts(value.num) : printed };
}

function toTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(toTexts);
  if (typeof value === 'string') return [value];
  return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
}

/** Every tag as text, without binary values; long values, and tags beyond the limit of the document, are cut off. */
export function describeTags(answer: ExifToolAnswer): { tags: Record<string, string>; cut: boolean } {
  const kept: [string, string][] = [];
  let room = tagLimits.total;
  let cut = false;
  for (const [name, value] of Object.entries(answer)) {
    const printed = outside.test(name) || !name.includes(':') ? undefined : toTag(value)?.printed;
    if (printed === undefined || printed.length === 0 || binary.test(printed[0] ?? '')) continue;
    const whole = printed.map((text) => clean(text)).join(', ');
    const text = clean(whole, tagLimits.value);
    const size = Buffer.byteLength(JSON.stringify(line(name))) + Buffer.byteLength(JSON.stringify(text)) + 2;
    cut ||= text !== whole || size > room;
    if (size > room) continue;
    room -= size;
    kept.push([line(name), text]);
  }
  return { tags: Object.fromEntries(kept), cut };
}
