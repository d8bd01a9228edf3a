/** The gazetteer: a file of ExifTool's format, made here, and the one that is installed. */
import { beforeAll, describe, expect, it } from 'vitest';
import { gazetteerFile } from '../../src/photo/facts/exiftool.js';
import { indexTowns, readGazetteer, type Gazetteer } from '../../src/photo/facts/gazetteer.js';

/** A town as 13 bytes and its name; `population`: two digits and an exponent. */
function town(name: string, lat: number, lon: number, [a, b, e]: [number, number, number], country = 0, region = 0) {
  const bytes = Buffer.alloc(13);
  const [north, east] = [Math.round(((lat + 90) * 0x100000) / 180), Math.round(((lon + 180) * 0x100000) / 360)];
  bytes.writeUInt16BE(north >> 4, 0);
  bytes[2] = ((north & 15) << 4) | (east & 15);
  bytes.writeUInt16BE(east >> 4, 3);
  bytes.writeUInt32BE(((country << 24) | (e << 20) | (a << 16) | (b << 12) | region) >>> 0, 5);
  return Buffer.concat([bytes, Buffer.from(`${name}\n`)]);
}
const mark = (n: number): Buffer => Buffer.from([0, 0, 0, 0, n, 10]);
const file = (...towns: Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from(`Geolocation1.03\t${towns.length}\n# a test with population 2000 or more\n`),
    ...towns,
    mark(1),
    Buffer.from('ESSpain\nNZNew Zealand\n'),
    mark(2),
    Buffer.from('\nAsturias\n'),
    mark(3),
  ]);

describe('a file', () => {
  let small: Gazetteer;
  beforeAll(async () => {
    small = await indexTowns(
      file(
        town('Ribadesella', 43.46, -5.06, [5, 7, 3], 0, 1),
        // Its position has a byte of a line's end.
        town('Oviedo', (10 * 180) / 256 / 16 - 90 + 60, -5.85, [2, 2, 5], 0, 1),
        town('Ágreda', 41.85, -1.92, [3, 1, 3]),
        town('Gisborne', -38.65, 179.8, [3, 4, 4], 1),
      ),
    );
  });
  it('has towns with region, country, position and population', async () => {
    const [found] = await small.named('RIBA', 5);
    expect(found).toMatchObject({ name: 'Ribadesella', region: 'Asturias', country: 'ES', population: 5700 });
    expect(found!.lat).toBeCloseTo(43.46, 3);
    expect(found!.lon).toBeCloseTo(-5.06, 3);
    expect((await small.named('agr', 5)).map(({ name }) => name)).toEqual(['Ágreda']);
    expect(await small.named('', 5)).toEqual([]);
    expect(await small.named('zz', 5)).toEqual([]);
  });
  it('is searched by area, the largest first, also across the date line', () => {
    const names = (west: number, east: number, limit = 9): string[] =>
      small.within({ south: -90, north: 90, west, east }, limit).map(({ name }) => name);
    expect(names(-180, 180)).toEqual(['Oviedo', 'Gisborne', 'Ribadesella', 'Ágreda']);
    expect(names(170, -170)).toEqual(['Gisborne']);
    expect(names(-180, 180, 1)).toEqual(['Oviedo']);
    expect(small.countries.map(({ country, towns }) => [country, towns])).toEqual([
      ['ES', 3],
      ['NZ', 1],
    ]);
  });
  it('is searched around a position, also across the date line', () => {
    const names = (lat: number, lon: number): string[] => small.near({ lat, lon }, 9).map(({ name }) => name);
    expect(names(43.4, -5.1)).toEqual(['Ribadesella']);
    expect(names(-38.65, -179.9)).toEqual(['Gisborne']);
    expect(names(0, 0)).toEqual([]);
  });
  it.each([
    ['none', Buffer.alloc(0)],
    ['another format', Buffer.from('Geolocation2.00\t3\n# x\n')],
    ['one that ends early', file(town('A', 1, 1, [1, 0, 3]), town('B', 2, 2, [1, 0, 3])).subarray(0, 80)],
    ['one with a forged number', Buffer.from('Geolocation1.03\t9999999\n# x\n')],
  ])('that is %s is no harm', async (_, bytes) => {
    const found = await indexTowns(bytes);
    expect(found.within({ south: -90, north: 90, west: -180, east: 180 }, 9).length).toBeLessThan(2);
    expect(await found.named('b', 9)).toEqual([]);
  });
});

describe('the installed file', () => {
  let all: Gazetteer;
  beforeAll(async () => {
    all = await readGazetteer(gazetteerFile());
  });
  it('knows towns and countries all over the world', async () => {
    expect((await all.named('ribadesella', 1))[0]).toMatchObject({ region: 'Asturias', country: 'ES' });
    const spain = all.within({ south: 39, north: 42, west: -5, east: 3 }, 2).map(({ name }) => name);
    expect(spain).toEqual(['Madrid', 'Barcelona']);
    const near = (lat: number, lon: number): string[] => all.near({ lat, lon }, 2).map(({ name }) => name);
    expect(near(43.46, -5.06)[0]).toBe('Ribadesella');
    expect(near(43.36, -5.85)[0]).toBe('Oviedo');
    expect(all.countries.length).toBeGreaterThan(200);
  });
  it('is empty without a file', async () => {
    expect((await readGazetteer('/nowhere/at/all')).countries).toEqual([]);
  });
});
