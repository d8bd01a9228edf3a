/**
 * Hashes files off the main thread: `{id, file}` in, `{id, sha256}` out, without `sha256` if the file can't be read.
 */
import { hashFile } from './hash-file.js';

addEventListener('message', ({ data }: MessageEvent<{ id: number; file: Blob }>) => {
  const { id, file } = data;
  hashFile(file).then(
    (sha256) => postMessage({ id, sha256 }),
    () => postMessage({ id }),
  );
});
