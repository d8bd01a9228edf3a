/** The page's side of the hash worker. */
let worker: Worker | undefined;
let next = 0;

interface Answer {
  id: number;
  sha256?: string;
}

/** The SHA-256 of a file as hex; undefined if it can't be read (any longer). */
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
