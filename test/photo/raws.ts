/**
 * RAW files constructed like those of cameras: a JPEG where ExifTool looks for it, and no sensor data. No library
 * writes RAW.
 */

/** The parts of a RAW. */
export interface RawParts {
  /** The embedded JPEG; none if absent. */
  preview?: Buffer;
  /** EXIF orientation. */
  orientation?: number;
  /** The size of the RAW as stored. */
  width?: number;
  height?: number;
  make?: string;
}

type Entry = readonly [tag: number, type: 2 | 3 | 4, value: number | string];

/** A little-endian TIFF directory at `at`, followed by its text. */
function directory(at: number, entries: readonly Entry[]): Buffer {
  const bytes = Buffer.alloc(2 + entries.length * 12 + 4 + 256);
  let behind = 2 + entries.length * 12 + 4;
  bytes.writeUInt16LE(entries.length, 0);
  for (const [n, [tag, type, value]] of [...entries].sort(([a], [b]) => a - b).entries()) {
    const to = 2 + n * 12;
    bytes.writeUInt16LE(tag, to);
    bytes.writeUInt16LE(type, to + 2);
    if (typeof value === 'string') {
      bytes.writeUInt32LE(value.length + 1, to + 4);
      bytes.writeUInt32LE(at + behind, to + 8);
      behind += bytes.write(`${value}\0`, behind, 'latin1');
    } else {
      bytes.writeUInt32LE(1, to + 4);
      if (type === 3) bytes.writeUInt16LE(value, to + 8);
      else bytes.writeUInt32LE(value, to + 8);
    }
  }
  return bytes;
}

const sensor = Buffer.alloc(600, 0x5a);

/** A TIFF-based RAW: a first directory with its identification, the preview and the sensor data in others. */
function tiffLike(magic: string, entries: readonly Entry[], parts: RawParts): Buffer {
  const { preview, orientation = 1, width = 600, height = 400, make = 'Make' } = parts;
  const room = 2 + 24 * 12 + 4 + 256;
  const [first, second, third] = [32, 32 + room, 32 + 2 * room];
  const data = 32 + 3 * room;
  const head = Buffer.alloc(32);
  head.write(magic, 0, 'latin1');
  head.writeUInt32LE(first, 4);
  const pixels: Entry[] = [
    [0xfe, 4, 0],
    [0x100, 4, width],
    [0x101, 4, height],
    [0x103, 3, 1],
    [0x106, 3, 32803],
    [0x111, 4, data],
    [0x117, 4, sensor.length],
  ];
  const shown: Entry[] = preview
    ? [
        [0xfe, 4, 1],
        [0x103, 3, 6],
        [0x201, 4, data + sensor.length],
        [0x202, 4, preview.length],
      ]
    : [[0xfe, 4, 1]];
  const main: Entry[] = [
    [0xfe, 4, 1],
    [0x10f, 2, make],
    [0x110, 2, 'Model'],
    [0x112, 3, orientation],
    [0x132, 2, '2024:07:01 12:00:00'],
    ...entries,
  ];
  const file = Buffer.alloc(data);
  file.set(head);
  // Two SubIFDs: the array of their offsets is in the free part of the head.
  file.writeUInt32LE(second, 16);
  file.writeUInt32LE(third, 20);
  const block = directory(first, [...main, [0x14a, 4, 0]]);
  for (let at = 2; at < 2 + (main.length + 1) * 12; at += 12)
    if (block.readUInt16LE(at) === 0x14a) {
      block.writeUInt32LE(2, at + 4);
      block.writeUInt32LE(16, at + 8);
    }
  file.set(block.subarray(0, room), first);
  file.set(directory(second, shown).subarray(0, room), second);
  file.set(directory(third, pixels).subarray(0, room), third);
  return Buffer.concat([file, sensor, preview ?? Buffer.alloc(0)]);
}

/** Canon's CR2: the preview is the first directory's own strip. */
function cr2(parts: RawParts): Buffer {
  const { preview = Buffer.alloc(0), orientation = 1, width = 600, height = 400 } = parts;
  const at = 16;
  const data = 1024;
  const entries: Entry[] = [
    [0x100, 3, width],
    [0x101, 3, height],
    [0x103, 3, 6],
    [0x10f, 2, 'Canon'],
    [0x110, 2, 'Canon EOS'],
    [0x112, 3, orientation],
    [0x111, 4, data],
    [0x117, 4, preview.length],
  ];
  const file = Buffer.alloc(data);
  file.write('II*\0\x10\0\0\0CR\x02\0', 'latin1');
  file.set(directory(at, parts.preview ? entries : entries.slice(0, 6)), at);
  return Buffer.concat([file, preview]);
}

/** Panasonic's RW2: the preview is the value of a separate tag. */
function rw2({ preview = Buffer.alloc(0), orientation = 1 }: RawParts): Buffer {
  const at = 24;
  const data = 1024;
  const file = Buffer.alloc(data);
  file.write('IIU\0\x18\0\0\0', 'latin1');
  const block = directory(at, [
    [0x02, 3, 610],
    [0x03, 3, 410],
    [0x06, 3, 400],
    [0x07, 3, 600],
    [0x2e, 4, data],
    [0x10f, 2, 'Panasonic'],
    [0x112, 3, orientation],
  ]);
  for (let n = 2; n < 2 + 7 * 12; n += 12)
    if (block.readUInt16LE(n) === 0x2e) {
      block.writeUInt16LE(7, n + 2);
      block.writeUInt32LE(preview.length, n + 4);
    }
  file.set(block, at);
  return Buffer.concat([file, preview]);
}

/** Fujifilm's RAF: a header with the position of the JPEG, whose EXIF is that of the file. */
function raf({ preview = Buffer.alloc(0) }: RawParts): Buffer {
  const file = Buffer.alloc(160);
  file.write('FUJIFILMCCD-RAW 0201FF389501X-T2', 'latin1');
  file.writeUInt32BE(160, 0x54);
  file.writeUInt32BE(preview.length, 0x58);
  file.writeUInt32BE(160 + preview.length, 0x5c);
  file.writeUInt32BE(16, 0x60);
  file.writeUInt32BE(176 + preview.length, 0x64);
  file.writeUInt32BE(sensor.length, 0x68);
  return Buffer.concat([file, preview, Buffer.alloc(16), sensor]);
}

function box(type: string, ...content: Buffer[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.reduce((sum, { length }) => sum + length, 0));
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...content]);
}

/** Canon's CR3: boxes; the preview in a separate `uuid` box, the orientation in a TIFF inside `moov`. */
function cr3({ preview, orientation = 1 }: RawParts): Buffer {
  const tiff = Buffer.alloc(8);
  tiff.write('II*\0\x08\0\0\0', 'latin1');
  const cmt1 = Buffer.concat([
    tiff,
    directory(8, [
      [0x10f, 2, 'Canon'],
      [0x112, 3, orientation],
    ]),
  ]);
  const canon = Buffer.from('85c0b687820f11e08111f4ce462b6a48', 'hex');
  const previews = Buffer.from('eaf42b5e1c984b88b9fbb7dc406e4d16', 'hex');
  const head = Buffer.alloc(16);
  head.writeUInt32BE(preview?.length ?? 0, 12);
  return Buffer.concat([
    box('ftyp', Buffer.from('crx \0\0\0\x01crx isom', 'latin1')),
    box('moov', box('uuid', canon, box('CMT1', cmt1))),
    ...(preview ? [box('uuid', previews, Buffer.alloc(8), box('PRVW', head, preview))] : []),
    box('mdat', sensor),
  ]);
}

/** Olympus's ORF: the preview is named in the maker's notes. */
function orf({ preview, orientation = 1, width = 600, height = 400 }: RawParts): Buffer {
  const data = 2048;
  const file = Buffer.alloc(data);
  file.write('IIRO\x08\0\0\0', 'latin1');
  const [exif, notes] = [600, 1000];
  file.set(
    directory(8, [
      [0x100, 4, width],
      [0x101, 4, height],
      [0x10f, 2, 'OLYMPUS CORPORATION'],
      [0x110, 2, 'E-M1'],
      [0x112, 3, orientation],
      [0x111, 4, data + (preview?.length ?? 0)],
      [0x117, 4, sensor.length],
      [0x8769, 4, exif],
    ]),
    8,
  );
  const block = directory(exif, [[0x927c, 4, notes]]);
  block.writeUInt16LE(7, 4);
  block.writeUInt32LE(800, 6);
  file.set(block.subarray(0, 300), exif);
  // "OLYMPUS" notes count offsets from their own beginning.
  file.write('OLYMPUS\0II\x03\0', notes, 'latin1');
  const main = directory(12, [[0x2020, 4, 300]]);
  main.writeUInt16LE(13, 4);
  file.set(main.subarray(0, 100), notes + 12);
  const settings: Entry[] = [
    [0x100, 4, 1],
    [0x101, 4, data - notes],
    [0x102, 4, preview?.length ?? 0],
  ];
  if (preview) file.set(directory(300, settings).subarray(0, 100), notes + 300);
  return Buffer.concat([file, preview ?? Buffer.alloc(0), sensor]);
}

/** A maker of each format, by the name that people call it. */
export const raws: Record<string, (parts: RawParts) => Buffer> = {
  'Nikon RAW (NEF)': (parts) => tiffLike('II*\0', [], { ...parts, make: 'NIKON CORPORATION' }),
  'Sony RAW (ARW)': (parts) => tiffLike('II*\0', [], { ...parts, make: 'SONY' }),
  'Pentax RAW (PEF)': (parts) => tiffLike('II*\0', [], { ...parts, make: 'PENTAX' }),
  'Samsung RAW (SRW)': (parts) => tiffLike('II*\0', [], { ...parts, make: 'SAMSUNG' }),
  DNG: (parts) => tiffLike('II*\0', [[0xc612, 4, 0x0401]], parts),
  'Canon RAW (CR2)': cr2,
  'Canon RAW (CR3)': cr3,
  'Panasonic RAW (RW2)': rw2,
  'Fujifilm RAW (RAF)': raf,
  'Olympus RAW (ORF)': orf,
};
