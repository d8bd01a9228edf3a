/**
 * Decodes HEIC and HEIF with libheif as WebAssembly (libheif-js from npm), in the decoder process: its memory belongs
 * to that process, and damage by a file ends with the process. Tiles are decoded one by one, so it needs little more
 * memory than the picture itself.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, dirname } from 'node:path';
import type { PictureSource } from '../formats/format-family.js';
import { pixelSide } from './renditions.js';
import { makeUncompressed } from './uncompressed-tiff.js';

/**
 * The functions of libheif's C API (libheif/heif.h) in use. Numbers are addresses; errors are written to the first
 * argument.
 */
interface Libheif {
  HEAPU8: Uint8Array;
  HEAPU32: Uint32Array;
  _malloc(size: number): number;
  _free(at: number): void;
  _heif_context_alloc(): number;
  _heif_context_free(context: number): void;
  _heif_context_set_maximum_image_size_limit(context: number, side: number): void;
  _heif_context_read_from_memory_without_copy(
    error: number,
    context: number,
    at: number,
    size: number,
    options: 0,
  ): void;
  _heif_context_get_primary_image_handle(error: number, context: number, to: number): void;
  _heif_context_get_image_handle(error: number, context: number, item: number, to: number): void;
  _heif_image_handle_has_alpha_channel(handle: number): number;
  _heif_image_handle_get_luma_bits_per_pixel(handle: number): number;
  _heif_image_handle_release(handle: number): void;
  _heif_decode_image(error: number, handle: number, to: number, space: number, chroma: number, options: 0): void;
  _heif_image_get_width(image: number, channel: number): number;
  _heif_image_get_height(image: number, channel: number): number;
  _heif_image_get_bits_per_pixel_range(image: number, channel: number): number;
  _heif_image_get_plane_readonly2(image: number, channel: number, stride: number): number;
  _heif_image_release(image: number): void;
}

/** `heif_colorspace_RGB`, `heif_channel_interleaved`. */
const [rgb, interleaved] = [1, 10];
/** `heif_chroma_interleaved_…`: RGB, RGBA, and RRGGBB, RRGGBBAA in little-endian 16 bits. */
const chroma = { rgb: 10, rgba: 11, rrggbb: 14, rrggbbaa: 15 };
/** Maximum bytes of its memory that stay allocated for the next picture. */
const mostKept = 256 << 20;

let loaded: Libheif | undefined;

function load(): Libheif {
  if (loaded) return loaded;
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('libheif-js')), 'libheif-wasm');
  const make = require(join(folder, 'libheif.js')) as (options: { wasmBinary: Buffer }) => Libheif;
  return (loaded = make({ wasmBinary: readFileSync(join(folder, 'libheif.wasm')) }));
}

/**
 * Decodes the main picture, or that of an item, upright by its `irot` and `imir`. `deep`: 16 bits per sample if it has
 * more than 8. @throws the error of libheif.
 */
export async function decodeHeif(
  path: string,
  deep: boolean,
  item?: number,
): Promise<PictureSource & { input: Buffer }> {
  const heif = load();
  // Does not reuse an instance after a crash.
  loaded = undefined;
  const bytes = await readFile(path);
  const at = heif._malloc(bytes.length);
  const cells = heif._malloc(32);
  const context = heif._heif_context_alloc();
  let handle = 0;
  let image = 0;
  const cell = (n: number): number => heif.HEAPU32[(cells >> 2) + n] ?? 0;
  const check = (): void => {
    if (cell(0) !== 0) throw new Error(`libheif: ${textAt(heif.HEAPU8, cell(2))}`);
  };
  try {
    if (at === 0 || cells === 0 || context === 0) throw new Error('libheif: out of memory');
    heif.HEAPU8.set(bytes, at);
    heif._heif_context_set_maximum_image_size_limit(context, pixelSide);
    heif._heif_context_read_from_memory_without_copy(cells, context, at, bytes.length, 0);
    check();
    if (item === undefined) heif._heif_context_get_primary_image_handle(cells, context, cells + 16);
    else heif._heif_context_get_image_handle(cells, context, item, cells + 16);
    check();
    handle = cell(4);
    const alpha = heif._heif_image_handle_has_alpha_channel(handle) !== 0;
    const bits = deep && heif._heif_image_handle_get_luma_bits_per_pixel(handle) > 8 ? 16 : 8;
    const wanted = bits === 8 ? (alpha ? chroma.rgba : chroma.rgb) : alpha ? chroma.rrggbbaa : chroma.rrggbb;
    heif._heif_decode_image(cells, handle, cells + 16, rgb, wanted, 0);
    check();
    image = cell(4);
    const [width, height] = [
      heif._heif_image_get_width(image, interleaved),
      heif._heif_image_get_height(image, interleaved),
    ];
    const { file, pixels } = makeUncompressed({ width, height, channels: alpha ? 4 : 3, bits });
    const from = heif._heif_image_get_plane_readonly2(image, interleaved, cells + 20);
    const [stride, row] = [cell(5), pixels.length / height];
    for (let y = 0; y < height; y++)
      pixels.set(heif.HEAPU8.subarray(from + y * stride, from + y * stride + row), y * row);
    if (bits === 16) spread(pixels, 16 - heif._heif_image_get_bits_per_pixel_range(image, interleaved));
    return { input: file, loader: 'tiff', turn: 1 };
  } finally {
    if (image !== 0) heif._heif_image_release(image);
    if (handle !== 0) heif._heif_image_handle_release(handle);
    heif._heif_context_free(context);
    heif._free(cells);
    heif._free(at);
    // WebAssembly releases memory only as a whole.
    if (heif.HEAPU8.length <= mostKept) loaded = heif;
  }
}

/** Shifts 10 or 12 bits in 16 to the most significant bits. */
function spread(pixels: Buffer, by: number): void {
  const samples = new Uint16Array(pixels.buffer, pixels.byteOffset, pixels.length / 2);
  for (let i = 0; i < samples.length; i++) samples[i]! <<= by;
}

function textAt(memory: Uint8Array, at: number): string {
  const end = memory.indexOf(0, at);
  return Buffer.from(memory.subarray(at, Math.min(end, at + 500))).toString();
}
