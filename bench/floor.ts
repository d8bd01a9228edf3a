/**
 * The floor of ingest: sharp alone making exactly the two renditions, each from the file, `workers` photos at a time.
 * Arguments: the folder, the number of workers. bench/ingest.ts runs it as a separate process.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { encoding, previewEdge, thumbBox } from '../src/photo/decode/renditions.js';
import { openPool } from '../src/base/async/concurrency-limit.js';

/** Makes both renditions of one file, in memory. */
export async function twoRenditions(path: string): Promise<void> {
  const inside = { fit: 'inside', withoutEnlargement: true } as const;
  const preview = sharp(path)
    .autoOrient()
    .resize({ width: previewEdge, height: previewEdge, ...inside })
    .jpeg(encoding)
    .toBuffer();
  await preview;
  await sharp(path)
    .autoOrient()
    .resize({ ...thumbBox, ...inside })
    .jpeg(encoding)
    .toBuffer();
}

if (process.argv[1] === import.meta.filename) {
  const [folder, workers] = [process.argv[2]!, Number(process.argv[3])];
  sharp.cache(false);
  sharp.concurrency(1);
  const pool = openPool(workers);
  await Promise.all(readdirSync(folder).map((name) => pool(() => twoRenditions(join(folder, name)))));
}
