/**
 * The thread that decodes one JPEG XL and ends: only so is the memory given back that WebAssembly took. Told the path and the
 * most pixels, it answers with a PNG in sRGB, upright, or with what went wrong.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { initSync, JxlImage } from 'jxl-oxide-wasm';

/** What the thread is told. */
export interface Task {
  path: string;
  mostPixels: number;
}

/** What it answers. */
export type Told = { png: Uint8Array; animated: boolean } | { failed: string };

function decode({ path, mostPixels }: Task): Told {
  const image = new JxlImage();
  // It turns any colours into sRGB itself, HDR too.
  image.forceSrgb = true;
  image.feedBytes(readFileSync(path));
  if (!image.tryInit()) return { failed: 'unexpected end of file' };
  if ((image.width ?? 0) * (image.height ?? 0) > mostPixels) return { failed: 'image exceeds pixel limit' };
  // A file whose end is missing would be shown as far as it goes.
  if (!image.loaded) return { failed: 'unexpected end of file' };
  return { png: image.render().encodeToPng(), animated: image.animated ?? false };
}

/** A panic of Rust, which is what it does without memory, leaves no other trace than where it ended. */
const muchMemory = 400 << 20;

function run(task: Task): Told {
  const folder = dirname(createRequire(import.meta.url).resolve('jxl-oxide-wasm/package.json'));
  const { memory } = initSync({ module: readFileSync(join(folder, 'jxl_oxide_wasm_bg.wasm')) });
  try {
    return decode(task);
  } catch (error) {
    const panicked = error instanceof Error && error.name === 'RuntimeError' && memory.buffer.byteLength > muchMemory;
    // In its own words "too many" is not about the size of the picture.
    return { failed: panicked ? 'out of memory' : 'it is damaged' };
  }
}

parentPort?.postMessage(run(workerData as Task));
