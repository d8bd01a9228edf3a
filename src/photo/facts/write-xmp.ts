/**
 * Writes XMP sidecars with ExifTool, in the form that darktable, digiKam and Lightroom read. Values that are not
 * changed stay. ExifTool runs with limits and writes to its output, never a file: a crash leaves nothing.
 */
import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import { openBounded, type Limits } from '../../base/sandbox/pool.js';
import { PhotospoolError } from '../../base/errors.js';
import type { ReceivedFrame } from '../../base/sandbox/frames.js';
import type { EditableFields } from '../../document/photo-document.js';
import { argumentLines, exiftoolProgram } from './exiftool.js';
import { cropTags, type DevelopSaid } from './write-crop.js';
import { keywordTrees, mechanicalWords } from './xmp-sidecar.js';

/** The values to write; absent ones stay unchanged. `tags` replaces all tags. */
export type Said = {
  [F in 'title' | 'description' | 'taken' | 'gps' | 'place' | 'rating']?: NonNullable<EditableFields[F]>;
} & { tags?: readonly string[]; develop?: DevelopSaid };

/** Writes sidecars with an ExifTool that starts with the first one. */
export interface XmpWriter {
  /**
   * The bytes of a sidecar with these values, based on the one at `base`.
   * @throws PhotospoolError `invalid` if `base` is not XMP or its path has line breaks, `timeout`, `too-large`, `io`.
   */
  make(said: Said, base?: string): Promise<Buffer>;
  close(): Promise<void>;
}

const limits: Limits = { seconds: 20, memory: 512 << 20, output: 32 << 20 };

/** Opens the writer. */
export function openXmpWriter(): XmpWriter {
  // A sidecar may contain anything, so the answer ends with a random number that it can't contain.
  const end = String(randomInt(2 ** 40));
  const mark = new RegExp(`\\{ready${end}\\}\\r?\\n$`);
  const read = (received: ReceivedFrame): Buffer | undefined => {
    const found = mark.exec(received.tail(end.length + 12).toString('latin1'));
    return found ? received.bytes().subarray(0, received.length - found[0].length) : undefined;
  };
  const write = (args: readonly string[]): string => argumentLines(args, end);
  const program = openBounded({ ...exiftoolProgram(limits), write, read }, { size: 1, idle: 30_000, uses: 1000 });

  async function ask(path: string | undefined, args: string[]): Promise<Buffer> {
    const reply = await program.ask(path === undefined ? args : [...args, path]);
    if (reply.kind === 'answer') return reply.answer;
    const code = reply.why === 'time' ? 'timeout' : ['memory', 'output'].includes(reply.why) ? 'too-large' : 'io';
    throw new PhotospoolError(code, 'ExifTool could not write a sidecar.', {
      op: 'write',
      ...(path !== undefined && { path }),
      cause: new Error(`ExifTool: ${reply.why} ${reply.said}`.trim()),
    });
  }

  /** The keyword lists of a sidecar, by ExifTool's names. */
  async function listsOf(path: string): Promise<Record<string, string[]>> {
    const text = (await ask(path, ['-json', '-G1', '-api', 'StructFormat=JSONQ', ...lists.map((name) => `-${name}`)]))
      .toString()
      .trim();
    const [found = {}] = text === '' ? [] : (JSON.parse(text) as Record<string, unknown>[]);
    return Object.fromEntries(lists.map((name) => [name, [found[name] ?? []].flat().map(String)]));
  }

  return {
    async make(said, base) {
      if (base !== undefined && /[\r\n\0]/.test(base))
        throw new PhotospoolError('invalid', 'A path that contains a line break can’t be read.', { path: base });
      const path = base === undefined ? undefined : resolve(base);
      const before = path !== undefined && said.tags ? await listsOf(path) : {};
      const bytes = await ask(path, ['-o', path === undefined ? '-.xmp' : '-', '-E', ...argumentsOf(said, before)]);
      if (bytes.includes('<rdf:RDF')) return bytes;
      throw new PhotospoolError('invalid', 'ExifTool could not read the existing sidecar.', {
        op: 'write',
        ...(path !== undefined && { path }),
      });
    },
    close: () => program.close(),
  };
}

const flat = 'XMP-dc:Subject';
const lists = [flat, ...keywordTrees.map(([name]) => name)];

/** ExifTool's arguments for the values. Pure. */
export function argumentsOf(said: Said, before: Readonly<Record<string, readonly string[]>> = {}): string[] {
  const { title, description, taken, gps, place, rating, tags, develop } = said;
  return [
    ...(title === undefined ? [] : [set('XMP-dc:Title', title)]),
    ...(description === undefined ? [] : [set('XMP-dc:Description', description)]),
    ...(taken === undefined ? [] : ['XMP-exif:DateTimeOriginal', 'XMP-photoshop:DateCreated'].map(dated(taken))),
    ...(gps === undefined ? [] : position(gps)),
    ...(place === undefined ? [] : placed(place)),
    ...(rating === undefined ? [] : [set('XMP-xmp:Rating', rating), set('XMP-microsoft:RatingPercent', '')]),
    ...(tags === undefined ? [] : keywords(tags, before)),
    ...(develop === undefined ? [] : cropTags(develop).map(([name, value]) => set(name, value))),
  ];
}

type Given<F extends keyof Said> = NonNullable<Said[F]>;

/** One assignment; the value is escaped as HTML, which ExifTool reverts with -E, so that it stays on one line. */
function set(name: string, value: string | number): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is escaped
  const text = String(value).replace(/[&<>"\u0000-\u001f\u007f]|^ | $/g, (c) => `&#${c.charCodeAt(0)};`);
  return `-${name}=${text}`;
}

const dated =
  ({ local, offset = '' }: Given<'taken'>) =>
  (name: string): string =>
    set(name, `${local.slice(0, 10).replaceAll('-', ':')} ${local.slice(11).replace(/\.000$/, '')}${offset}`);

function position({ lat, lon, alt }: Given<'gps'>): string[] {
  return [
    set('XMP-exif:GPSLatitude#', lat),
    set('XMP-exif:GPSLongitude#', lon),
    set('XMP-exif:GPSAltitude#', alt === undefined ? '' : Math.abs(alt)),
    set('XMP-exif:GPSAltitudeRef#', alt === undefined ? '' : Number(alt < 0)),
  ];
}

function placed({ city = '', region = '', country = '' }: Given<'place'>): string[] {
  const code = /^[A-Za-z]{2}$/.test(country) ? country.toUpperCase() : '';
  const name = code === '' ? country : (new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code);
  return [
    set('XMP-photoshop:City', city),
    set('XMP-photoshop:State', region),
    set('XMP-photoshop:Country', name),
    set('XMP-iptcCore:CountryCode', code),
  ];
}

/**
 * Keywords, flat and hierarchical. A path whose leaf is no longer a tag is removed; a tag without a path is added at
 * the top level. Lists that only some programs write are updated only if present.
 */
function keywords(tags: readonly string[], before: Readonly<Record<string, readonly string[]>>): string[] {
  const own = mechanicalWords(before['XMP-lr:HierarchicalSubject'] ?? []);
  const all = (name: string, values: readonly string[]): string[] =>
    values.length === 0 ? [set(name, '')] : values.map((value) => set(name, value));
  const kept = new Set((before[flat] ?? []).filter((word) => own.has(word)));
  const trees = keywordTrees.flatMap(([name, separator], n) => {
    const paths = before[name] ?? [];
    if (n > 1 && paths.length === 0) return [];
    const left = paths.filter((path) => {
      const leaf = path.split(separator).at(-1) ?? '';
      return tags.includes(leaf) || own.has(leaf);
    });
    const levels = new Set(left.flatMap((path) => path.split(separator)));
    const top = tags.filter((tag) => !levels.has(tag) && !tag.includes(separator));
    return all(name, [...left, ...top]);
  });
  return [...all(flat, [...new Set([...tags, ...kept])]), ...trees];
}
