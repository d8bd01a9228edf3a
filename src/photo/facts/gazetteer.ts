/**
 * Towns and countries of the world: 116,000 places of GeoNames in ExifTool's `Geolocation.dat` (format 1.03, described
 * in its `Geolocation.pm`). Read once, at the first lookup, into a compact index of 7 MB: the file's bytes, three
 * numbers per town, and, from the first search by name on, the folded names. Read-only; without the file, or with one
 * of another format, there are no places.
 */
import { readFile } from 'node:fs/promises';
import { yieldToEventLoop } from '../../base/async/yield.js';

/** A town. */
export interface Town {
  name: string;
  region: string;
  /** ISO 3166, two letters. */
  country: string;
  lat: number;
  lon: number;
  population: number;
}

/** An area; `west` may be greater than `east` across the date line. Degrees. */
export interface TownArea {
  south: number;
  west: number;
  north: number;
  east: number;
}

/** A country with the middle of its towns. */
export interface Country {
  /** ISO 3166, two letters. */
  country: string;
  lat: number;
  lon: number;
  /** The number of known towns. */
  towns: number;
}

/** The places. */
export interface Gazetteer {
  /** The largest towns in an area, the largest first. */
  within(area: TownArea, limit: number): Town[];
  /** The nearest towns within `nearKilometres`, the nearest first. */
  near(position: { lat: number; lon: number }, limit: number): Town[];
  /** The countries, the one with the most towns first. */
  readonly countries: readonly Country[];
  /** Towns whose name begins with a text, ignoring case and accents, the largest first. */
  named(text: string, limit: number): Promise<Town[]>;
}

const header = /^Geolocation1\.03\t(\d{1,6})$/;
/** Bytes of a town before its name. */
const fixed = 13;
const newline = 10;
/** Beyond this distance, the nearest town does not describe a place. */
export const nearKilometres = 100;
/** Half the length of the equator, km. */
const halfAround = 20_037.5;
/** Towns between two turns of the event loop. */
const atOnce = 8_000;

/** Reads the file. Without a readable one of this format the gazetteer is empty. */
export async function readGazetteer(path: string): Promise<Gazetteer> {
  return indexTowns(await readFile(path).catch(() => Buffer.alloc(0)));
}

/** The text up to the end of the line at `at`, and where the next line begins. */
function lineAt(bytes: Buffer, at: number): { text: string; next: number } | undefined {
  const end = bytes.indexOf(newline, at);
  return end < 0 ? undefined : { text: bytes.toString('utf8', at, end), next: end + 1 };
}

/** The lines of a section from `at`, which ends at a mark of four zero bytes and a number. */
function section(bytes: Buffer, at: number): { lines: string[]; next: number } {
  const lines: string[] = [];
  for (let line = lineAt(bytes, at); line; line = lineAt(bytes, at)) {
    const isEnd = line.next - at === 6 && bytes.readUInt32BE(at) === 0;
    at = line.next;
    if (isEnd) break;
    lines.push(line.text);
  }
  return { lines, next: at };
}

/** The numbers of a town whose bytes begin at `at`: `unpack('nCnNnCC')` in Geolocation.pm. */
const codeAt = (bytes: Buffer, at: number): number => bytes.readUInt32BE(at + 5);
const latAt = (bytes: Buffer, at: number): number =>
  (((bytes.readUInt16BE(at) << 4) | (bytes[at + 2]! >> 4)) * 180) / 0x100000 - 90;
const lonAt = (bytes: Buffer, at: number): number =>
  (((bytes.readUInt16BE(at + 3) << 4) | (bytes[at + 2]! & 15)) * 360) / 0x100000 - 180;
/** Two decimal digits and an exponent. */
function populationAt(bytes: Buffer, at: number): number {
  const code = codeAt(bytes, at);
  return Math.round((((code >>> 16) & 15) + ((code >>> 12) & 15) / 10) * 10 ** ((code >>> 20) & 15));
}

/** Indexes the bytes of the file, yielding in between. */
export async function indexTowns(bytes: Buffer): Promise<Gazetteer> {
  const first = lineAt(bytes, 0);
  const count = Number(header.exec(first?.text ?? '')?.[1] ?? 0);
  const offsets = new Uint32Array(count);
  /** The population, and below it the number of the town, so that numbers alone can be sorted. */
  const keys = new Float64Array(count);
  let at = first && count > 0 ? (lineAt(bytes, first.next)?.next ?? bytes.length) : bytes.length;
  let size = 0;
  for (; size < count && at + fixed < bytes.length; size++) {
    const end = bytes.indexOf(newline, at + fixed);
    if (end < 0) break;
    offsets[size] = at;
    keys[size] = populationAt(bytes, at) * 2 ** 20 - size;
    at = end + 1;
    if (size % atOnce === atOnce - 1) await yieldToEventLoop();
  }
  // The mark after the towns is a line of six bytes.
  const { lines: countries, next } = section(bytes, at + 6);
  const { lines: regions } = section(bytes, next);
  const sorted = Uint32Array.from(
    keys.subarray(0, size).sort().reverse(),
    (key) => offsets[Math.ceil(key / 2 ** 20) * 2 ** 20 - key]!,
  );
  return openIndex(bytes, sorted, countries, regions);
}

/** `towns`: where the bytes of each begin, the largest first. */
function openIndex(
  bytes: Buffer,
  towns: Uint32Array,
  countryLines: readonly string[],
  regions: readonly string[],
): Gazetteer {
  const lats = Float32Array.from(towns, (at) => latAt(bytes, at));
  const lons = Float32Array.from(towns, (at) => lonAt(bytes, at));
  const nameAt = (at: number): string => bytes.toString('utf8', at + fixed, bytes.indexOf(newline, at + fixed));
  const countryAt = (at: number): string => countryLines[codeAt(bytes, at) >>> 24]?.slice(0, 2) ?? '';
  const round = (degrees: number): number => Math.round(degrees * 10_000) / 10_000;
  function town(k: number): Town {
    const at = towns[k]!;
    return {
      name: nameAt(at),
      region: regions[codeAt(bytes, at) & 0xfff] ?? '',
      country: countryAt(at),
      lat: round(latAt(bytes, at)),
      lon: round(lonAt(bytes, at)),
      population: populationAt(bytes, at),
    };
  }

  function findCountries(): Country[] {
    const found = new Map<string, { lats: number[]; lons: number[] }>();
    for (const [k, at] of towns.entries()) {
      const country = countryAt(at);
      const known = found.get(country) ?? { lats: [], lons: [] };
      found.set(country, known);
      known.lats.push(lats[k]!);
      known.lons.push(lons[k]!);
    }
    const middle = (all: number[]): number => round(all.sort((a, b) => a - b)[all.length >> 1]!);
    return [...found]
      .map(([country, of]) => ({ country, lat: middle(of.lats), lon: middle(of.lons), towns: of.lats.length }))
      .sort((a, b) => b.towns - a.towns);
  }

  const names = openNames(towns.length, (k) => nameAt(towns[k]!));

  return {
    countries: findCountries(),
    within({ south, west, north, east }, limit) {
      const found: Town[] = [];
      for (let k = 0; k < towns.length && found.length < limit; k++) {
        const lat = lats[k]!;
        const lon = lons[k]!;
        const isBeside = west <= east ? lon >= west && lon <= east : lon >= west || lon <= east;
        if (isBeside && lat >= south && lat <= north) found.push(town(k));
      }
      return found;
    },
    near({ lat, lon }, limit) {
      const found: { k: number; distance: number }[] = [];
      const reach = (nearKilometres * 180) / halfAround;
      for (let k = 0; k < towns.length; k++) {
        const north = lats[k]! - lat;
        if (Math.abs(north) > reach) continue;
        const around = Math.abs(lons[k]! - lon);
        const east = Math.min(around, 360 - around) * Math.cos((lat * Math.PI) / 180);
        const distance = Math.hypot(north, east);
        if (distance <= reach) found.push({ k, distance });
      }
      return found
        .sort((a, b) => a.distance - b.distance)
        .slice(0, limit)
        .map(({ k }) => town(k));
    },
    named: async (text, limit) => (await names(text, limit)).map(town),
  };
}

/** Finds the names that begin with a text, by their numbers. The first search folds all names, yielding in between. */
function openNames(count: number, nameOf: (k: number) => string): (text: string, limit: number) => Promise<number[]> {
  /** All names, each on a separate line, and the position of each. */
  async function foldAll(): Promise<{ text: string; starts: Uint32Array }> {
    const starts = new Uint32Array(count);
    const parts: string[] = [];
    let length = 0;
    for (let k = 0; k < count; k++) {
      const line = `\n${fold(nameOf(k))}`;
      starts[k] = length;
      length += line.length;
      parts.push(line);
      if (k % atOnce === atOnce - 1) await yieldToEventLoop();
    }
    return { text: parts.join(''), starts };
  }
  let all: ReturnType<typeof foldAll> | undefined;

  return async (text, limit) => {
    const wanted = `\n${fold(text.trim())}`;
    if (wanted === '\n') return [];
    const names = await (all ??= foldAll());
    const found: number[] = [];
    for (let at = names.text.indexOf(wanted); at >= 0 && found.length < limit; at = names.text.indexOf(wanted, at + 1))
      found.push(indexOf(names.starts, at));
    return found;
  };
}

/** The index of a value among ascending ones. */
function indexOf(ascending: Uint32Array, value: number): number {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Without case and accents, on one line. */
const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replaceAll(/\p{Mn}+/gu, '')
    .replaceAll('\n', ' ')
    .toLowerCase();
