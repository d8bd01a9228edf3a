/**
 * JPEG XL (ISO/IEC 18181), decoded by jxl-oxide as WebAssembly (jxl-oxide-wasm from npm) in the decoder process; and
 * JPEG 2000 (ISO/IEC 15444-1), recognised but not imported. Of an animation the first frame is shown.
 */
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { isBuilt, programFile } from '../../base/program-files.js';
import { has } from './byte-reader.js';
import { decoded, unread, type Family } from './format-family.js';
import type { Task, JxlAnswer } from '../decode/jxl-worker.js';
import { pixelSide } from '../decode/renditions.js';

const jpegXl = decoded('jxl', 'JPEG XL', 'image/jxl', 'the picture; of an animation its first frame');
const jpeg2000 = unread('jxl', 'JPEG 2000', 'image/jp2', 'a JPEG 2000 decoder');

/** Starts photo/decode/jxl-worker.ts: the built file, or, in a checkout, the source with the TypeScript loader. */
function startWorker(workerData: Task): Worker {
  if (isBuilt) return new Worker(programFile('dist/photo/decode/jxl-worker.js'), { workerData });
  const loader = import.meta.resolve('tsx/esm/api');
  const source = pathToFileURL(programFile('src/photo/decode/jxl-worker.ts')).href;
  const start = `import('${loader}').then(({ tsImport }) => tsImport('${source}', '${source}'))`;
  return new Worker(start, { eval: true, workerData });
}

function decode(task: Task): Promise<JxlAnswer> {
  return new Promise((resolve, reject) => {
    const worker = startWorker(task);
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('its decoder ended')));
  });
}

/** Recognised by the first two bytes of the bare codestream or by the signature box. */
export const jxl: Family = {
  name: 'jxl',
  kinds: [jpegXl, jpeg2000],
  endings: ['jxl'],
  recipe: 2,
  tell(head) {
    if (has(head, 0, '\xff\x0a') || has(head, 0, '\0\0\0\x0cJXL \r\n\x87\n')) return jpegXl;
    if (has(head, 0, '\0\0\0\x0cjP  \r\n\x87\n') || has(head, 0, '\xff\x4f\xff\x51')) return jpeg2000;
    return undefined;
  },
  async open(path) {
    const told = await decode({ path, mostPixels: pixelSide ** 2 });
    if ('failed' in told) throw new Error(told.failed);
    const { png, animated, colours } = told;
    return { input: Buffer.from(png.buffer), loader: 'png', animated, ...(colours && { colours }) };
  },
};
