/** The page's side of the worker that hashes files. */
let worker: Worker | undefined;
let next = 0;

interface Answer {
  id: number;
  sha256?: string;
}

/** The SHA-256 of a file as hex; undefined where it can't be read (any more). */
export function hashOf(file: Blob): Promise<string | undefined> {
  worker ??= new Worker(new URL('./hash.worker.ts', import.meta.url), { type: 'module' });
  const hasher = worker;
  const id = next++;
  return new Promise((resolve) => {
    const hear = ({ data }: MessageEvent<Answer>): void => {
      if (data.id !== id) return;
      hasher.removeEventListener('message', hear);
      resolve(data.sha256);
    };
    hasher.addEventListener('message', hear);
    hasher.postMessage({ id, file });
  });
}
