/**
 * Wraps decoded pixels of other decoders in an uncompressed TIFF (6.0) in memory, which libvips opens without decoding,
 * together with their colour profile. Pure.
 */

/** The layout of the pixels: row by row, `channels` samples each (3 RGB, 4 RGBA), 8 bits or 16 (little-endian). */
export interface Shape {
  width: number;
  height: number;
  channels: 3 | 4;
  bits: 8 | 16;
}

const header = 8;
const [short, long, undefinedBytes] = [3, 4, 7];
/** A TIFF file with space for the pixels, to be filled. `icc`: their colour profile. */
export function makeUncompressed(shape: Shape, icc?: Uint8Array): { file: Buffer; pixels: Buffer } {
  const { width, height, channels, bits } = shape;
  const size = width * height * channels * (bits / 8);
  const file = Buffer.alloc(header + size + 512 + (icc?.length ?? 0));
  let behind = header + size;
  behind += behind % 2;
  const each = (value: number): number[] => Array.from({ length: channels }, () => value);
  const entries: [tag: number, type: number, values: readonly number[] | Uint8Array][] = [
    [0x100, long, [width]],
    [0x101, long, [height]],
    [0x102, short, each(bits)],
    [0x103, short, [1]],
    [0x106, short, [2]],
    [0x111, long, [header]],
    [0x115, short, [channels]],
    [0x116, long, [height]],
    [0x117, long, [size]],
    [0x11c, short, [1]],
    // 2: unassociated alpha (the colours are not premultiplied).
    ...(channels === 4 ? [[0x152, short, [2]] as [number, number, number[]]] : []),
    ...(icc ? [[0x8773, undefinedBytes, icc] as [number, number, Uint8Array]] : []),
  ];
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(behind, 4);
  file.writeUInt16LE(entries.length, behind);
  let data = behind + 2 + entries.length * 12 + 4;
  for (const [n, [tag, type, values]] of entries.entries()) {
    const at = behind + 2 + n * 12;
    const bytes = bytesOf(type, values);
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(values.length, at + 4);
    file.set(bytes, bytes.length <= 4 ? at + 8 : data);
    if (bytes.length <= 4) continue;
    file.writeUInt32LE(data, at + 8);
    data += bytes.length + (bytes.length % 2);
  }
  return { file, pixels: file.subarray(header, header + size) };
}

function bytesOf(type: number, values: readonly number[] | Uint8Array): Uint8Array {
  if (values instanceof Uint8Array) return values;
  const bytes = Buffer.alloc(values.length * (type === short ? 2 : 4));
  for (const [n, value] of values.entries())
    if (type === short) bytes.writeUInt16LE(value, n * 2);
    else bytes.writeUInt32LE(value, n * 4);
  return bytes;
}
