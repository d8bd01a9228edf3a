/**
 * Writes a PMTiles file (specification 3) of one vector tile (MVT 2.1) for the whole world: land west of Greenwich in the
 * layer `earth`, as Protomaps calls it.
 */

/** A number in the base 128 of protocol buffers. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}
/** A field with bytes, or with a number. */
const field = (key: number, value: Uint8Array | readonly number[] | string): number[] => {
  const bytes = typeof value === 'string' ? [...Buffer.from(value)] : [...value];
  return [...varint(key * 8 + 2), ...varint(bytes.length), ...bytes];
};
const count = (key: number, value: number): number[] => [...varint(key * 8), ...varint(value)];
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

/** The commands of a ring: move to the first corner, lines to the others, close. */
function ring(corners: readonly (readonly [number, number])[]): number[] {
  let at: readonly [number, number] = [0, 0];
  const step = (to: readonly [number, number]): number[] => {
    const by = [zigzag(to[0] - at[0]), zigzag(to[1] - at[1])];
    at = to;
    return by;
  };
  const [first, ...others] = corners;
  return [9, ...step(first!), (others.length << 3) | 2, ...others.flatMap(step), 15];
}

/** The file. */
export function tinyPmtiles(): Buffer {
  const west = ring([
    [0, 0],
    [2048, 0],
    [2048, 4096],
    [0, 4096],
  ]);
  const feature = [...count(3, 3), ...field(4, west.flatMap(varint))];
  const layer = [...field(1, 'earth'), ...field(2, feature), ...count(5, 4096), ...count(15, 2)];
  const tile = Buffer.from(field(3, layer));
  // One entry: how many, the tile, how many times, its length, and its offset plus one.
  const directory = Buffer.from([1, 0, 1, ...varint(tile.length), 1]);
  const told = { vector_layers: [{ id: 'earth', fields: {} }], attribution: '<b>A test</b>' };
  const metadata = Buffer.from(JSON.stringify(told));
  const header = Buffer.alloc(127);
  header.write('PMTiles');
  header[7] = 3;
  const parts: [number, number][] = [
    [127, directory.length],
    [127 + directory.length, metadata.length],
    [127 + directory.length + metadata.length, 0],
    [127 + directory.length + metadata.length, tile.length],
  ];
  parts.flat().forEach((value, k) => header.writeBigUInt64LE(BigInt(value), 8 + 8 * k));
  for (const at of [72, 80, 88]) header.writeBigUInt64LE(1n, at);
  // Clustered; directories and tile without compression; vector tiles; zoom 0 alone; the whole world.
  header.set([1, 1, 1, 1, 0, 0], 96);
  [-1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000].forEach((value, k) =>
    header.writeInt32LE(value, 102 + 4 * k),
  );
  return Buffer.concat([header, directory, metadata, tile]);
}
