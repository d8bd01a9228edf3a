/**
 * A thread that decodes one JPEG XL and ends: only the end of the thread releases the memory of WebAssembly. It gets
 * the path and the maximum number of pixels, and responds with a PNG, upright, in sRGB or (HDR) in the colours that it
 * reports, or with an error.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { initSync, JxlImage } from 'jxl-oxide-wasm';
import { latin, uint } from '../formats/byte-reader.js';
import { isHdr } from './color-conversion.js';
import type { Colours } from '../formats/format-family.js';

/** The input of the thread. */
export interface Task {
  path: string;
  mostPixels: number;
}

/** The response of the thread. */
export type JxlAnswer = { png: Uint8Array; animated: boolean; colours?: Colours } | { failed: string };

function decode({ path, mostPixels }: Task): JxlAnswer {
  const image = new JxlImage();
  const bytes = readFileSync(path);
  image.feedBytes(bytes);
  if (!image.tryInit()) return { failed: 'unexpected end of file' };
  if ((image.width ?? 0) * (image.height ?? 0) > mostPixels) return { failed: 'image exceeds pixel limit' };
  // Without this check, a truncated file would be shown as far as it goes.
  if (!image.loaded) return { failed: 'unexpected end of file' };
  const colours = coloursOf(bytes);
  const hdr = colours !== undefined && isHdr(colours);
  // It converts all colours to sRGB itself, but HDR as if for 10,000 cd/m², so that white becomes grey.
  image.forceSrgb = !hdr;
  const png = image.render().encodeToPng();
  return { png, animated: image.animated ?? false, ...(hdr && { colours }) };
}

/** The colours of a picture, which are reported only with rendered pixels: renders one of them. */
function coloursOf(bytes: Uint8Array): Colours | undefined {
  const image = new JxlImage();
  image.feedBytes(bytes);
  image.tryInit();
  image.renderingRegion = { left: 0, top: 0, width: 1, height: 1 };
  const png = image.render().encodeToPng();
  image.free();
  return cicpOf(png);
}

/** The cICP chunk of a PNG (W3C, third edition); undefined if there is none. */
function cicpOf(png: Uint8Array): Colours | undefined {
  for (let at = 8; at < png.length; at += 12 + (uint(png, at, 4) ?? png.length))
    if (latin(png, at + 4, 4) === 'cICP') return { primaries: png[at + 8] ?? 1, transfer: png[at + 9] ?? 13 };
  return undefined;
}

/** A Rust panic, which is how running out of memory shows, leaves no trace except the memory it had. */
const muchMemory = 400 << 20;

function run(task: Task): JxlAnswer {
  const folder = dirname(createRequire(import.meta.url).resolve('jxl-oxide-wasm/package.json'));
  const { memory } = initSync({ module: readFileSync(join(folder, 'jxl_oxide_wasm_bg.wasm')) });
  try {
    return decode(task);
  } catch (error) {
    const panicked = error instanceof Error && error.name === 'RuntimeError' && memory.buffer.byteLength > muchMemory;
    // Its own message "too many" is not about the size of the picture.
    return { failed: panicked ? 'out of memory' : 'it is damaged' };
  }
}

parentPort?.postMessage(run(workerData as Task));
